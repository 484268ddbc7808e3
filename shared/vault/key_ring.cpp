#include "shared/vault/key_ring.hpp"

#include <algorithm>

#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"

namespace zhibu::vault {
namespace {

constexpr std::size_t aes_256_key_bytes = 32;

keys::SecretBytes derive(const DataKey& key, std::string_view purpose) {
    return keys::hkdf_sha256(key.secret.span(), key.file_salt, purpose, aes_256_key_bytes);
}

EpochKeys derive_epoch(const DataKey& key) {
    ZHIBU_CHECK(key.secret.size() == data_key_secret_bytes && key.epoch > 0);
    EpochKeys keys;
    keys.epoch = key.epoch;
    keys.database = derive(key, "zhibu vault 1 database page");
    keys.wal = derive(key, "zhibu vault 1 wal page");
    keys.frame_header = derive(key, "zhibu vault 1 wal frame header");
    keys.head = derive(key, "zhibu vault 1 head record");
    return keys;
}

}  // namespace

KeyRing::KeyRing(const DataKey& newest) : file_id_{newest.file_id} {
    epochs_.push_back(derive_epoch(newest));
}

KeyRing::KeyRing(const DataKey& newest, const DataKey& older) : KeyRing(newest) {
    ZHIBU_CHECK(older.epoch < newest.epoch);
    ZHIBU_CHECK(older.file_id == newest.file_id && older.file_salt == newest.file_salt);
    epochs_.push_back(derive_epoch(older));
}

const EpochKeys* KeyRing::find(std::uint32_t epoch) const {
    const auto found = std::ranges::find(epochs_, epoch, &EpochKeys::epoch);
    return found == epochs_.end() ? nullptr : &*found;
}

}  // namespace zhibu::vault
