#include "tests/support/sealed_ledger.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/page_cipher.hpp"
#include "shared/vault/reseal_journal.hpp"
#include "shared/vault/wrapped_keys.hpp"

namespace zhibu::support {
namespace {

using record::Hash;

/// The content of an entry: from nothing to five pages, so that some overflow.
std::vector<std::uint8_t> content_of(std::uint64_t seed, std::uint64_t number) {
    SeededRandom random{1'000'000 * seed + number};
    std::vector<std::uint8_t> content(random.below(random.chance(20) ? 20'000 : 900) + 1);
    random.fill(content);
    return content;
}

Hash chained(const Hash& before, std::span<const std::uint8_t> content) {
    keys::Sha256 hash;
    hash.update(before);
    hash.update(content);
    return hash.finish();
}

struct Finalized {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

using Statement = std::unique_ptr<sqlite3_stmt, Finalized>;

std::span<const std::uint8_t> blob(sqlite3_stmt* statement, int column) {
    return {static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column)),
            static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

/// What else a transaction does beside its entry.
std::string chores(std::uint64_t seed, std::uint64_t number) {
    const std::string sql = "UPDATE counter SET value=" + std::to_string(number) + ";";
    switch ((seed + number) % 10) {
        case 3:
            return sql +
                   "DELETE FROM scratch; INSERT INTO scratch SELECT number, content FROM entry";
        case 5:
            return sql +
                   "SAVEPOINT a; UPDATE scratch SET content=zeroblob(50); ROLLBACK TO a; "
                   "RELEASE a";
        case 7:
            // Several times over more pages than the cache holds: frames are written over.
            return sql +
                   "UPDATE scratch SET content=content||x'00'; UPDATE scratch SET "
                   "number=-number; UPDATE scratch SET number=-number";
        default:
            return sql + "DELETE FROM scratch WHERE number%7=" + std::to_string(number % 7);
    }
}

/// What is done after a transaction, now and then.
std::string upkeep(std::uint64_t seed, std::uint64_t number) {
    switch ((seed + number) % 13) {
        case 4:
            return "PRAGMA wal_checkpoint(PASSIVE)";
        case 8:
            return "PRAGMA wal_checkpoint(TRUNCATE)";
        case 11:
            return "VACUUM";
        default:
            return {};
    }
}

/// By which the data keys are kept; it is no part of what is tested.
keys::SecretBytes wrapping() { return keys::SecretBytes{vault::wrapping_key_bytes}; }

LedgerFault fault_of(const vault::VaultError& error) {
    return error.fault == vault::VaultFault::storage_failed ? LedgerFault::storage_failed
                                                            : LedgerFault::damaged;
}

}  // namespace

SealedLedger::Key::Key(std::uint64_t of_all) : seed{of_all}, random{of_all} {}

SealedLedger::SealedLedger(MemoryDisk& disk, Key& key, std::unique_ptr<MemoryFolder> folder,
                           vault::KeptKeys keys)
    : disk_{disk},
      key_{key},
      folder_{std::move(folder)},
      keys_{std::move(keys)},
      memory_vfs_{"memory", disk},
      vfs_{"sealed-memory", "memory"},
      keyed_{vfs_.key(database_name, keys_.ring(),
                      vault::FileTerms{key.random, [this] { end_process(); }})
                 .value()} {}

SealedLedger::~SealedLedger() { sqlite3_close(connection_); }

vault::HeadTerms SealedLedger::head_terms() {
    return {key_.random, [this] { end_process(); }};
}

/// What the real one does: nothing that comes later reaches the disk.
void SealedLedger::end_process() {
    sync_has_failed_ = true;
    disk_.cut_now();
}

bool SealedLedger::open_connection() {
    const int result =
        sqlite3_open_v2(std::string(database_name).c_str(), &connection_,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs_.name().c_str());
    return result == SQLITE_OK && sqlite3_extended_result_codes(connection_, 1) == SQLITE_OK;
}

bool SealedLedger::run(const std::string& sql) {
    return sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::expected<std::unique_ptr<SealedLedger>, LedgerFault> SealedLedger::found(MemoryDisk& disk,
                                                                              Key& key) {
    auto folder = std::make_unique<MemoryFolder>(disk);
    auto keys = vault::KeptKeys::make(*folder, keys_name, wrapping(), key.random);
    if (!keys) {
        return std::unexpected(LedgerFault::storage_failed);
    }
    std::unique_ptr<SealedLedger> ledger(
        new SealedLedger(disk, key, std::move(folder), *std::move(keys)));
    if (!ledger->open_connection() || !vault::apply_open_pragmas(ledger->connection_).has_value() ||
        !ledger->run("PRAGMA cache_size=8; CREATE TABLE entry(number INTEGER PRIMARY KEY, content "
                     "BLOB, chain BLOB); CREATE TABLE counter(value INTEGER); INSERT INTO counter "
                     "VALUES(0); CREATE TABLE scratch(number INTEGER, content BLOB); CREATE INDEX "
                     "by_number ON scratch(number)")) {
        return std::unexpected(LedgerFault::storage_failed);
    }
    // The head comes last: where there is one, there is a database.
    if (disk.sync_folder() != DiskAnswer::done) {
        return std::unexpected(LedgerFault::storage_failed);
    }
    auto file = create_on(disk, std::string(head_name));
    if (file == nullptr) {
        return std::unexpected(LedgerFault::storage_failed);
    }
    auto head =
        vault::HeadFile::create(std::move(file), ledger->keys_.ring(), ledger->head_terms(), {});
    if (!head || disk.sync_folder() != DiskAnswer::done) {
        return std::unexpected(LedgerFault::storage_failed);
    }
    ledger->head_ = std::make_unique<vault::HeadFile>(std::move(*head));
    return ledger;
}

std::expected<std::unique_ptr<SealedLedger>, LedgerFault> SealedLedger::open(MemoryDisk& disk,
                                                                             Key& key) {
    auto folder = std::make_unique<MemoryFolder>(disk);
    auto keys = vault::KeptKeys::read(*folder, keys_name, wrapping());
    if (!keys && keys.error().fault == vault::VaultFault::not_there) {
        return std::unexpected(LedgerFault::not_there);
    }
    if (!keys) {
        return std::unexpected(fault_of(keys.error()));
    }
    std::unique_ptr<SealedLedger> ledger(
        new SealedLedger(disk, key, std::move(folder), *std::move(keys)));
    if (!ledger->is_of_kept_keys()) {
        return std::unexpected(LedgerFault::stale_key);
    }
    auto file = open_on(disk, std::string(head_name));
    if (file == nullptr) {
        return std::unexpected(LedgerFault::not_there);
    }
    if (ledger->keys_.holds_two()) {
        const auto mended = vault::ResealJournal::replay(
            *ledger->folder_, journal_name, database_name, ledger->keys_.ring(), key.random);
        if (!mended) {
            return std::unexpected(fault_of(mended.error()));
        }
    }
    auto head = vault::HeadFile::open(std::move(file), ledger->keys_.ring(), ledger->head_terms());
    if (!head) {
        return std::unexpected(fault_of(head.error()));
    }
    ledger->head_ = std::make_unique<vault::HeadFile>(std::move(*head));
    if (!ledger->open_connection()) {
        return std::unexpected(LedgerFault::damaged);
    }
    if (const auto applied = vault::apply_open_pragmas(ledger->connection_); !applied) {
        return std::unexpected(fault_of(applied.error()));
    }
    if (!ledger->run("PRAGMA cache_size=8")) {
        return std::unexpected(LedgerFault::damaged);
    }
    ZHIBU_TRY_VOID(ledger->check_entries());
    if (ledger->keys_.holds_two() && !ledger->begin_rekeying()) {
        return std::unexpected(LedgerFault::storage_failed);
    }
    return ledger;
}

/// Of what stands in database and log, frames behind the log's end included.
bool SealedLedger::is_of_kept_keys() const {
    constexpr std::size_t wal_header = 32;
    constexpr std::size_t frame_header = 24;
    const std::uint32_t newest = keys_.newest_epoch();
    const std::uint32_t oldest = keys_.holds_two() ? newest - 1 : newest;
    const auto is_kept = [&](std::string_view name, std::size_t first, std::size_t distance) {
        const std::vector<std::uint8_t> bytes = disk_.content(std::string(name));
        for (std::size_t at = first; at + vault::page_bytes <= bytes.size(); at += distance) {
            const std::uint32_t epoch =
                vault::claimed_epoch(std::span(bytes).subspan(at).first<vault::page_bytes>());
            // What a power cut has torn may name anything; a whole page that was left, this.
            if (epoch > 0 && epoch < oldest) {
                return false;
            }
        }
        return true;
    };
    return is_kept(database_name, 0, vault::page_bytes) &&
           is_kept(wal_name, wal_header + frame_header, frame_header + vault::page_bytes);
}

vault::Rekeying::Parts SealedLedger::rekeying_parts() {
    return {connection_, &keyed_, head_.get(), &keys_, &key_.random};
}

bool SealedLedger::begin_rekeying() {
    auto journal = vault::ResealJournal::open(*folder_, journal_name);
    if (!journal) {
        return false;
    }
    if (keys_.holds_two()) {
        rekeying_.emplace(rekeying_parts(), *std::move(journal));
        return true;
    }
    auto begun = vault::Rekeying::begin(rekeying_parts(), *std::move(journal), std::nullopt);
    if (begun) {
        rekeying_.emplace(*std::move(begun));
    }
    return begun.has_value();
}

/// What fails is tried again after the next transaction.
void SealedLedger::rekey(std::uint64_t number) {
    if (!rekeying_ && ((key_.seed + number) % 6 != 2 || !begin_rekeying())) {
        return;
    }
    // Sometimes so many that nothing else is written between the log's end and the older key's.
    const std::uint64_t steps = 1 + key_.random.below(6);
    for (std::uint64_t i = 0; i < steps; ++i) {
        const auto step = rekeying_->step();
        if (step && *step == vault::RekeyStep::done) {
            rekeying_.reset();
            return;
        }
    }
}

bool SealedLedger::finish_rekeying() {
    while (rekeying_) {
        const auto step = rekeying_->step();
        if (!step) {
            return false;
        }
        if (*step == vault::RekeyStep::done) {
            rekeying_.reset();
        }
    }
    return !keys_.holds_two() && is_of_kept_keys();
}

std::expected<void, LedgerFault> SealedLedger::check_entries() {
    sqlite3_stmt* made = nullptr;
    int result = sqlite3_prepare_v2(connection_, "SELECT number, content, chain FROM entry", -1,
                                    &made, nullptr);
    const Statement statement(made);
    std::optional<Hash> at_head;
    if (head_->latest().sequence.position == 0) {
        at_head = head_->latest().chain_hash;
    }
    while (result == SQLITE_OK && (result = sqlite3_step(made)) == SQLITE_ROW) {
        result = SQLITE_OK;
        const auto number = static_cast<std::uint64_t>(sqlite3_column_int64(made, 0));
        const auto content = blob(made, 1);
        chain_ = chained(chain_, content);
        if (number != entries_ + 1) {
            return std::unexpected(LedgerFault::behind);
        }
        if (!std::ranges::equal(content, content_of(key_.seed, number)) ||
            !std::ranges::equal(blob(made, 2), chain_)) {
            return std::unexpected(LedgerFault::other_content);
        }
        entries_ = number;
        if (number == head_->latest().sequence.position) {
            at_head = chain_;
        }
    }
    if (result != SQLITE_DONE) {
        return std::unexpected(LedgerFault::damaged);
    }
    const vault::DatabasePosition position{record::Sequence{entries_}, record::LogIndex{entries_},
                                           at_head};
    const vault::HeadVerdict verdict = compare(head_->latest(), position);
    if (verdict == vault::HeadVerdict::behind || verdict == vault::HeadVerdict::forked) {
        return std::unexpected(LedgerFault::behind);
    }
    return {};
}

bool SealedLedger::append() {
    const std::uint64_t number = entries_ + 1;
    const std::vector<std::uint8_t> content = content_of(key_.seed, number);
    const Hash chain = chained(chain_, content);
    const std::string insert = "INSERT INTO entry VALUES(" + std::to_string(number) + ",x'" +
                               keys::to_hex(content) + "',x'" + keys::to_hex(chain) + "');";
    if (!run("BEGIN") || !run(insert + chores(key_.seed, number)) || !run("COMMIT")) {
        return false;
    }
    entries_ = number;
    chain_ = chain;
    const vault::HeadRecord head{record::Sequence{number}, chain, record::LogIndex{number},
                                 keyed_.pages_sealed()};
    if (!head_->write(head) || sync_has_failed_) {
        return false;
    }
    // Its failure takes nothing back; the next transaction meets it.
    static_cast<void>(run(upkeep(key_.seed, number)));
    rekey(number);
    return !sync_has_failed_;
}

namespace {

LedgerRun append_to(SealedLedger& ledger, std::uint64_t most) {
    LedgerRun run{true, ledger.entries(), false};
    while (run.acknowledged < most && ledger.append()) {
        ++run.acknowledged;
    }
    run.sync_has_failed = ledger.sync_has_failed();
    return run;
}

}  // namespace

LedgerRun found_and_append(MemoryDisk& disk, SealedLedger::Key& key, std::uint64_t most,
                           LedgerEnd end) {
    const auto ledger = SealedLedger::found(disk, key);
    const LedgerRun run = ledger ? append_to(**ledger, most) : LedgerRun{};
    if (end == LedgerEnd::killed) {
        disk.cut_now();
    }
    return run;
}

LedgerRun open_and_append(MemoryDisk& disk, SealedLedger::Key& key, std::uint64_t most) {
    const auto ledger = SealedLedger::open(disk, key);
    return ledger ? append_to(**ledger, most) : LedgerRun{};
}

std::string what_is_lost(MemoryDisk& disk, SealedLedger::Key& key, const LedgerRun& run) {
    const auto ledger = SealedLedger::open(disk, key);
    if (!ledger) {
        return run.is_founded
                   ? "it does not open, fault " + std::to_string(static_cast<int>(ledger.error()))
                   : "";
    }
    const std::uint64_t entries = (*ledger)->entries();
    if (entries < run.acknowledged || entries > run.acknowledged + 1) {
        return std::to_string(run.acknowledged) + " entries acknowledged, " +
               std::to_string(entries) + " found";
    }
    if (!(*ledger)->append()) {
        return "nothing more can be appended";
    }
    return (*ledger)->finish_rekeying() ? "" : "the change of its key does not come to its end";
}

}  // namespace zhibu::support
