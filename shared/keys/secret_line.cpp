#include "shared/keys/secret_line.hpp"

#include <unistd.h>

#include <cstdint>

namespace zhibu::keys {

SecretBytes read_secret_line(int descriptor, std::size_t bytes_max) {
    SecretBytes line{bytes_max};
    std::size_t size = 0;
    while (size < line.size()) {
        std::uint8_t& next = line.span()[size];
        if (::read(descriptor, &next, 1) != 1 || next == '\n') {
            break;
        }
        ++size;
    }
    if (size > 0 && line.span()[size - 1] == '\r') {
        --size;
    }
    line.shrink(size);
    return line;
}

}  // namespace zhibu::keys
