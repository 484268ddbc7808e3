#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>

#include "shared/record/change.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

/// Up to where a sealed database had come when last a change was acknowledged.
struct HeadRecord {
    /// Of the last committed group of this device, and the hash of the chain up to it.
    record::Sequence sequence;
    record::Hash chain_hash{};
    /// Of the last group of the space's log.
    record::LogIndex log_index;
    /// By the newest key, database and WAL together; see KeyedFile.
    std::uint64_t pages_sealed = 0;

    friend bool operator==(const HeadRecord&, const HeadRecord&) = default;
};

/// Where a database stands by its own rows.
struct DatabasePosition {
    record::Sequence sequence;
    record::LogIndex log_index;
    /// Of the chain up to the head record's sequence; none if the rows do not reach so far.
    std::optional<record::Hash> chain_hash_at_head;
};

enum class HeadVerdict : std::uint8_t {
    equal,
    /// Committed, but the program ended before it wrote the head: nothing of it was acknowledged.
    ahead,
    /// Acknowledged changes are missing: the database must be rebuilt from server and outbox.
    behind,
    /// As long or longer, but another history: to be treated as `behind`.
    forked,
};

[[nodiscard]] HeadVerdict compare(const HeadRecord& head, const DatabasePosition& database);

/// How the head's file is treated. See FileTerms for both.
struct HeadTerms {
    record::Random& random;
    std::function<void()> sync_failed = {};
};

/// The head record's file, beside the database: two slots, written in turn, each sealed by
/// AES-256-GCM under a key of its own. Source: docs/file-formats.md, "Head record".
///
/// Promised: SQLite takes a damaged end of its log for the end; whoever compares the head with the
/// database learns that acknowledged changes are missing, whether by a crash, a flipped bit, or a
/// database and log put back from an older copy. A write that a crash cuts short leaves the record
/// before it. Not promised: to notice that database, log and this file were all put back together
/// (the next contact with the server does), or that a single page of the database was put back.
/// Threads: not synchronised; belongs to whoever commits.
class HeadFile {
public:
    /// Writes the first record into an empty file, and again, so that both slots hold one.
    /// Errors: storage_failed.
    [[nodiscard]] static std::expected<HeadFile, VaultError> create(
        std::unique_ptr<StorageFile> file, std::shared_ptr<const KeyRing> ring, HeadTerms terms,
        const HeadRecord& first);

    /// Reads the newest slot that is valid. By a key that is not the ring's newest it counts no
    /// pages: no page is sealed by a new key before a head is.
    /// Errors: damaged (neither is; by a wrong key too), storage_failed.
    [[nodiscard]] static std::expected<HeadFile, VaultError> open(
        std::unique_ptr<StorageFile> file, std::shared_ptr<const KeyRing> ring, HeadTerms terms);

    [[nodiscard]] const HeadRecord& latest() const { return latest_; }

    /// From now on writes by this ring's newest key; reading is over. A slot of the key before
    /// stays until two more records have been written. The ring is of the same file.
    void use(std::shared_ptr<const KeyRing> ring) { ring_ = std::move(ring); }

    /// Makes the record durable: to be called after each commit and before its acknowledgement.
    /// It does not go back (checked). A failed sync ends the process.
    /// Errors: storage_failed: the record before it stands, and the write may be tried again.
    [[nodiscard]] std::expected<void, VaultError> write(const HeadRecord& record);

private:
    HeadFile(std::unique_ptr<StorageFile> file, std::shared_ptr<const KeyRing> ring,
             HeadTerms terms);

    [[nodiscard]] std::expected<void, VaultError> write_slot(std::uint64_t generation,
                                                             const HeadRecord& record);

    std::unique_ptr<StorageFile> file_;
    std::shared_ptr<const KeyRing> ring_;
    HeadTerms terms_;
    HeadRecord latest_;
    std::uint64_t generation_ = 0;
};

}  // namespace zhibu::vault
