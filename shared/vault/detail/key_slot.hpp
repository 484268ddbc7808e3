#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "shared/keys/account_key.hpp"
#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/data_key.hpp"

namespace zhibu::vault::detail {

/// Names a secret without telling it: HKDF-SHA256 of it.
using SecretMark = std::array<std::uint8_t, 16>;

/// One slot of the key file as it is read: whole by its own checksum, not yet believed.
struct KeySlot {
    /// The highest of two is the newest.
    std::uint64_t generation = 0;
    /// Random; the same in both slots that one wrapping wrote.
    std::array<std::uint8_t, 16> wrapping{};
    keys::Argon2Cost cost;
    std::array<std::uint8_t, 16> salt{};
    std::uint64_t lease_serial = 0;
    SecretMark lease_mark{};
    SecretMark device_mark{};
    /// The slot's bytes as they are on the disk.
    std::vector<std::uint8_t> bytes;
};

inline constexpr std::size_t key_slot_bytes = 268;

/// HKDF-SHA256 over what the three holders give.
[[nodiscard]] keys::SecretBytes key_encryption_key(const keys::SecretBytes& password_key,
                                                   const keys::SecretBytes& lease_secret,
                                                   const keys::SecretBytes& device_secret);

[[nodiscard]] SecretMark mark_of(const keys::SecretBytes& secret);

/// All of the slot's bytes; `slot.bytes` is not asked.
[[nodiscard]] std::vector<std::uint8_t> encode_slot(const KeySlot& slot, const DataKey& data_key,
                                                    const keys::SecretBytes& encryption_key,
                                                    record::Random& random);

/// None where the bytes are not a whole slot, or name a cost that this program will not run.
[[nodiscard]] std::optional<KeySlot> parse_slot(std::span<const std::uint8_t> bytes);

/// Whether the slot was written with this key: its commitment.
[[nodiscard]] bool is_committed_to(const KeySlot& slot, const keys::SecretBytes& encryption_key);

/// None where the slot does not hold a data key for this key.
[[nodiscard]] std::optional<DataKey> open_slot(const KeySlot& slot,
                                               const keys::SecretBytes& encryption_key);

}  // namespace zhibu::vault::detail
