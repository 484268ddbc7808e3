#include "shared/vault/detail/outbox_frame.hpp"

#include <string.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "shared/keys/digest.hpp"
#include "shared/record/change.hpp"
#include "shared/vault/detail/little_endian.hpp"
#include "shared/vault/outbox_entry.hpp"

namespace zhibu::vault::detail {
namespace {

constexpr std::size_t length_at = 8;
constexpr std::size_t hash_bytes = record::Hash{}.size();

}  // namespace

std::optional<std::size_t> find_mark(std::span<const std::uint8_t> bytes, std::size_t from) {
    if (from >= bytes.size()) {
        return std::nullopt;
    }
    const auto rest = bytes.subspan(from);
    const void* found = ::memmem(rest.data(), rest.size(), outbox_mark.data(), outbox_mark.size());
    if (found == nullptr) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
}

std::optional<std::size_t> claimed_length(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < outbox_entry_overhead_bytes ||
        !std::ranges::equal(bytes.first(outbox_mark.size()), outbox_mark)) {
        return std::nullopt;
    }
    const std::size_t length = get_u32(bytes.subspan<length_at, 4>());
    if (length < outbox_entry_overhead_bytes || length > outbox_entry_bytes_max) {
        return std::nullopt;
    }
    return length;
}

std::optional<std::size_t> frame_length(std::span<const std::uint8_t> bytes) {
    const std::optional<std::size_t> claimed = claimed_length(bytes);
    if (!claimed || *claimed > bytes.size()) {
        return std::nullopt;
    }
    const std::size_t length = *claimed;
    const auto entry = bytes.first(length);
    // Before the hash: so every byte of a hostile file is hashed once at most.
    if (find_mark(entry, 1)) {
        return std::nullopt;
    }
    if (!std::ranges::equal(keys::sha256(entry.first(length - hash_bytes)),
                            entry.last(hash_bytes))) {
        return std::nullopt;
    }
    return length;
}

}  // namespace zhibu::vault::detail
