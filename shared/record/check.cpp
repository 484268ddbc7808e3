#include "shared/record/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace zhibu::record::detail {

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(
        stderr,
        "zhibu: internal check failed: %s (%s:%d). Nothing that was acknowledged is lost.\n",
        condition, file, line);
    std::abort();
}

}  // namespace zhibu::record::detail
