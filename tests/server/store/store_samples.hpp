#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

/// What the stores' tests write: a small catalog, and a scribe that commits groups and knows what
/// must then be there.
namespace zhibu::server::test {

/// Organisations; persons placed by one; entries of persons; letters placed by two organisations.
/// `grown` has a field more on persons (number 20) and a kind more.
[[nodiscard]] const catalog::Catalog& small_catalog();
[[nodiscard]] const catalog::Catalog& grown_catalog();

inline constexpr record::KindNumber person_kind{1};
inline constexpr record::KindNumber organisation_kind{2};
inline constexpr record::KindNumber letter_kind{3};
inline constexpr record::KindNumber study_kind{10};

/// Ids that differ by sort and number; those of one sort ascend with it.
[[nodiscard]] RecordId organisation(std::uint64_t number);
[[nodiscard]] RecordKey person(std::uint64_t number);
[[nodiscard]] RecordKey study(std::uint64_t number);
[[nodiscard]] RecordKey letter(std::uint64_t number);
[[nodiscard]] RecordKey organisation_record(std::uint64_t number);

[[nodiscard]] SpaceIdentity identity();
[[nodiscard]] ScopeFilter everything();
/// Sorts.
[[nodiscard]] ScopeFilter scope(std::vector<std::uint64_t> organisations);

struct DeviceName {
    DeviceId device;
    IncarnationId incarnation;
};

[[nodiscard]] DeviceName device(std::uint64_t number);

/// One record's new values; a record that is not there is created.
struct Edit {
    RecordKey key;
    std::vector<std::pair<std::uint16_t, record::Value>> fields;
    std::optional<bool> retired;
};

/// A person of that number in that organisation, named after the number.
[[nodiscard]] Edit new_person(std::uint64_t number, std::uint64_t organisation_number);
[[nodiscard]] Edit new_study(std::uint64_t number, std::uint64_t person_number);
[[nodiscard]] Edit move_person(std::uint64_t number, std::uint64_t organisation_number);

/// Commits groups as a committer does, and keeps what the store must then hold.
class Scribe {
public:
    explicit Scribe(const catalog::Catalog& catalog) : catalog_(catalog) {}

    /// The next row and states, which the model takes at once.
    struct Group {
        LogRow row;
        std::vector<RecordState> states;
    };

    [[nodiscard]] Group next(const DeviceName& author, const std::vector<Edit>& edits,
                             bool verbatim = true);
    /// next(), written in a transaction of its own. Fails the test where the store fails.
    LogIndex commit(Store& store, const DeviceName& author, const std::vector<Edit>& edits,
                    bool verbatim = true);
    /// Writes and commits one; false where the store refused.
    [[nodiscard]] static Stored<void> write(Store& store, const Group& group);

    [[nodiscard]] LogIndex head() const { return LogIndex{rows_.size()}; }

    [[nodiscard]] const LogRow& row(LogIndex index) const { return rows_.at(index.position - 1); }

    [[nodiscard]] const std::map<RecordKey, RecordState>& states() const { return states_; }

    /// The states that the scope sees.
    [[nodiscard]] std::map<RecordKey, RecordState> seen(const ScopeFilter& scope) const;
    [[nodiscard]] std::vector<RecordId> places_of(const RecordState& state) const;

private:
    void add_entries_that_moved(const std::map<RecordKey, std::vector<RecordId>>& before,
                                Group& group);

    const catalog::Catalog& catalog_;
    std::map<RecordKey, RecordState> states_;
    std::vector<LogRow> rows_;
    std::map<IncarnationId, Sequence> sequences_;
};

/// A replica drawn with two strokes: what a device holds after chunks and tails.
class ReplicaSketch {
public:
    ReplicaSketch(const Scribe& scribe, DeviceName device) : scribe_(scribe), device_(device) {}

    /// Takes a snapshot in chunks of about `bytes_max`; `between` runs after each chunk.
    void take_snapshot(StoreReader& reader, const ScopeFilter& scope, std::size_t bytes_max,
                       const std::function<void()>& between);
    /// Takes tails until it stands at the head. False: a snapshot is needed.
    [[nodiscard]] bool catch_up(StoreReader& reader, const ScopeFilter& scope,
                                std::size_t bytes_max);

    [[nodiscard]] const std::map<RecordKey, RecordState>& states() const { return states_; }

    [[nodiscard]] LogIndex confirmed() const { return confirmed_; }

private:
    void apply(const record::Effect& effect);

    const Scribe& scribe_;
    DeviceName device_;
    std::map<RecordKey, RecordState> states_;
    LogIndex confirmed_;
};

}  // namespace zhibu::server::test
