#include "shared/vault/wrapped_keys.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/keys/aes_gcm.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/detail/key_slot.hpp"
#include "shared/vault/detail/little_endian.hpp"

namespace zhibu::vault {
namespace {

constexpr std::string_view magic = "ZHIBUWK1";
constexpr std::size_t count_at = 8;
/// Which key has wrapped, and the commitment to it that AES-GCM does not make.
constexpr std::size_t mark_at = 12;
constexpr std::size_t header_bytes = mark_at + std::tuple_size_v<detail::SecretMark>;
constexpr std::size_t nonce_bytes = std::tuple_size_v<keys::AesGcmNonce>;
constexpr std::size_t sealed_bytes = data_key_bytes + keys::aes_gcm_tag_bytes;
constexpr std::size_t entry_bytes = nonce_bytes + sealed_bytes;
constexpr std::size_t keys_max = 2;

using Header = std::array<std::uint8_t, header_bytes>;

/// What an entry is bound to: the header, and which entry it is.
using Bound = std::array<std::uint8_t, header_bytes + 1>;

Header make_header(std::size_t count, const keys::SecretBytes& wrapping) {
    Header header{};
    std::ranges::copy(magic, header.begin());
    detail::put_u32(std::span(header).subspan<count_at, 4>(), static_cast<std::uint32_t>(count));
    std::ranges::copy(detail::mark_of(wrapping), std::span(header).subspan(mark_at).begin());
    return header;
}

Bound bound_to(const Header& header, std::size_t number) {
    Bound bound{};
    std::ranges::copy(header, bound.begin());
    bound.back() = static_cast<std::uint8_t>(number);
    return bound;
}

/// No value: it is no such file.
std::optional<std::size_t> count_in(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < header_bytes + entry_bytes ||
        !std::ranges::equal(bytes.first(count_at), magic)) {
        return std::nullopt;
    }
    const std::size_t count = detail::get_u32(bytes.subspan<count_at, 4>());
    const bool fits =
        count >= 1 && count <= keys_max && bytes.size() == header_bytes + count * entry_bytes;
    return fits ? std::optional{count} : std::nullopt;
}

VaultError error(VaultFault fault) { return {fault, "wrapped keys"}; }

std::expected<DataKey, VaultError> open_entry(std::span<const std::uint8_t> entry,
                                              const keys::SecretBytes& wrapping,
                                              const Bound& bound) {
    keys::AesGcmContext context{&wrapping, {}, bound};
    std::ranges::copy(entry.first<nonce_bytes>(), context.nonce.begin());
    keys::SecretBytes plain{data_key_bytes};
    if (!keys::aes_gcm_open(context, entry.subspan<nonce_bytes, sealed_bytes>(), plain.span())) {
        return std::unexpected{error(VaultFault::damaged)};
    }
    return parse_data_key(plain.span());
}

}  // namespace

KeyRing FileKeys::ring() const { return older ? KeyRing{newest, *older} : KeyRing{newest}; }

std::expected<void, VaultError> write_wrapped_keys(Disk& disk, const std::filesystem::path& file,
                                                   const keys::SecretBytes& wrapping,
                                                   const FileKeys& kept, record::Random& random) {
    ZHIBU_CHECK(wrapping.size() == wrapping_key_bytes);
    const std::size_t count = kept.older ? 2 : 1;
    const Header header = make_header(count, wrapping);
    std::vector<std::uint8_t> bytes(header_bytes + count * entry_bytes);
    std::ranges::copy(header, bytes.begin());
    for (std::size_t number = 0; number < count; ++number) {
        const auto entry = std::span(bytes).subspan(header_bytes + number * entry_bytes);
        const Bound bound = bound_to(header, number);
        keys::AesGcmContext context{&wrapping, {}, bound};
        random.fill(context.nonce);
        std::ranges::copy(context.nonce, entry.begin());
        const keys::SecretBytes plain = serialise(number == 0 ? kept.newest : *kept.older);
        keys::aes_gcm_seal(context, plain.span(), entry.subspan<nonce_bytes, sealed_bytes>());
    }
    return replace_file(disk, file, bytes);
}

std::expected<FileKeys, VaultError> read_wrapped_keys(Disk& disk, const std::filesystem::path& file,
                                                      const keys::SecretBytes& wrapping) {
    ZHIBU_CHECK(wrapping.size() == wrapping_key_bytes);
    ZHIBU_TRY(bytes, read_small_file(disk, file, header_bytes + keys_max * entry_bytes));
    const std::span<const std::uint8_t> in = std::as_const(bytes).span();
    const auto found_count = count_in(in);
    if (!found_count) {
        return std::unexpected{error(VaultFault::malformed)};
    }
    const std::size_t count = *found_count;
    const Header header = make_header(count, wrapping);
    if (!std::ranges::equal(in.first(header_bytes), header)) {
        return std::unexpected{error(VaultFault::wrong_key)};
    }
    const auto entry = [&](std::size_t number) {
        return open_entry(in.subspan(header_bytes + number * entry_bytes, entry_bytes), wrapping,
                          bound_to(header, number));
    };
    FileKeys found;
    ZHIBU_TRY(newest, entry(0));
    found.newest = std::move(newest);
    if (count == 2) {
        ZHIBU_TRY(older, entry(1));
        found.older = std::move(older);
    }
    return found;
}

std::expected<std::size_t, VaultError> count_wrapped_keys(Disk& disk,
                                                          const std::filesystem::path& file) {
    ZHIBU_TRY(bytes, read_small_file(disk, file, header_bytes + keys_max * entry_bytes));
    const auto count = count_in(std::as_const(bytes).span());
    return count ? std::expected<std::size_t, VaultError>{*count}
                 : std::unexpected{error(VaultFault::malformed)};
}

}  // namespace zhibu::vault
