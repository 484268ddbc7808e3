#pragma once

#include <cstddef>

namespace zhibu::server {

/// Lets this process have as many files and sockets open as the system permits it at most; returns
/// how many of them connections may be, `wanted` at most and at least 1. The rest is the store's,
/// the log's and the commands'.
[[nodiscard]] std::size_t connections_within_open_files(std::size_t wanted);

}  // namespace zhibu::server
