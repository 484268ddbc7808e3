#include "shared/vault/data_key.hpp"

#include <algorithm>
#include <string_view>

#include "shared/record/check.hpp"

namespace zhibu::vault {
namespace {

constexpr std::string_view magic = "ZHIBUDK1";
constexpr std::size_t epoch_at = 8;
constexpr std::size_t file_id_at = 12;
constexpr std::size_t file_salt_at = 28;
constexpr std::size_t secret_at = 44;
static_assert(secret_at + data_key_secret_bytes == data_key_bytes);

keys::SecretBytes new_secret(record::Random& random) {
    keys::SecretBytes secret(data_key_secret_bytes);
    random.fill(secret.span());
    return secret;
}

}  // namespace

DataKey make_data_key(record::Random& random) {
    DataKey key;
    key.secret = new_secret(random);
    key.epoch = 1;
    random.fill(key.file_id);
    random.fill(key.file_salt);
    return key;
}

DataKey next_data_key(const DataKey& current, record::Random& random) {
    ZHIBU_CHECK(current.epoch < UINT32_MAX);
    DataKey key;
    key.secret = new_secret(random);
    key.epoch = current.epoch + 1;
    key.file_id = current.file_id;
    key.file_salt = current.file_salt;
    return key;
}

keys::SecretBytes serialise(const DataKey& key) {
    ZHIBU_CHECK(key.secret.size() == data_key_secret_bytes);
    keys::SecretBytes bytes(data_key_bytes);
    const std::span<std::uint8_t> out = bytes.span();
    std::ranges::copy(magic, out.begin());
    for (std::size_t i = 0; i < 4; ++i) {
        out[epoch_at + i] = static_cast<std::uint8_t>(key.epoch >> (8 * i));
    }
    std::ranges::copy(key.file_id, out.subspan(file_id_at).begin());
    std::ranges::copy(key.file_salt, out.subspan(file_salt_at).begin());
    std::ranges::copy(key.secret.span(), out.subspan(secret_at).begin());
    return bytes;
}

std::expected<DataKey, VaultError> parse_data_key(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != data_key_bytes || !std::ranges::equal(bytes.first(magic.size()), magic)) {
        return std::unexpected(VaultError{VaultFault::malformed, "data key"});
    }
    DataKey key;
    for (std::size_t i = 0; i < 4; ++i) {
        key.epoch |= static_cast<std::uint32_t>(bytes[epoch_at + i]) << (8 * i);
    }
    if (key.epoch == 0) {
        return std::unexpected(VaultError{VaultFault::malformed, "data key"});
    }
    std::ranges::copy(bytes.subspan(file_id_at, 16), key.file_id.begin());
    std::ranges::copy(bytes.subspan(file_salt_at, 16), key.file_salt.begin());
    key.secret = keys::SecretBytes(bytes.subspan(secret_at));
    return key;
}

}  // namespace zhibu::vault
