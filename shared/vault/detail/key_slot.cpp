#include "shared/vault/detail/key_slot.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/keys/account_key.hpp"
#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/detail/little_endian.hpp"

namespace zhibu::vault::detail {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view magic = "ZHIBUKF1";
constexpr std::size_t hash_bytes = 32;

constexpr std::size_t generation_at = 8;
constexpr std::size_t wrapping_at = 16;
constexpr std::size_t memory_at = 32;
constexpr std::size_t passes_at = 36;
constexpr std::size_t lanes_at = 40;
constexpr std::size_t salt_at = 44;
constexpr std::size_t lease_serial_at = 60;
constexpr std::size_t lease_mark_at = 68;
constexpr std::size_t device_mark_at = 84;
constexpr std::size_t commitment_at = 100;
constexpr std::size_t nonce_at = commitment_at + hash_bytes;
constexpr std::size_t sealed_at = nonce_at + 12;
constexpr std::size_t checksum_at = sealed_at + data_key_bytes + keys::aes_gcm_tag_bytes;
static_assert(checksum_at + hash_bytes == key_slot_bytes);

keys::SecretBytes wrapping_key(const keys::SecretBytes& encryption_key) {
    return keys::hkdf_sha256(encryption_key.span(), {}, "zhibu key file wrap v1",
                             keys::aes_gcm_key_bytes);
}

/// Over all bytes before it, so that nothing in a slot can be changed by who lacks the key. GCM
/// does not commit to its key: without this, a file could be made that many passwords open.
keys::SecretBytes commitment(Bytes slot, const keys::SecretBytes& encryption_key) {
    const keys::SecretBytes key =
        keys::hkdf_sha256(encryption_key.span(), {}, "zhibu key file commit v1", hash_bytes);
    return keys::SecretBytes(keys::hmac_sha256(key.span(), slot.first(commitment_at)));
}

keys::AesGcmContext context_of(Bytes slot, const keys::SecretBytes& key) {
    keys::AesGcmContext context{.key = &key, .bound_to = slot.first(sealed_at)};
    std::ranges::copy(slot.subspan(nonce_at, context.nonce.size()), context.nonce.begin());
    return context;
}

}  // namespace

keys::SecretBytes key_encryption_key(const keys::SecretBytes& password_key,
                                     const keys::SecretBytes& lease_secret,
                                     const keys::SecretBytes& device_secret) {
    // Each is 32 bytes (its holder checks), so that no two triples give the same sequence.
    keys::SecretBytes all(password_key.size() + lease_secret.size() + device_secret.size());
    auto at = std::ranges::copy(password_key.span(), all.span().begin()).out;
    at = std::ranges::copy(lease_secret.span(), at).out;
    std::ranges::copy(device_secret.span(), at);
    return keys::hkdf_sha256(all.span(), {}, "zhibu key file v1", hash_bytes);
}

SecretMark mark_of(const keys::SecretBytes& secret) {
    SecretMark mark{};
    const keys::SecretBytes derived =
        keys::hkdf_sha256(secret.span(), {}, "zhibu secret mark v1", mark.size());
    std::ranges::copy(derived.span(), mark.begin());
    return mark;
}

std::vector<std::uint8_t> encode_slot(const KeySlot& slot, const DataKey& data_key,
                                      const keys::SecretBytes& encryption_key,
                                      record::Random& random) {
    std::vector<std::uint8_t> bytes(key_slot_bytes);
    const std::span<std::uint8_t> out(bytes);
    std::ranges::copy(magic, out.begin());
    put_u64(out.subspan<generation_at, 8>(), slot.generation);
    std::ranges::copy(slot.wrapping, out.subspan(wrapping_at).begin());
    put_u32(out.subspan<memory_at, 4>(), slot.cost.memory_kib);
    put_u32(out.subspan<passes_at, 4>(), slot.cost.passes);
    put_u32(out.subspan<lanes_at, 4>(), slot.cost.lanes);
    std::ranges::copy(slot.salt, out.subspan(salt_at).begin());
    put_u64(out.subspan<lease_serial_at, 8>(), slot.lease_serial);
    std::ranges::copy(slot.lease_mark, out.subspan(lease_mark_at).begin());
    std::ranges::copy(slot.device_mark, out.subspan(device_mark_at).begin());
    std::ranges::copy(commitment(out, encryption_key).span(), out.subspan(commitment_at).begin());
    random.fill(out.subspan(nonce_at, sealed_at - nonce_at));
    const keys::SecretBytes key = wrapping_key(encryption_key);
    const keys::SecretBytes text = serialise(data_key);
    keys::aes_gcm_seal(context_of(out, key), text.span(),
                       out.subspan(sealed_at, checksum_at - sealed_at));
    std::ranges::copy(keys::sha256(out.first(checksum_at)), out.subspan(checksum_at).begin());
    return bytes;
}

std::optional<KeySlot> parse_slot(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != key_slot_bytes || !std::ranges::equal(bytes.first(magic.size()), magic) ||
        !std::ranges::equal(keys::sha256(bytes.first(checksum_at)), bytes.subspan(checksum_at))) {
        return std::nullopt;
    }
    KeySlot slot;
    slot.generation = get_u64(bytes.subspan<generation_at, 8>());
    std::ranges::copy(bytes.subspan(wrapping_at, 16), slot.wrapping.begin());
    slot.cost = {.memory_kib = get_u32(bytes.subspan<memory_at, 4>()),
                 .passes = get_u32(bytes.subspan<passes_at, 4>()),
                 .lanes = get_u32(bytes.subspan<lanes_at, 4>())};
    std::ranges::copy(bytes.subspan(salt_at, 16), slot.salt.begin());
    slot.lease_serial = get_u64(bytes.subspan<lease_serial_at, 8>());
    std::ranges::copy(bytes.subspan(lease_mark_at, 16), slot.lease_mark.begin());
    std::ranges::copy(bytes.subspan(device_mark_at, 16), slot.device_mark.begin());
    slot.bytes.assign(bytes.begin(), bytes.end());
    if (!keys::is_within_bounds(slot.cost)) {
        return std::nullopt;
    }
    return slot;
}

bool is_committed_to(const KeySlot& slot, const keys::SecretBytes& encryption_key) {
    return commitment(slot.bytes, encryption_key)
        .equals(keys::SecretBytes(Bytes(slot.bytes).subspan(commitment_at, hash_bytes)));
}

std::optional<DataKey> open_slot(const KeySlot& slot, const keys::SecretBytes& encryption_key) {
    const Bytes bytes(slot.bytes);
    const keys::SecretBytes key = wrapping_key(encryption_key);
    keys::SecretBytes text(data_key_bytes);
    if (!keys::aes_gcm_open(context_of(bytes, key),
                            bytes.subspan(sealed_at, checksum_at - sealed_at), text.span())) {
        return std::nullopt;
    }
    auto data_key = parse_data_key(text.span());
    if (!data_key) {
        return std::nullopt;
    }
    return *std::move(data_key);
}

}  // namespace zhibu::vault::detail
