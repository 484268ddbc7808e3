#include "server/store/sqlite/sqlite_store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/reading_on.hpp"
#include "server/store/rows/transaction.hpp"
#include "server/store/sqlite/detail/connection.hpp"
#include "server/store/sqlite/detail/fresh_file.hpp"
#include "server/store/sqlite/detail/sealing.hpp"
#include "server/store/sqlite/detail/sqlite_tables.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

using detail::Failed;
using detail::Query;
using detail::SqliteConnection;
using detail::SqliteTables;

class SqliteStore final : public SealedStore {
public:
    SqliteStore(std::unique_ptr<detail::FileLock> lock, const SealedPlace& place,
                const catalog::Catalog& catalog, StoreSort sort)
        : lock_(std::move(lock)),
          file_(place.file),
          random_(*place.random),
          vfs_(detail::files_of(place).name()),
          catalog_(catalog),
          acknowledged_(detail::mended(place)),
          keyed_(detail::keyed(place, file_, acknowledged_.pages_sealed())),
          writer_(
              std::make_unique<SqliteTables>(file_, SqliteConnection::Use::writer, vfs_, catalog)) {
        check_format();
        acknowledged_.check(*writer_);
        adopt_catalog();
        adopt_ledger(*place.random);
        read_identity();
        if (identity_.part.has_value() != (sort == StoreSort::part)) {
            throw Failed(StoreFault::other_sort, file_.string());
        }
        if (identity_.part) {
            writer_->begins_after = identity_.part->after;
        }
    }

    [[nodiscard]] SpaceIdentity identity() const override { return identity_; }

    /// Throws Failed.
    void verify() {
        Query found = writer_->connection.query("PRAGMA integrity_check(1)");
        if (!found.step() || found.text(0) != "ok") {
            throw Failed(StoreFault::damaged, "integrity");
        }
    }

    [[nodiscard]] Stored<std::unique_ptr<StoreTransaction>> begin() override {
        return detail::guarded(
            [&] { return detail::begin_transaction(*writer_, in_transaction_, committed_); });
    }

    [[nodiscard]] Stored<std::unique_ptr<ErasingTransaction>> begin_erasing() override {
        return detail::guarded(
            [&] { return detail::begin_transaction(*writer_, in_transaction_, committed_); });
    }

    [[nodiscard]] Stored<void> scrub() override {
        ZHIBU_CHECK(!in_transaction_);
        return detail::guarded([&] {
            writer_->connection.execute("VACUUM");
            writer_->database.empty_wal();
        });
    }

    [[nodiscard]] Stored<std::unique_ptr<StoreReader>> open_reader() override {
        return detail::guarded([&] {
            auto tables = std::make_unique<SqliteTables>(file_, SqliteConnection::Use::reader, vfs_,
                                                         catalog_);
            tables->begins_after = writer_->begins_after;
            return detail::make_reader(std::move(tables));
        });
    }

    [[nodiscard]] Stored<std::optional<sync::DigestReply>> copy_to(
        const SealedPlace& place, const std::function<bool()>& goes_on) const override {
        return detail::guarded([&] {
            sync::DigestReply copied;
            const bool is_whole = detail::create_file(
                place, detail::copy_of({file_, vfs_, catalog_}, place, goes_on, copied));
            return is_whole ? std::optional{copied} : std::nullopt;
        });
    }

    [[nodiscard]] std::uint64_t pages_sealed() const override { return keyed_.pages_sealed(); }

    [[nodiscard]] Stored<void> begin_rekeying(
        vault::KeptKeys& keys, std::optional<keys::SecretBytes> next_store_key) override {
        ZHIBU_CHECK(!in_transaction_ && !rekeying_);
        return detail::guarded([&] {
            rekeying_ = detail::begin_rekeying(
                {writer_->database.handle(), &keyed_, &acknowledged_.head(), &keys, &random_},
                file_, std::move(next_store_key));
        });
    }

    [[nodiscard]] Stored<vault::RekeyStep> rekey() override {
        ZHIBU_CHECK(!in_transaction_ && rekeying_);
        return detail::guarded([&] {
            const detail::WithoutWaiting at_once{writer_->database};
            const vault::RekeyStep step = detail::rekey(*rekeying_);
            if (step == vault::RekeyStep::done) {
                rekeying_.reset();
                detail::remove_rekey_journal(file_);
            }
            return step;
        });
    }

    [[nodiscard]] Stored<void> begin_epoch(const record::EpochId& epoch) override {
        return detail::guarded([&] {
            const auto transaction =
                detail::begin_transaction(*writer_, in_transaction_, committed_);
            writer_->meta.note_restored(writer_->log.head());
            writer_->connection.query("UPDATE zhibu_meta SET value=? WHERE name='epoch'")
                .bind(epoch.uuid.bytes)
                .run();
            detail::value_of(transaction->commit());
            read_identity();
        });
    }

private:
    void read_identity() {
        const auto uuid = [](const Query& row) { return row.uuid(0); };
        identity_.space = record::SpaceId{value("space", uuid)};
        identity_.epoch = record::EpochId{value("epoch", uuid)};
        identity_.name = value("name", [](const Query& row) { return row.text(0); });
        identity_.restored_at = writer_->meta.restored_at();
        if (const auto after = writer_->meta.part_after()) {
            const auto bytes = [](const Query& row) { return row.bytes(0); };
            identity_.part =
                PartOf{*after, value("part_continues", bytes), value("part_head", bytes)};
        }
    }

    void check_format() {
        Query asked = writer_->connection.query("PRAGMA user_version");
        const std::int64_t version = asked.step() ? asked.integer(0) : 0;
        if (version != detail::format_version) {
            throw Failed(
                version > detail::format_version ? StoreFault::other_version : StoreFault::damaged,
                "format " + std::to_string(version));
        }
    }

    void adopt_catalog() {
        const std::int64_t known =
            value("catalog_version", [](const Query& row) { return row.integer(0); });
        if (known > std::int64_t{catalog_.version()}) {
            throw Failed(StoreFault::other_version, "catalog " + std::to_string(known));
        }
        // The number alone would not do: a program under development changes its catalog before
        // it raises the number, so what is missing is looked for at each start.
        bool in_transaction = false;
        const auto transaction = detail::begin_transaction(*writer_, in_transaction, committed_);
        writer_->connection.execute(detail::later_tables);
        writer_->columns.create_tables();
        if (known != std::int64_t{catalog_.version()}) {
            writer_->records.place_anew();
            for (const RecordKey& key : writer_->columns.with_extra()) {
                const auto state = writer_->records.read(key);
                ZHIBU_CHECK(state.has_value());
                writer_->records.write(*state);
            }
            writer_->connection.query("UPDATE zhibu_meta SET value=? WHERE name='catalog_version'")
                .bind(std::int64_t{catalog_.version()})
                .run();
        }
        detail::value_of(transaction->commit());
    }

    /// A file from before there was a Merkle tree gets one, over what it holds now.
    void adopt_ledger(record::Random& random) {
        {
            Query row =
                writer_->connection.query("SELECT 1 FROM sqlite_schema WHERE name='zhibu_leaf'");
            if (row.step()) {
                return;
            }
        }
        bool in_transaction = false;
        const auto transaction = detail::begin_transaction(*writer_, in_transaction, committed_);
        writer_->connection.execute(detail::leaf_tables);
        const LogIndex head = writer_->log.head();
        for (LogIndex at{1}; at <= head; ++at.position) {
            const auto row = writer_->log.row(at);
            if (!row) {
                throw Failed(StoreFault::damaged, "zhibu_log");
            }
            writer_->leaves.append(at, make_leaves(*row, random));
        }
        detail::value_of(transaction->commit());
    }

    /// Reads one value of zhibu_meta.
    template <class Read>
    [[nodiscard]] std::invoke_result_t<Read, const Query&> value(std::string_view name, Read read) {
        Query row = writer_->connection.query("SELECT value FROM zhibu_meta WHERE name=?");
        if (!row.bind(name).step()) {
            throw Failed(StoreFault::damaged, "zhibu_meta");
        }
        return read(row);
    }

    std::unique_ptr<detail::FileLock> lock_;
    std::filesystem::path file_;
    record::Random& random_;
    std::string vfs_;
    const catalog::Catalog& catalog_;
    detail::Acknowledged acknowledged_;
    vault::KeyedFile keyed_;
    std::unique_ptr<SqliteTables> writer_;
    std::function<void()> committed_ = [this] {
        acknowledged_.note(*writer_, keyed_.pages_sealed());
    };
    SpaceIdentity identity_;
    bool in_transaction_ = false;
    std::optional<vault::Rekeying> rekeying_;
};

/// The lock of a file that other programs can reach.
std::unique_ptr<detail::FileLock> lock_of(const SealedPlace& place) {
    return place.volume != nullptr
               ? nullptr
               : std::make_unique<detail::FileLock>(beside(place.file, ".lock"));
}

}  // namespace

Stored<std::unique_ptr<SealedStore>> create_sqlite_store(const SealedPlace& place,
                                                         const SpaceIdentity& identity,
                                                         const catalog::Catalog& catalog) {
    return detail::guarded([&]() -> std::unique_ptr<SealedStore> {
        auto lock = lock_of(place);
        if (disk_of(place).has(place.file)) {
            throw Failed(StoreFault::already_there, "file");
        }
        static_cast<void>(
            detail::create_file(place, detail::empty_store(place, identity, catalog)));
        return std::make_unique<SqliteStore>(std::move(lock), place, catalog, StoreSort::whole);
    });
}

Stored<bool> create_sqlite_part(const SealedPlace& place, const SpaceIdentity& identity,
                                const catalog::Catalog& catalog,
                                const std::function<Stored<bool>(PartTransaction& part)>& fill) {
    ZHIBU_CHECK(identity.part.has_value());
    return detail::guarded([&] {
        if (disk_of(place).has(place.file)) {
            throw Failed(StoreFault::already_there, "file");
        }
        return detail::create_file(place, detail::part_of(place, identity, catalog, fill));
    });
}

Stored<std::unique_ptr<SealedStore>> open_sqlite_store(const SealedPlace& place,
                                                       const catalog::Catalog& catalog,
                                                       StoreSort sort) {
    return detail::guarded([&]() -> std::unique_ptr<SealedStore> {
        if (!disk_of(place).has(place.file)) {
            throw Failed(StoreFault::not_there, "file");
        }
        auto lock = lock_of(place);
        return std::make_unique<SqliteStore>(std::move(lock), place, catalog, sort);
    });
}

Stored<bool> is_sqlite_store_in_use(const std::filesystem::path& file) {
    const auto held = detail::guarded([&] {
        std::error_code ignored;
        if (!std::filesystem::exists(file, ignored)) {
            throw Failed(StoreFault::not_there, "file");
        }
        const detail::FileLock lock(beside(file, ".lock"));
    });
    if (!held && held.error().fault != StoreFault::in_use) {
        return std::unexpected(held.error());
    }
    return !held;
}

Stored<void> verify_sqlite_store(const SealedPlace& place, const catalog::Catalog& catalog,
                                 StoreSort sort) {
    return detail::guarded([&] { SqliteStore{lock_of(place), place, catalog, sort}.verify(); });
}

}  // namespace zhibu::server
