#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/vault/head_record.hpp"
#include "shared/vault/kept_keys.hpp"
#include "shared/vault/rekeying.hpp"
#include "shared/vault/vfs.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"
#include "tests/support/seeded_random.hpp"

struct sqlite3;

namespace zhibu::support {

/// Why a ledger was not opened, or could not go on. Each is seen by its owner; what must never be
/// is a ledger that opens and is shorter or other than what it acknowledged.
enum class LedgerFault : std::uint8_t {
    /// Never founded: no head record.
    not_there,
    /// The head record, a page or SQLite's own structures are damaged.
    damaged,
    /// The head record says that acknowledged entries are missing, or are others.
    behind,
    /// An entry says what was never written there. Where no bytes of another day were put back, the
    /// vault has opened what it did not seal.
    other_content,
    /// A page of database or log names a key that is not kept any more.
    stale_key,
    storage_failed,
};

/// The smallest replica that can lose something: entries in a sealed database on a memory disk,
/// each chained to the one before it, acknowledged when commit and head record are durable. What an
/// entry says follows from its number alone, so every entry can be checked for what it should be.
/// Its transactions reach for all that SQLite does with pages: overflow pages, deletions, a cache
/// too small for the transaction, checkpoints, VACUUM. Now and then its data key changes, a few
/// steps after each transaction.
class SealedLedger {
public:
    /// What all that belongs to one ledger's key needs to live longer than it.
    struct Key {
        explicit Key(std::uint64_t of_all);

        /// Also decides what the entries say, and which transaction does what beside them.
        std::uint64_t seed;
        SeededRandom random;
    };

    static constexpr std::string_view database_name = "ledger";
    static constexpr std::string_view wal_name = "ledger-wal";
    static constexpr std::string_view head_name = "head";
    static constexpr std::string_view keys_name = "keys";
    static constexpr std::string_view journal_name = "journal";

    [[nodiscard]] static std::expected<std::unique_ptr<SealedLedger>, LedgerFault> found(
        MemoryDisk& disk, Key& key);
    /// Reads every entry: what opens is right.
    [[nodiscard]] static std::expected<std::unique_ptr<SealedLedger>, LedgerFault> open(
        MemoryDisk& disk, Key& key);

    ~SealedLedger();
    SealedLedger(const SealedLedger&) = delete;
    SealedLedger& operator=(const SealedLedger&) = delete;

    /// Appends the next entry and makes it durable: true, or it is not acknowledged. A ledger whose
    /// disk failed is to be dropped.
    [[nodiscard]] bool append();

    /// The last entry's number.
    [[nodiscard]] std::uint64_t entries() const { return entries_; }

    [[nodiscard]] bool sync_has_failed() const { return sync_has_failed_; }

    /// Brings a change of the data key that is under way to its end: none is, and no page is of an
    /// older key, if it says true.
    [[nodiscard]] bool finish_rekeying();

    /// How many changes of the key there have been.
    [[nodiscard]] std::uint32_t rekeyed() const { return keys_.newest_epoch() - 1; }

private:
    SealedLedger(MemoryDisk& disk, Key& key, std::unique_ptr<MemoryFolder> folder,
                 vault::KeptKeys keys);

    void end_process();
    [[nodiscard]] bool open_connection();
    [[nodiscard]] bool run(const std::string& sql);
    [[nodiscard]] std::expected<void, LedgerFault> check_entries();
    [[nodiscard]] bool is_of_kept_keys() const;
    [[nodiscard]] bool begin_rekeying();
    void rekey(std::uint64_t number);
    [[nodiscard]] vault::Rekeying::Parts rekeying_parts();
    [[nodiscard]] vault::HeadTerms head_terms();

    MemoryDisk& disk_;
    Key& key_;
    std::unique_ptr<MemoryFolder> folder_;
    vault::KeptKeys keys_;
    MemoryVfs memory_vfs_;
    vault::Vfs vfs_;
    vault::KeyedFile keyed_;
    sqlite3* connection_ = nullptr;
    std::unique_ptr<vault::HeadFile> head_;
    std::optional<vault::Rekeying> rekeying_;
    record::Hash chain_{};
    std::uint64_t entries_ = 0;
    bool sync_has_failed_ = false;
};

/// How far a ledger came.
struct LedgerRun {
    bool is_founded = false;
    std::uint64_t acknowledged = 0;
    bool sync_has_failed = false;
};

/// Whether SQLite closes the ledger, which moves its log into the database, or its disk is cut off
/// before.
enum class LedgerEnd : std::uint8_t { closed, killed };

/// Founds a ledger, or goes on with the one that is there, and appends until the disk fails or
/// `most` entries stand.
[[nodiscard]] LedgerRun found_and_append(MemoryDisk& disk, SealedLedger::Key& key,
                                         std::uint64_t most, LedgerEnd end = LedgerEnd::closed);
[[nodiscard]] LedgerRun open_and_append(MemoryDisk& disk, SealedLedger::Key& key,
                                        std::uint64_t most);

/// Whether the ledger that `run` left opens with all that it acknowledged, and at most the one
/// entry more that was under way; empty: it does. A ledger that was never founded may be missing.
[[nodiscard]] std::string what_is_lost(MemoryDisk& disk, SealedLedger::Key& key,
                                       const LedgerRun& run);

}  // namespace zhibu::support
