#pragma once

#include <cstddef>

namespace zhibu::record {

/// Of a group's bytes. One that no message holds travels in parts; whoever judges it has all of it
/// in memory, decoded, and that is what the number bounds.
inline constexpr std::size_t group_bytes_max = std::size_t{64} << 20U;

}  // namespace zhibu::record
