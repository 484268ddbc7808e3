#pragma once

#include <span>

#include "client/workbench/http/workbench_server.hpp"

namespace zhibu::client {

/// The workbench's built files, as they lie in this program.
[[nodiscard]] std::span<const Asset> workbench_assets();

}  // namespace zhibu::client
