#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>

#include "shared/vault/disk.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "shared/vault/outbox_reader.hpp"

namespace zhibu::vault {

struct OutboxTerms {
    /// As far as the file may grow: some 100,000 groups of one record, or a roster of as many.
    std::uint64_t bytes_max = std::uint64_t{256} << 20U;
    /// Called when the disk has refused a sync; must not return to be of use. Empty: ends the
    /// process. See FileTerms.
    std::function<void()> sync_failed = {};
};

/// The groups of this device that no backup of the server covers yet, in a file beside the replica
/// that outlives it: each sealed to the server and to the data key. When the lease has ended and
/// the replica is gone, the entries can still be handed in, unread, and end up in quarantine.
///
/// Promised: what append() has returned from is on the disk; a damaged entry hides no other one;
/// nothing is dropped but by drop_through().
/// Used so: make room, commit to the replica, append, acknowledge the user's action; at start, append
/// whatever group waits in the replica and is not contained here.
/// Threads: not synchronised; belongs to whoever commits. Source: vault.md, "Keys"; sync.md,
/// "Edit windows"; docs/file-formats.md, "Outbox".
class Outbox {
public:
    /// Opens the file, or makes it, and reads all of it. `disk` must outlive it.
    /// Errors: storage_failed.
    [[nodiscard]] static std::expected<Outbox, OutboxFault> open(Disk& disk,
                                                                 std::filesystem::path file,
                                                                 OutboxTerms terms = {});

    /// Takes room on the disk for an entry whose group and signature have so many bytes: the next
    /// append() overwrites it, and cannot fail for want of it. What a crash leaves of it is a
    /// damaged range. Errors: full, storage_failed (no room): nothing has changed.
    [[nodiscard]] std::expected<void, OutboxFault> make_room(std::size_t group_bytes);

    /// Seals the group, writes it behind the others and syncs. `random` must be unpredictable.
    /// Errors: group_too_large, already_there, full, bad_server_key, storage_failed; the entries
    /// before it are as they were.
    [[nodiscard]] std::expected<void, OutboxFault> append(const record::GroupName& name,
                                                          const record::SealedGroup& group,
                                                          const OutboxRecipients& recipients,
                                                          record::Random& random);

    /// Whether an undamaged entry has this name.
    [[nodiscard]] bool contains(const record::GroupName& name) const {
        return names_.contains(name);
    }

    /// The names of all undamaged entries.
    [[nodiscard]] const std::set<record::GroupName>& names() const { return names_; }

    /// How many undamaged entries there are.
    [[nodiscard]] std::size_t count() const { return names_.size(); }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    /// Reads from the beginning; to be done with before append() or drop_through() is called.
    [[nodiscard]] OutboxReader read() { return OutboxReader(*file_); }

    /// Drops the entries of this device and incarnation up to and including `covered`'s sequence,
    /// by a new file that takes the old one's place: time in proportion to the whole outbox. A
    /// damaged range goes with the entries around it, and stays where one of them does.
    /// Errors: storage_failed: nothing that is not covered was lost.
    [[nodiscard]] std::expected<void, OutboxFault> drop_through(const record::GroupName& covered);

private:
    Outbox(Disk& disk, std::filesystem::path file, OutboxTerms terms);

    /// Takes stock of the file behind `file_`.
    [[nodiscard]] std::expected<void, OutboxFault> take_stock();
    [[nodiscard]] std::expected<void, OutboxFault> write(std::span<const std::uint8_t> bytes);
    /// How many bytes it has written.
    [[nodiscard]] std::expected<std::uint64_t, OutboxFault> copy_kept(
        const record::GroupName& covered, StorageFile& out);

    Disk* disk_;
    std::filesystem::path path_;
    OutboxTerms terms_;
    std::unique_ptr<StorageFile> file_;
    std::set<record::GroupName> names_;
    record::Hash last_{};
    std::uint64_t bytes_ = 0;
    /// Behind `bytes_` the file has room that was taken for the next entry.
    bool has_room_ = false;
};

}  // namespace zhibu::vault
