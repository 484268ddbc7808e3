#include "shared/vault/detail/end_process.hpp"

#include <cstdlib>

#include "shared/record/check.hpp"

namespace zhibu::vault::detail {

void end_process() {
    constexpr bool the_disk_has_synced = false;
    ZHIBU_CHECK(the_disk_has_synced);
    std::abort();
}

}  // namespace zhibu::vault::detail
