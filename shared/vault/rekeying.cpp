#include "shared/vault/rekeying.hpp"

#include <sqlite3.h>

#include <utility>

#include "shared/record/check.hpp"
#include "shared/vault/detail/reseal_work.hpp"

namespace zhibu::vault {
namespace {

std::unexpected<VaultError> failed(int code) {
    return std::unexpected{VaultError{
        code == SQLITE_IOERR_DATA ? VaultFault::damaged : VaultFault::storage_failed, "rekeying"}};
}

/// Moves all of the log into the database and makes the log's file empty, without waiting for
/// readers. True: it is, durably.
std::expected<bool, VaultError> truncate_log(sqlite3* writer) {
    int code =
        sqlite3_wal_checkpoint_v2(writer, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code == SQLITE_BUSY) {
        return false;
    }
    if (code != SQLITE_OK) {
        return failed(sqlite3_extended_errcode(writer));
    }
    // SQLite does not sync it: after a power cut the older key's frames would be there again.
    sqlite3_file* log = nullptr;
    code = sqlite3_file_control(writer, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                                static_cast<void*>(&log));
    ZHIBU_CHECK(code == SQLITE_OK && log != nullptr);
    if (log->pMethods != nullptr) {
        code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    }
    return code == SQLITE_OK ? std::expected<bool, VaultError>{true} : failed(code);
}

}  // namespace

std::expected<Rekeying, VaultError> Rekeying::begin(Parts parts, ResealJournal journal,
                                                    std::optional<keys::SecretBytes> next) {
    ZHIBU_TRY_VOID(parts.keys->begin_change(std::move(next), *parts.random));
    return Rekeying{parts, std::move(journal)};
}

Rekeying::Rekeying(Parts parts, ResealJournal journal)
    : parts_{parts}, journal_{std::move(journal)} {
    ZHIBU_CHECK(parts_.keys->holds_two());
    const auto ring = parts_.keys->ring();
    parts_.keyed->use(ring);
    parts_.head->use(ring);
}

std::expected<RekeyStep, VaultError> Rekeying::step() {
    ZHIBU_CHECK(sqlite3_get_autocommit(parts_.writer) != 0);
    switch (phase_) {
        case Phase::heads:
            return write_heads();
        case Phase::resealing:
            return reseal();
        case Phase::emptying:
            return empty_log();
        case Phase::looking:
            return look();
        case Phase::dropping:
            return drop_key();
    }
    std::unreachable();
}

std::expected<void, VaultError> Rekeying::write_head() {
    HeadRecord record = parts_.head->latest();
    record.pages_sealed = parts_.keyed->pages_sealed();
    return parts_.head->write(record);
}

/// Both slots, so that none needs the older key any more.
std::expected<RekeyStep, VaultError> Rekeying::write_heads() {
    ZHIBU_TRY_VOID(write_head());
    ZHIBU_TRY_VOID(write_head());
    phase_ = Phase::resealing;
    return RekeyStep::again;
}

std::expected<RekeyStep, VaultError> Rekeying::reseal() {
    detail::ResealWork work{.from = page_, .looks_max = looks_max, .journal = &journal_};
    const int code = sqlite3_file_control(parts_.writer, "main", detail::reseal_control, &work);
    if (code != SQLITE_OK) {
        return failed(code);
    }
    // A page that a power cut has torn in a checkpoint stands whole in the log.
    if (work.left != 0 && log_was_empty_) {
        return failed(SQLITE_IOERR_DATA);
    }
    if (work.resealed > 0) {
        ZHIBU_TRY_VOID(write_head());
    }
    page_ = work.next;
    if (page_ == 0) {
        phase_ = Phase::emptying;
    }
    return RekeyStep::again;
}

std::expected<RekeyStep, VaultError> Rekeying::empty_log() {
    ZHIBU_TRY(is_empty, truncate_log(parts_.writer));
    if (!is_empty) {
        return RekeyStep::later;
    }
    log_was_empty_ = true;
    page_ = 1;
    phase_ = Phase::looking;
    return RekeyStep::again;
}

std::expected<RekeyStep, VaultError> Rekeying::look() {
    detail::ResealWork work{.from = page_, .looks_max = looks_max, .journal = nullptr};
    const int code = sqlite3_file_control(parts_.writer, "main", detail::reseal_control, &work);
    if (code != SQLITE_OK) {
        return failed(code);
    }
    page_ = work.left != 0 ? work.left : work.next;
    if (work.left != 0) {
        phase_ = Phase::resealing;
    } else if (page_ == 0) {
        phase_ = Phase::dropping;
    }
    return RekeyStep::again;
}

std::expected<RekeyStep, VaultError> Rekeying::drop_key() {
    ZHIBU_TRY_VOID(parts_.keys->end_change(*parts_.random));
    const auto ring = parts_.keys->ring();
    parts_.keyed->use(ring);
    parts_.head->use(ring);
    return RekeyStep::done;
}

}  // namespace zhibu::vault
