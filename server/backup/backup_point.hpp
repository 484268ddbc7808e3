#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <vector>

#include "server/founding/founding.hpp"
#include "server/store/store.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// Up to where a backup holds the log: the tree head of that moment, which lies in the backup's
/// folder as `zhibu-server head` prints one. No two backups of a space have the same.
struct BackupPoint {
    std::vector<std::uint8_t> bytes;
    sync::TreeHead head;

    [[nodiscard]] LogIndex at() const { return LogIndex{head.size / 2}; }

    friend bool operator==(const BackupPoint&, const BackupPoint&) = default;
};

/// No value: the bytes are no head of a whole position.
[[nodiscard]] std::optional<BackupPoint> to_point(std::vector<std::uint8_t> bytes);

/// Writes it into the backup's folder, durably. Errors: what to say.
[[nodiscard]] std::expected<void, FoundingError> write_point(const std::filesystem::path& folder,
                                                             const sync::SignedTreeHead& head);

/// The point of the backup in that folder. Its signature is not looked at: whoever goes on from it
/// compares it with the store. Errors: what to say, also where there is none.
[[nodiscard]] std::expected<BackupPoint, FoundingError> read_point(
    const std::filesystem::path& folder);

/// Takes it away.
void remove_point(const std::filesystem::path& folder);

}  // namespace zhibu::server
