#include "server/service/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace zhibu::server {
namespace {

/// Beside connections.
constexpr rlim_t others = 256;

}  // namespace

std::size_t connections_within_open_files(std::size_t wanted) {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return wanted;
    }
    if (files.rlim_cur < files.rlim_max) {
        const rlimit all{files.rlim_max, files.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &all) == 0) {
            files = all;
        }
    }
    const rlim_t left = files.rlim_cur > others ? files.rlim_cur - others : 1;
    return static_cast<std::size_t>(std::min<rlim_t>(wanted, left));
}

}  // namespace zhibu::server
