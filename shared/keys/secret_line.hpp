#pragma once

#include <cstddef>

#include "shared/keys/secret_bytes.hpp"

namespace zhibu::keys {

/// One line from a descriptor, without its end ("\n" or "\r\n"), into locked memory; at most
/// `bytes_max` bytes of it. Byte by byte, so that what follows stays unread. Empty where there is
/// nothing to read.
[[nodiscard]] SecretBytes read_secret_line(int descriptor, std::size_t bytes_max);

}  // namespace zhibu::keys
