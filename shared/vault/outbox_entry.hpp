#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "shared/keys/x25519.hpp"
#include "shared/record/change.hpp"
#include "shared/record/limits.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/data_key.hpp"

namespace zhibu::vault {

/// What can be wrong with an outbox, or with one of its entries.
enum class OutboxFault : std::uint8_t {
    malformed,        // not a whole entry of a version that this program reads, or no group inside
    wrong_key,        // whole, but not sealed to this key, or made to look like an entry
    bad_server_key,   // nothing can be sealed to it
    group_too_large,  // above outbox_group_bytes_max
    already_there,    // an entry of this name, undamaged
    full,             // the outbox has reached its limit
    storage_failed,
};

/// Of a group's bytes.
inline constexpr std::size_t outbox_group_bytes_max = record::group_bytes_max;
/// Of its signature.
inline constexpr std::size_t outbox_signature_bytes_max = 80;
/// What an entry is longer than the group and its signature.
inline constexpr std::size_t outbox_entry_overhead_bytes = 296;
inline constexpr std::size_t outbox_entry_bytes_max =
    outbox_group_bytes_max + outbox_signature_bytes_max + outbox_entry_overhead_bytes;

/// Who can read an entry: both, each alone.
struct OutboxRecipients {
    keys::X25519Public server{};
    /// The device itself, while it is unlocked and in this window.
    const DataKey& data_key;
};

/// What anybody can read of an entry.
struct OutboxEntry {
    record::GroupName name;
    /// The hash of the entry before it when it was written; zeros for the first.
    record::Hash previous{};
    /// SHA-256 of all bytes before it, at the entry's end.
    record::Hash hash{};
    /// The entry whole, as the server takes it.
    std::vector<std::uint8_t> bytes;

    friend bool operator==(const OutboxEntry&, const OutboxEntry&) = default;
};

/// What only its recipients can read. The name in `group.bytes` is the author's word: compare it
/// with `name`, and the signature with the device's key.
struct OpenedEntry {
    record::GroupName name;
    record::SealedGroup group;

    friend bool operator==(const OpenedEntry&, const OpenedEntry&) = default;
};

/// A new entry. Errors: group_too_large, bad_server_key, malformed (a name that no device has).
[[nodiscard]] std::expected<OutboxEntry, OutboxFault> seal_entry(const record::GroupName& name,
                                                                 const record::SealedGroup& group,
                                                                 const record::Hash& previous,
                                                                 const OutboxRecipients& recipients,
                                                                 record::Random& random);

/// Reads what stands open; `bytes` is one entry, no more and no less. Anybody can make such bytes.
/// Errors: malformed.
[[nodiscard]] std::expected<OutboxEntry, OutboxFault> parse_entry(
    std::span<const std::uint8_t> bytes);

/// What the server makes of an entry that a device hands in: hostile bytes.
/// Errors: malformed, wrong_key.
[[nodiscard]] std::expected<OpenedEntry, OutboxFault> open_for_server(
    std::span<const std::uint8_t> bytes, const keys::X25519Key& server);

/// What the device itself can still read: entries of this data key.
/// Errors: malformed, wrong_key.
[[nodiscard]] std::expected<OpenedEntry, OutboxFault> open_own(std::span<const std::uint8_t> bytes,
                                                               const DataKey& data_key);

}  // namespace zhibu::vault
