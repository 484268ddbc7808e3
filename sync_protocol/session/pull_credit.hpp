#pragma once

#include <cstddef>
#include <cstdint>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::sync {

/// What a tail takes of the pull credit, and gives back once it is applied; both ends reckon it
/// alike. Before version 2 it was the frame's bytes: those are compressed, and what waits in memory
/// is not.
[[nodiscard]] inline std::uint64_t credit_of(const Tail& tail, std::size_t frame_bytes,
                                             std::uint16_t protocol) {
    if (protocol < 2) {
        return frame_bytes;
    }
    std::uint64_t bytes = 0;
    for (const TailEntry& each : tail.entries) {
        bytes += encoded_size_hint(each.entry);
    }
    return bytes;
}

/// The same for a part of an entry.
[[nodiscard]] inline std::uint64_t credit_of(const TailPart& part) {
    return encoded_size_hint(part.entry.entry);
}

}  // namespace zhibu::sync
