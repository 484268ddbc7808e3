#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "shared/vault/key_ring.hpp"

namespace zhibu::vault::detail {

inline constexpr std::size_t frame_header_bytes = 24;
using FrameHeader = std::array<std::uint8_t, frame_header_bytes>;

/// Hides salts and checksums of a WAL frame's header, bytes 8 to 23, as one block of AES-256.
/// SQLite's checksum is a linear sum of the page's plain text without any key: left as it is, it
/// would tell what a small change changed. One block without a nonce suffices, for two equal blocks
/// say no more than that the same pages were written in the same order.
/// It proves nothing: the page that follows is authenticated together with its header.
/// Threads: not synchronised.
class FrameHeaderCipher {
public:
    explicit FrameHeaderCipher(const KeyRing& ring);
    ~FrameHeaderCipher();
    FrameHeaderCipher(FrameHeaderCipher&&) noexcept;
    FrameHeaderCipher& operator=(FrameHeaderCipher&&) noexcept;

    /// By the newest epoch's key.
    [[nodiscard]] FrameHeader seal(const FrameHeader& plain);
    /// By the key of `epoch`; one that the ring does not hold gives all zeros, which is no frame.
    [[nodiscard]] FrameHeader open(const FrameHeader& sealed, std::uint32_t epoch);

private:
    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
};

}  // namespace zhibu::vault::detail
