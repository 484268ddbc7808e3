#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

/// A frame that decodes encodes to itself; a long batch may be compressed otherwise, to the same
/// message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    namespace sync = zhibu::sync;
    const std::span<const std::uint8_t> frame(bytes, size);
    const auto message = sync::decode_message(frame);
    if (!message) {
        return 0;
    }
    const sync::Bytes again = sync::encode(*message);
    constexpr std::size_t flag_at = 2;
    if (frame[flag_at] == 0 && again[flag_at] == 0) {
        ZHIBU_CHECK(again == sync::Bytes(frame.begin(), frame.end()));
    } else {
        ZHIBU_CHECK(sync::decode_message(again) == message);
    }
    return 0;
}
