#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "shared/keys/secret_bytes.hpp"
#include "shared/vault/data_key.hpp"

namespace zhibu::vault {

/// The keys of one epoch of one file, 32 bytes each, derived from its data key by HKDF-SHA256 over
/// the file's salt. Source: docs/file-formats.md, "Keys".
struct EpochKeys {
    std::uint32_t epoch = 0;
    keys::SecretBytes database;
    keys::SecretBytes wal;
    keys::SecretBytes frame_header;
    keys::SecretBytes head;
};

/// The keys of one file: the newest epoch's, by which pages are sealed, and while a rotation goes
/// on those of one epoch before, by which pages are still opened. Threads: may be read by several.
class KeyRing {
public:
    explicit KeyRing(const DataKey& newest);
    /// Both of the same file; `older` of an earlier epoch (checked).
    KeyRing(const DataKey& newest, const DataKey& older);

    [[nodiscard]] const EpochKeys& newest() const { return epochs_.front(); }

    /// Newest first; one or two.
    [[nodiscard]] std::span<const EpochKeys> epochs() const { return epochs_; }

    /// Null: the ring has no keys of this epoch.
    [[nodiscard]] const EpochKeys* find(std::uint32_t epoch) const;

    [[nodiscard]] const std::array<std::uint8_t, 16>& file_id() const { return file_id_; }

private:
    std::vector<EpochKeys> epochs_;
    std::array<std::uint8_t, 16> file_id_{};
};

}  // namespace zhibu::vault
