#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/vault_error.hpp"
#include "shared/vault/wrapped_keys.hpp"

namespace zhibu::vault {

/// The data keys of one sealed file and the key that wraps them, as they stand in the file of
/// wrapped keys: each change here is durable there first. Threads: not synchronised.
class KeptKeys {
public:
    /// Of a new file. `disk` must outlive the result. Errors: storage_failed.
    [[nodiscard]] static std::expected<KeptKeys, VaultError> make(Disk& disk,
                                                                  std::filesystem::path file,
                                                                  keys::SecretBytes wrapping,
                                                                  record::Random& random);

    /// Errors: as read_wrapped_keys().
    [[nodiscard]] static std::expected<KeptKeys, VaultError> read(Disk& disk,
                                                                  std::filesystem::path file,
                                                                  keys::SecretBytes wrapping);

    /// Of another new file, on the same disk and wrapped by the same key. Errors: storage_failed.
    [[nodiscard]] std::expected<KeptKeys, VaultError> make_alike(std::filesystem::path file,
                                                                 record::Random& random) const;

    [[nodiscard]] std::shared_ptr<const KeyRing> ring() const;

    /// Whether a change of the data key is under way.
    [[nodiscard]] bool holds_two() const { return kept_.older.has_value(); }

    [[nodiscard]] std::uint32_t newest_epoch() const { return kept_.newest.epoch; }

    /// Puts a new data key before the one there is (checked: one), and wraps both by `next` where
    /// that is given: the wrapping key before it then opens the file no more.
    /// Errors: storage_failed: nothing has changed here; what the file holds opens the same pages.
    [[nodiscard]] std::expected<void, VaultError> begin_change(
        std::optional<keys::SecretBytes> next, record::Random& random);

    /// Drops the older of two keys (checked). Errors: storage_failed, as above.
    [[nodiscard]] std::expected<void, VaultError> end_change(record::Random& random);

private:
    KeptKeys(Disk& disk, std::filesystem::path file, keys::SecretBytes wrapping, FileKeys kept);

    [[nodiscard]] std::expected<void, VaultError> write(const keys::SecretBytes& wrapping,
                                                        record::Random& random);

    Disk* disk_;
    std::filesystem::path file_;
    keys::SecretBytes wrapping_;
    FileKeys kept_;
};

}  // namespace zhibu::vault
