#include "server/store/postgres/postgres_store.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "server/store/postgres/detail/sealer.hpp"
#include "server/store/postgres/detail/tables.hpp"
#include "server/store/rows/failure.hpp"
#include "server/store/rows/query.hpp"
#include "server/store/rows/transaction.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

using detail::Failed;
using detail::PostgresTables;
using detail::Query;
using detail::SpaceClaim;

/// Raised when the tables change; a space of a higher one is not touched.
constexpr std::int64_t format_version = 1;

/// All that marks and places follow from, whatever the catalog's number: a program under
/// development changes its catalog before it raises that.
record::Hash arrangement_of(const catalog::Catalog& catalog) {
    std::string text;
    for (const catalog::Kind& kind : catalog.kinds()) {
        text += std::to_string(kind.number) + ' ' + std::string(kind.name) + ' ' +
                std::string(kind.owner) + '\n';
        for (const std::string_view place : kind.placed_by) {
            text += std::string(place) + '\n';
        }
        for (const catalog::Field& field : kind.fields) {
            if (catalog::is_indexed(field)) {
                text += std::to_string(field.number) + ' ' + std::string(field.name) + ' ' +
                        std::to_string(static_cast<int>(field.type)) + '\n';
            }
        }
    }
    return keys::sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

detail::ContentName name_of_space() { return {"zhibu_space.name", 0, {}}; }

class PostgresStore final : public ErasableStore {
public:
    PostgresStore(const ClusterPlace& place, const catalog::Catalog& catalog, ClusterUse use)
        : place_(place),
          sealer_(place),
          catalog_(catalog),
          use_(use),
          writer_(std::make_unique<PostgresTables>(
              place_, sealer_, catalog,
              use == ClusterUse::alone ? SpaceClaim::alone : SpaceClaim::shared)) {
        detail::check_confined(writer_->cluster);
        read_identity();
        adopt_catalog();
    }

    [[nodiscard]] SpaceIdentity identity() const override { return identity_; }

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
            for (const char* table : {"zhibu_record", "zhibu_mark", "zhibu_place", "zhibu_log",
                                      "zhibu_leaf", "zhibu_staged_part"}) {
                writer_->cluster.execute(std::string("VACUUM FULL ") + table);
            }
        });
    }

    [[nodiscard]] Stored<std::unique_ptr<StoreReader>> open_reader() override {
        return detail::guarded([&] {
            // The writer holds what nobody else may.
            return detail::make_reader(std::make_unique<PostgresTables>(
                place_, sealer_, catalog_,
                use_ == ClusterUse::alone ? SpaceClaim::none : SpaceClaim::shared));
        });
    }

    [[nodiscard]] Stored<void> begin_epoch(const record::EpochId& epoch) override {
        return detail::guarded([&] {
            const auto transaction =
                detail::begin_transaction(*writer_, in_transaction_, committed_);
            writer_->meta.note_restored(writer_->log.head());
            writer_->cluster.query("UPDATE zhibu_space SET epoch=?").bind(epoch.uuid.bytes).run();
            detail::value_of(transaction->commit());
            writer_->cluster.expect_epoch(epoch);
            read_identity();
        });
    }

private:
    void read_identity() {
        Query row = writer_->cluster.query("SELECT format, epoch, name FROM zhibu_space");
        if (!row.step()) {
            throw Failed(StoreFault::not_there, "zhibu_space");
        }
        if (row.integer(0) == detail::retired_format) {
            throw Failed(StoreFault::not_there, std::string(retired_place));
        }
        if (row.integer(0) != format_version) {
            throw Failed(
                row.integer(0) > format_version ? StoreFault::other_version : StoreFault::damaged,
                "format " + std::to_string(row.integer(0)));
        }
        const auto name = row.content(2, name_of_space());
        identity_ = {.space = place_.space,
                     .epoch = record::EpochId{row.uuid(1)},
                     .name = {name.begin(), name.end()},
                     .restored_at = writer_->meta.restored_at()};
    }

    void adopt_catalog() {
        writer_->cluster.expect_catalog(catalog_.version());
        writer_->cluster.expect_epoch(identity_.epoch);
        const record::Hash arrangement = arrangement_of(catalog_);
        const auto transaction = detail::begin_transaction(*writer_, in_transaction_, committed_);
        {
            Query row =
                writer_->cluster.query("SELECT catalog_version, arrangement FROM zhibu_space");
            if (row.step() && row.integer(0) == std::int64_t{catalog_.version()} &&
                row.hash(1) == arrangement) {
                return;
            }
        }
        writer_->states.mark_anew();
        writer_->records.place_anew();
        writer_->cluster.query("UPDATE zhibu_space SET catalog_version=?, arrangement=?")
            .bind(std::int64_t{catalog_.version()})
            .bind(arrangement)
            .run();
        detail::value_of(transaction->commit());
    }

    ClusterPlace place_;
    detail::Sealer sealer_;
    const catalog::Catalog& catalog_;
    ClusterUse use_;
    std::unique_ptr<PostgresTables> writer_;
    /// What is committed is known to the cluster alone: there is no head record beside it.
    std::function<void()> committed_ = [] {};
    SpaceIdentity identity_;
    bool in_transaction_ = false;
};

void write_fresh(const ClusterPlace& place, const SpaceIdentity& identity,
                 const catalog::Catalog& catalog) {
    const detail::Sealer sealer(place);
    detail::PostgresConnection cluster(place.address, sealer, SpaceClaim::none);
    cluster.begin();
    detail::create_missing_tables(cluster);
    detail::check_confined(cluster);
    detail::remove_retired_space(cluster);
    const std::string& name = identity.name;
    Query row = cluster.query(
        "INSERT INTO zhibu_space(format, epoch, name, catalog_version, arrangement) "
        "VALUES(?,?,?,?,?) ON CONFLICT DO NOTHING");
    row.bind(format_version)
        .bind(identity.epoch.uuid.bytes)
        .bind_content({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()},
                      name_of_space())
        .bind(std::int64_t{catalog.version()})
        .bind(arrangement_of(catalog))
        .run();
    if (cluster.rows_written() == 0) {
        throw Failed(StoreFault::already_there, "zhibu_space");
    }
    if (identity.restored_at) {
        detail::MetaRows(cluster).note_restored(*identity.restored_at);
    }
    cluster.commit();
}

}  // namespace

Stored<std::unique_ptr<ErasableStore>> create_postgres_store(const ClusterPlace& place,
                                                             const SpaceIdentity& identity,
                                                             const catalog::Catalog& catalog,
                                                             ClusterUse use) {
    ZHIBU_CHECK(identity.space == place.space);
    return detail::guarded([&]() -> std::unique_ptr<ErasableStore> {
        write_fresh(place, identity, catalog);
        return std::make_unique<PostgresStore>(place, catalog, use);
    });
}

Stored<std::unique_ptr<ErasableStore>> open_postgres_store(const ClusterPlace& place,
                                                           const catalog::Catalog& catalog,
                                                           ClusterUse use) {
    return detail::guarded([&]() -> std::unique_ptr<ErasableStore> {
        return std::make_unique<PostgresStore>(place, catalog, use);
    });
}

Stored<void> retire_postgres_store(const ClusterPlace& place) {
    return detail::guarded([&] {
        const detail::Sealer sealer(place);
        detail::PostgresConnection cluster(place.address, sealer, SpaceClaim::alone);
        cluster.begin_writing();
        cluster.query("UPDATE zhibu_space SET format=?").bind(detail::retired_format).run();
        cluster.commit();
    });
}

}  // namespace zhibu::server
