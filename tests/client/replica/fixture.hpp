#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/replica/replica.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/sealed_place.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::client::test {

inline constexpr record::KindNumber organisation{1};
inline constexpr record::KindNumber person{2};
inline constexpr record::KindNumber study{3};

inline constexpr record::FieldNumber name{1};
inline constexpr record::FieldNumber id_number{2};
inline constexpr record::FieldNumber mobile{3};
inline constexpr record::FieldNumber branch{4};
inline constexpr record::FieldNumber birth_date{5};
inline constexpr record::FieldNumber tags{6};
inline constexpr record::FieldNumber dues{7};
inline constexpr record::FieldNumber unreachable{8};
/// Of organisation and study.
inline constexpr record::FieldNumber superior{2};
inline constexpr record::FieldNumber owner{1};
inline constexpr record::FieldNumber school{2};

/// A small catalog of three kinds: organisation, person, and a person's studies. In it they have
/// names that no rule knows, so that a test of the replica does not depend on the rules.
std::vector<catalog::Kind> kinds();
const catalog::Catalog& small_catalog();

using support::sealed;

/// A folder of its own under the system's temporary one, removed at the end.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::filesystem::path file() const { return path_ / "replica"; }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

record::RecordId record_id(std::uint64_t number);
record::Signature sign(const record::Hash& hash);

/// Noon of a day in 2026.
inline constexpr record::Instant noon{1'780'300'800'000};
inline constexpr std::int64_t hour = 3'600'000;

ReplicaIdentity identity();
sync::Lease lease_until(record::Instant ends);

Draft one(record::RecordKey key, record::Operation operation, std::vector<DraftField> fields);
/// A person with the required fields.
Draft new_person(record::RecordId id, const std::string& called);

/// A replica with clock, randomness and folder; by default with a lease.
struct Device {
    explicit Device(bool with_lease = true, std::uint64_t seed = 1);

    void reopen();
    /// Commits, which must succeed.
    record::Sequence commit(const Draft& draft);
    ReplicaFault fault_of(const Draft& draft);
    std::optional<record::RecordState> find(record::KindNumber kind, record::RecordId id);
    std::string text(record::RecordId id, record::FieldNumber field);
    GroupStage stage(record::Sequence sequence);
    /// All that can be seen of the replica, as one text.
    std::string fingerprint();

    Folder folder;
    support::FixedClock clock{noon};
    support::SeededRandom random;
    std::unique_ptr<Replica> replica;
};

std::string fingerprint_of(Replica& replica);

/// A server as a replica meets it: judges groups as it is told, keeps the state and the log in one
/// replica's scope.
class ModelServer {
public:
    using States = std::map<record::RecordKey, record::RecordState>;

    /// Accepts as sent, or merges with the first field lost, or quarantines; what cannot be applied
    /// is quarantined whatever was wished.
    record::Receipt judge(const record::SealedGroup& group, record::Outcome wish);
    /// Another device's change of one record.
    void change(record::RecordKey key, record::Operation operation,
                std::vector<record::FieldState> fields);
    void evict(const record::RecordKey& key);
    void enter(const record::RecordState& state);

    [[nodiscard]] record::LogIndex head() const { return {log_.size()}; }

    [[nodiscard]] const States& states() const { return states_; }

    /// After each position, from 0.
    [[nodiscard]] const std::vector<States>& history() const { return history_; }

    [[nodiscard]] std::vector<sync::TailEntry> tail(record::LogIndex from,
                                                    record::LogIndex through) const;
    [[nodiscard]] sync::SnapshotChunk chunk(record::RecordKey after, std::size_t records) const;
    [[nodiscard]] ScopeDigest digest() const;

private:
    void append(sync::TailEntry entry);
    [[nodiscard]] bool can_apply(const record::Group& group) const;
    record::Effect apply(const record::Change& change, bool loses_first_field);

    States states_;
    std::vector<States> history_{States{}};
    std::vector<sync::TailEntry> log_;
};

}  // namespace zhibu::client::test
