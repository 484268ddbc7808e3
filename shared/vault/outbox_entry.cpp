#include "shared/vault/outbox_entry.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/sealed_box.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/detail/little_endian.hpp"
#include "shared/vault/detail/outbox_frame.hpp"

namespace zhibu::vault {
namespace {

using Bytes = std::span<const std::uint8_t>;
using KeyMark = std::array<std::uint8_t, 8>;

constexpr std::uint16_t version = 1;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t tag_bytes = keys::aes_gcm_tag_bytes;
constexpr std::size_t content_key_bytes = keys::aes_gcm_key_bytes;

constexpr std::size_t length_at = 8;
constexpr std::size_t version_at = 12;
constexpr std::size_t flags_at = 14;
constexpr std::size_t sequence_at = 16;
constexpr std::size_t device_at = 24;
constexpr std::size_t incarnation_at = 40;
constexpr std::size_t server_mark_at = 56;
constexpr std::size_t device_mark_at = 64;
constexpr std::size_t previous_at = 72;
/// From here on, keys and content, all bound to what stands before.
constexpr std::size_t server_box_at = previous_at + hash_bytes;
constexpr std::size_t server_box_bytes = content_key_bytes + keys::sealed_box_overhead_bytes;
constexpr std::size_t nonce_at = server_box_at + server_box_bytes;
constexpr std::size_t device_box_at = nonce_at + 12;
constexpr std::size_t device_box_bytes = content_key_bytes + tag_bytes;
constexpr std::size_t content_at = device_box_at + device_box_bytes;
/// The content is the length of the group's bytes, these, and the signature.
constexpr std::size_t group_length_bytes = 4;
static_assert(content_at + group_length_bytes + tag_bytes + hash_bytes ==
              outbox_entry_overhead_bytes);

/// Where chance does not help the name itself holds the mark: ids are given by the server.
constexpr int attempts_max = 8;

constexpr std::string_view server_purpose = "zhibu outbox server v1";

KeyMark mark_of(const keys::X25519Public& server) {
    KeyMark mark{};
    std::ranges::copy(Bytes(keys::sha256(server)).first(mark.size()), mark.begin());
    return mark;
}

KeyMark mark_of(const DataKey& data_key) {
    KeyMark mark{};
    const keys::SecretBytes derived = keys::hkdf_sha256(data_key.secret.span(), data_key.file_salt,
                                                        "zhibu outbox device mark v1", mark.size());
    std::ranges::copy(derived.span(), mark.begin());
    return mark;
}

keys::SecretBytes device_key(const DataKey& data_key) {
    return keys::hkdf_sha256(data_key.secret.span(), data_key.file_salt, "zhibu outbox device v1",
                             keys::aes_gcm_key_bytes);
}

keys::AesGcmContext device_context(Bytes entry, const keys::SecretBytes& key) {
    keys::AesGcmContext context{.key = &key, .bound_to = entry.first(server_box_at)};
    std::ranges::copy(entry.subspan(nonce_at, context.nonce.size()), context.nonce.begin());
    return context;
}

/// The nonce is zero: a content key encrypts one content. Bound to both boxes, so that neither can
/// be exchanged for another entry's.
keys::AesGcmContext content_context(Bytes entry, const keys::SecretBytes& key) {
    return {.key = &key, .bound_to = entry.first(content_at)};
}

void put_header(std::span<std::uint8_t> out, const record::GroupName& name,
                const record::Hash& previous, const OutboxRecipients& recipients) {
    std::ranges::copy(detail::outbox_mark, out.begin());
    detail::put_u32(out.subspan<length_at, 4>(), static_cast<std::uint32_t>(out.size()));
    out[version_at] = version;
    detail::put_u64(out.subspan<sequence_at, 8>(), name.sequence.position);
    std::ranges::copy(name.device.uuid.bytes, out.subspan(device_at).begin());
    std::ranges::copy(name.incarnation.uuid.bytes, out.subspan(incarnation_at).begin());
    std::ranges::copy(mark_of(recipients.server), out.subspan(server_mark_at).begin());
    std::ranges::copy(mark_of(recipients.data_key), out.subspan(device_mark_at).begin());
    std::ranges::copy(previous, out.subspan(previous_at).begin());
}

std::vector<std::uint8_t> content_of(const record::SealedGroup& group) {
    std::vector<std::uint8_t> content(group_length_bytes);
    detail::put_u32(std::span(content).subspan<0, 4>(),
                    static_cast<std::uint32_t>(group.bytes.size()));
    content.insert(content.end(), group.bytes.begin(), group.bytes.end());
    content.insert(content.end(), group.signature.begin(), group.signature.end());
    return content;
}

std::expected<record::SealedGroup, OutboxFault> group_of(Bytes content) {
    const std::size_t length = detail::get_u32(content.subspan<0, group_length_bytes>());
    const Bytes rest = content.subspan(group_length_bytes);
    if (length > rest.size() || rest.size() - length > outbox_signature_bytes_max ||
        length > outbox_group_bytes_max) {
        return std::unexpected(OutboxFault::malformed);
    }
    record::SealedGroup group;
    group.bytes.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
    group.signature.assign(rest.begin() + static_cast<std::ptrdiff_t>(length), rest.end());
    return group;
}

/// The entry's bytes by a fresh content key. Errors: bad_server_key.
std::expected<std::vector<std::uint8_t>, OutboxFault> sealed_bytes(
    const record::GroupName& name, Bytes content, const record::Hash& previous,
    const OutboxRecipients& recipients, record::Random& random) {
    std::vector<std::uint8_t> bytes(content_at + content.size() + tag_bytes + hash_bytes);
    const std::span<std::uint8_t> out(bytes);
    put_header(out, name, previous, recipients);
    keys::SecretBytes content_key(content_key_bytes);
    random.fill(content_key.span());
    const auto box = keys::seal_box(
        recipients.server, {.purpose = server_purpose, .bound_to = out.first(server_box_at)},
        content_key.span(), random);
    if (!box) {
        return std::unexpected(OutboxFault::bad_server_key);
    }
    std::ranges::copy(*box, out.subspan(server_box_at).begin());
    random.fill(out.subspan(nonce_at, device_box_at - nonce_at));
    const keys::SecretBytes wrapping_key = device_key(recipients.data_key);
    keys::aes_gcm_seal(device_context(out, wrapping_key), content_key.span(),
                       out.subspan(device_box_at, device_box_bytes));
    keys::aes_gcm_seal(content_context(out, content_key), content,
                       out.subspan(content_at, content.size() + tag_bytes));
    std::ranges::copy(keys::sha256(out.first(out.size() - hash_bytes)),
                      out.last(hash_bytes).begin());
    return bytes;
}

/// What a parsed entry holds, by its content key.
std::expected<OpenedEntry, OutboxFault> opened(const OutboxEntry& entry,
                                               const keys::SecretBytes& content_key) {
    const Bytes sealed =
        Bytes(entry.bytes).subspan(content_at, entry.bytes.size() - content_at - hash_bytes);
    std::vector<std::uint8_t> content(sealed.size() - tag_bytes);
    if (!keys::aes_gcm_open(content_context(entry.bytes, content_key), sealed, content)) {
        return std::unexpected(OutboxFault::wrong_key);
    }
    ZHIBU_TRY(group, group_of(content));
    return OpenedEntry{.name = entry.name, .group = std::move(group)};
}

}  // namespace

std::expected<OutboxEntry, OutboxFault> seal_entry(const record::GroupName& name,
                                                   const record::SealedGroup& group,
                                                   const record::Hash& previous,
                                                   const OutboxRecipients& recipients,
                                                   record::Random& random) {
    if (group.bytes.size() > outbox_group_bytes_max ||
        group.signature.size() > outbox_signature_bytes_max) {
        return std::unexpected(OutboxFault::group_too_large);
    }
    const std::vector<std::uint8_t> content = content_of(group);
    // Encrypted bytes hold the mark by chance, once in some 2^44 of the largest entries: then
    // again.
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        ZHIBU_TRY(bytes, sealed_bytes(name, content, previous, recipients, random));
        if (!detail::find_mark(bytes, 1)) {
            return parse_entry(bytes);
        }
    }
    return std::unexpected(OutboxFault::malformed);
}

std::expected<OutboxEntry, OutboxFault> parse_entry(std::span<const std::uint8_t> bytes) {
    const std::optional<std::size_t> length = detail::frame_length(bytes);
    if (!length || *length != bytes.size() || bytes[version_at] != version ||
        bytes[version_at + 1] != 0 || bytes[flags_at] != 0 || bytes[flags_at + 1] != 0) {
        return std::unexpected(OutboxFault::malformed);
    }
    OutboxEntry entry;
    entry.name.sequence.position = detail::get_u64(bytes.subspan<sequence_at, 8>());
    std::ranges::copy(bytes.subspan(device_at, 16), entry.name.device.uuid.bytes.begin());
    std::ranges::copy(bytes.subspan(incarnation_at, 16), entry.name.incarnation.uuid.bytes.begin());
    std::ranges::copy(bytes.subspan(previous_at, hash_bytes), entry.previous.begin());
    std::ranges::copy(bytes.last(hash_bytes), entry.hash.begin());
    entry.bytes.assign(bytes.begin(), bytes.end());
    return entry;
}

std::expected<OpenedEntry, OutboxFault> open_for_server(std::span<const std::uint8_t> bytes,
                                                        const keys::X25519Key& server) {
    ZHIBU_TRY(entry, parse_entry(bytes));
    const auto content_key =
        keys::open_box(server, {.purpose = server_purpose, .bound_to = bytes.first(server_box_at)},
                       bytes.subspan(server_box_at, server_box_bytes));
    if (!content_key) {
        return std::unexpected(OutboxFault::wrong_key);
    }
    return opened(entry, *content_key);
}

std::expected<OpenedEntry, OutboxFault> open_own(std::span<const std::uint8_t> bytes,
                                                 const DataKey& data_key) {
    ZHIBU_TRY(entry, parse_entry(bytes));
    const keys::SecretBytes wrapping_key = device_key(data_key);
    keys::SecretBytes content_key(content_key_bytes);
    if (!keys::aes_gcm_open(device_context(bytes, wrapping_key),
                            bytes.subspan(device_box_at, device_box_bytes), content_key.span())) {
        return std::unexpected(OutboxFault::wrong_key);
    }
    return opened(entry, content_key);
}

}  // namespace zhibu::vault
