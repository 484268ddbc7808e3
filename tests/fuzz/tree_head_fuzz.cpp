#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

/// A tree head that decodes encodes to exactly the bytes it came from.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    namespace sync = zhibu::sync;
    const auto decoded = sync::decode_tree_head(std::span<const std::uint8_t>(bytes, size));
    if (decoded) {
        ZHIBU_CHECK(sync::encode(*decoded) == sync::Bytes(bytes, bytes + size));
    }
    return 0;
}
