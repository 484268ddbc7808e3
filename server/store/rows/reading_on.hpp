#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/rows/control_rows.hpp"
#include "server/store/rows/failure.hpp"
#include "server/store/rows/leaf_rows.hpp"
#include "server/store/rows/log_rows.hpp"
#include "server/store/rows/meta_rows.hpp"
#include "server/store/rows/record_rows.hpp"
#include "server/store/rows/staged_rows.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// A connection and all that stands in its tables. A store's own says what they lie on.
struct Tables {
    Tables(Connection& on, States& states, const catalog::Catalog& catalog)
        : connection(on),
          records(connection, states, catalog),
          log(connection),
          leaves(connection),
          control(connection),
          staged(connection),
          meta(connection) {}

    virtual ~Tables() = default;
    Tables(const Tables&) = delete;
    Tables& operator=(const Tables&) = delete;

    /// Of a part too, whose log begins behind a position.
    [[nodiscard]] LogIndex head() {
        return std::max(log.head(), begins_after.value_or(LogIndex{}));
    }

    /// Set where the tables are a part's alone.
    std::optional<LogIndex> begins_after;
    Connection& connection;
    RecordRows records;
    LogRows log;
    LeafRows leaves;
    ControlRows control;
    StagedRows staged;
    MetaRows meta;
};

/// StoreReading's functions for `Base`, one of its subclasses. `Around::run(work)` is what happens
/// around each: it runs `work` and makes values of its failures.
template <class Base, class Around>
class ReadingOn : public Base {
public:
    explicit ReadingOn(Tables& tables) : tables_(tables), around_(tables.connection) {}

    [[nodiscard]] Stored<LogIndex> head() override {
        return around_.run([&] { return tables_.head(); });
    }

    [[nodiscard]] Stored<LogIndex> backed_up() override {
        return around_.run([&] { return tables_.meta.backed_up(); });
    }

    [[nodiscard]] Stored<LogIndex> compacted() override {
        return around_.run([&] { return tables_.meta.compacted(); });
    }

    [[nodiscard]] Stored<std::optional<RecordState>> find(const RecordKey& key) override {
        return around_.run([&] { return tables_.records.read(key); });
    }

    [[nodiscard]] Stored<std::vector<RecordKey>> find_by(record::KindNumber kind,
                                                         record::FieldNumber field,
                                                         const record::Value& value,
                                                         std::uint32_t limit) override {
        return around_.run([&] { return tables_.records.find_by(kind, field, value, limit); });
    }

    [[nodiscard]] Stored<void> each(record::KindNumber kind,
                                    const std::function<void(const RecordState&)>& visit) override {
        return around_.run([&] {
            tables_.records.each(kind, RecordId{}, [&](const RecordState& state) {
                visit(state);
                return true;
            });
        });
    }

    [[nodiscard]] Stored<std::optional<HeldGroup>> held(const GroupName& name) override {
        return around_.run([&] { return tables_.log.held(name, nullptr); });
    }

    [[nodiscard]] Stored<std::optional<HeldGroup>> held(const GroupName& name,
                                                        const Hash& group_hash) override {
        return around_.run([&] { return tables_.log.held(name, &group_hash); });
    }

    [[nodiscard]] Stored<std::optional<HeldGroup>> held_outside(const GroupName& name) override {
        return around_.run([&] { return tables_.log.held_outside(name); });
    }

    [[nodiscard]] Stored<HeldChain> chain(const DeviceId& device,
                                          const IncarnationId& incarnation) override {
        return around_.run([&] { return tables_.log.chain(device, incarnation); });
    }

    [[nodiscard]] Stored<RecordId> author_at(LogIndex index) override {
        return around_.run([&] { return tables_.log.author_at(index); });
    }

    [[nodiscard]] Stored<std::optional<LogRow>> row(LogIndex index) override {
        return around_.run([&] {
            auto found = tables_.log.row(index);
            if (found) {
                found->leaves = tables_.leaves.read(index).value_or(ledger::LogLeaves{});
            }
            return found;
        });
    }

    [[nodiscard]] Stored<std::optional<ledger::LogLeaves>> leaves(LogIndex index) override {
        return around_.run([&] { return tables_.leaves.read(index); });
    }

    [[nodiscard]] Stored<std::optional<Hash>> subtree(unsigned level,
                                                      std::uint64_t index) override {
        return around_.run([&] { return tables_.leaves.subtree(level, index); });
    }

    [[nodiscard]] Stored<void> each_chain(
        const std::function<void(const DeviceId&, const IncarnationId&, const HeldChain&)>& visit)
        override {
        return around_.run([&] { tables_.log.each_chain(visit); });
    }

    [[nodiscard]] Stored<Known> known() override {
        return around_.run([&] { return tables_.control.known(); });
    }

    [[nodiscard]] Stored<std::optional<record::Receipt>> receipt_at(LogIndex index) override {
        return around_.run([&] { return tables_.log.receipt_at(index); });
    }

    [[nodiscard]] Stored<SecondFactors> second_factors(const RecordId& account) override {
        return around_.run([&] { return tables_.control.second_factors(account); });
    }

    [[nodiscard]] Stored<std::optional<Credential>> credential(const RecordId& account) override {
        return around_.run([&] { return tables_.control.credential(account); });
    }

    [[nodiscard]] Stored<std::optional<DeviceKey>> device_key(const DeviceId& device) override {
        return around_.run([&] { return tables_.control.device_key(device); });
    }

    [[nodiscard]] Stored<std::optional<Contact>> contact(const DeviceId& device) override {
        return around_.run([&] { return tables_.control.contact(device); });
    }

    [[nodiscard]] Stored<std::optional<EnrolmentCode>> enrolment_code(
        const Hash& code_hash) override {
        return around_.run([&] { return tables_.control.enrolment_code(code_hash); });
    }

    [[nodiscard]] Stored<std::optional<Staging>> staging(const DeviceId& device) override {
        return around_.run([&] { return tables_.staged.find(device); });
    }

    [[nodiscard]] Stored<std::vector<std::uint8_t>> staged_bytes(const DeviceId& device) override {
        return around_.run([&] { return tables_.staged.bytes(device); });
    }

    [[nodiscard]] Stored<std::uint64_t> bytes_offered() override {
        return around_.run([&] { return tables_.staged.bytes_offered(); });
    }

protected:
    [[nodiscard]] Tables& tables() { return tables_; }

    [[nodiscard]] Around& around() { return around_; }

private:
    Tables& tables_;
    Around around_;
};

}  // namespace zhibu::server::detail
