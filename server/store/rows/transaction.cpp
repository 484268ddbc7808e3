#include "server/store/rows/transaction.hpp"

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "server/store/rows/query.hpp"
#include "server/store/rows/reading_on.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server::detail {
namespace {

/// The database may have undone the transaction when a write failed; a statement after it would
/// then be a transaction of its own. So the first failure is the answer to all that follows.
class UntilFailure {
public:
    explicit UntilFailure(Connection& connection) : connection_(connection) {}

    template <class Work>
    auto run(Work&& work) -> Stored<decltype(work())> {
        if (failure_) {
            return std::unexpected(*failure_);
        }
        ZHIBU_CHECK(connection_.in_transaction());
        auto outcome = guarded(std::forward<Work>(work));
        if (!outcome) {
            failure_ = outcome.error();
        }
        return outcome;
    }

private:
    Connection& connection_;
    std::optional<StoreError> failure_;
};

class RowsTransaction final : public ReadingOn<PartTransaction, UntilFailure> {
public:
    RowsTransaction(Tables& tables, bool& is_open, const std::function<void()>& committed)
        : ReadingOn(tables), is_open_(is_open), committed_(committed) {
        ZHIBU_CHECK(!is_open_);
        tables.connection.begin_writing();
        is_open_ = true;
    }

    ~RowsTransaction() override {
        tables().connection.roll_back();
        is_open_ = false;
    }

    RowsTransaction(const RowsTransaction&) = delete;
    RowsTransaction& operator=(const RowsTransaction&) = delete;

    [[nodiscard]] Stored<void> open_part() override {
        ZHIBU_CHECK(!part_open_);
        part_open_ = true;
        return execute("SAVEPOINT part");
    }

    [[nodiscard]] Stored<void> keep_part() override {
        ZHIBU_CHECK(part_open_);
        part_open_ = false;
        return execute("RELEASE part");
    }

    [[nodiscard]] Stored<void> undo_part() override {
        ZHIBU_CHECK(part_open_);
        part_open_ = false;
        ZHIBU_TRY_VOID(execute("ROLLBACK TO part"));
        return execute("RELEASE part");
    }

    [[nodiscard]] Stored<void> put(const RecordState& state) override {
        return around().run([&] { tables().records.write(state); });
    }

    [[nodiscard]] Stored<void> append(const LogRow& row) override {
        return around().run([&] {
            if (!tables().begins_after) {
                tables().log.append(row);
                tables().leaves.append(row.index, row.leaves);
                return;
            }
            ZHIBU_CHECK(row.index.position == tables().head().position + 1);
            tables().log.append_apart(row);
            tables().leaves.append_apart(row.index, row.leaves);
        });
    }

    [[nodiscard]] Stored<void> take_into_chain(const GroupName& name,
                                               const Hash& group_hash) override {
        return around().run([&] { tables().log.take_into_chain(name, group_hash); });
    }

    [[nodiscard]] Stored<void> set_chain(const DeviceId& device, const IncarnationId& incarnation,
                                         const HeldChain& chain) override {
        return around().run([&] {
            ZHIBU_CHECK(tables().begins_after.has_value());
            tables().log.set_chain(device, incarnation, chain);
        });
    }

    [[nodiscard]] Stored<void> rewrite(const LogRow& row) override {
        return around().run([&] {
            tables().log.rewrite(row);
            tables().leaves.set_salts(row.index, row.leaves);
        });
    }

    [[nodiscard]] Stored<void> remove(const RecordKey& key) override {
        return around().run([&] { tables().records.remove(key); });
    }

    [[nodiscard]] Stored<void> set_credential(const RecordId& account,
                                              const Credential& credential) override {
        return around().run([&] { tables().control.write(account, credential); });
    }

    [[nodiscard]] Stored<void> set_second_factors(const RecordId& account,
                                                  const SecondFactors& factors) override {
        return around().run([&] { tables().control.write(account, factors); });
    }

    [[nodiscard]] Stored<void> set_device_key(const DeviceKey& key) override {
        return around().run([&] { tables().control.write(key); });
    }

    [[nodiscard]] Stored<void> set_contact(const Contact& contact) override {
        return around().run([&] { tables().control.write(contact); });
    }

    [[nodiscard]] Stored<void> put_enrolment_code(const EnrolmentCode& code) override {
        return around().run([&] { tables().control.write(code); });
    }

    [[nodiscard]] Stored<void> begin_staging(const DeviceId& device, const sync::GroupOffer& offer,
                                             Instant now) override {
        return around().run([&] { tables().staged.begin(device, offer, now); });
    }

    [[nodiscard]] Stored<void> stage(const DeviceId& device, std::span<const std::uint8_t> bytes,
                                     Instant now) override {
        return around().run([&] { tables().staged.append(device, bytes, now); });
    }

    [[nodiscard]] Stored<void> drop_staging(const DeviceId& device) override {
        return around().run([&] { tables().staged.drop(device); });
    }

    [[nodiscard]] Stored<void> drop_stagings_before(Instant before) override {
        return around().run([&] { tables().staged.drop_before(before); });
    }

    [[nodiscard]] Stored<void> set_backed_up(LogIndex through) override {
        return around().run([&] {
            ZHIBU_CHECK(through <= tables().log.head());
            if (through > tables().meta.backed_up()) {
                tables().meta.set_backed_up(through);
            }
        });
    }

    [[nodiscard]] Stored<LogIndex> compact(Instant before, std::uint32_t positions_max) override {
        return around().run([&] {
            const LogIndex from = tables().meta.compacted();
            const LogIndex through =
                tables().log.drop_effects(from, tables().meta.backed_up(), before, positions_max);
            if (through > from) {
                tables().meta.set_compacted(through);
            }
            return through;
        });
    }

    [[nodiscard]] Stored<void> commit() override {
        ZHIBU_CHECK(!part_open_);
        ZHIBU_TRY_VOID(around().run([&] { tables().connection.commit(); }));
        committed_();
        return {};
    }

private:
    [[nodiscard]] Stored<void> execute(const char* sql) {
        return around().run([&] { tables().connection.query(sql).run(); });
    }

    bool& is_open_;
    const std::function<void()>& committed_;
    bool part_open_ = false;
};

}  // namespace

std::unique_ptr<PartTransaction> begin_transaction(Tables& tables, bool& is_open,
                                                   const std::function<void()>& committed) {
    return std::make_unique<RowsTransaction>(tables, is_open, committed);
}

}  // namespace zhibu::server::detail
