#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/genesis.hpp"
#include "server/committer/judge.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/change.hpp"
#include "shared/rules/rules.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::server::test {

using record::Value;
using Values = std::vector<std::pair<std::string_view, Value>>;

[[nodiscard]] Value text(std::string_view words);

/// A day at noon in Shanghai, from which tests count.
inline constexpr Instant noon{1'781'236'800'000};  // 2026-06-12T04:00:00Z
inline constexpr std::int64_t minute_ms = 60'000;
inline constexpr std::int64_t hour_ms = 60 * minute_ms;
inline constexpr std::int64_t day_ms = 24 * hour_ms;

[[nodiscard]] Instant after(Instant from, std::int64_t milliseconds);

/// Record changes in the standard catalog's words. `base` is what the author last saw.
[[nodiscard]] record::Change create(std::string_view kind, const RecordId& id, Values values);
[[nodiscard]] record::Change update(std::string_view kind, const RecordId& id, record::Base base,
                                    Values values, Values previous = {});
[[nodiscard]] record::Change life(std::string_view kind, const RecordId& id,
                                  record::Operation operation);

/// An applicant who breaks no rule; each number is another person.
[[nodiscard]] Values applicant(const RecordId& organisation, unsigned number);
/// An id number whose check character is right.
[[nodiscard]] std::string id_number(unsigned number);
/// `values` with some of them replaced or added.
[[nodiscard]] Values with(Values values, Values others);

/// An enrolled device with its key and its chain of groups.
struct Desk {
    DeviceId device;
    IncarnationId incarnation;
    RecordId account;
    std::shared_ptr<keys::P256Key> key;
    Sequence last;
    Hash last_hash{};
    /// When its groups say that they were made.
    Instant made_at = noon;

    /// Seals the next group of the chain.
    [[nodiscard]] record::SealedGroup seal(std::vector<record::Change> changes,
                                           std::vector<Sequence> depends_on = {});
    /// Encodes and signs a group without making it part of the chain.
    [[nodiscard]] record::SealedGroup sign(const record::Group& group) const;
    /// The group that seal() would seal.
    [[nodiscard]] record::Group next(std::vector<record::Change> changes) const;
};

/// A space with a committee, two branches under a general branch and a third branch beside it,
/// their accounts (all long-term), and a committer over a store in memory.
class Court {
public:
    /// Over `other` if it is given; what looks into `store` is of no use then.
    explicit Court(Store* other = nullptr);
    ~Court();

    /// A short-term or other account, active, that may write; `values` replace what differs.
    RecordId add_account(const RecordId& organisation, std::string_view level, Values values = {});
    RecordId add_window(const RecordId& organisation, sync::EditPeriod period, Values values = {});
    [[nodiscard]] Desk enrol(const RecordId& account);
    [[nodiscard]] RecordId new_id();

    /// Pushes and waits.
    [[nodiscard]] PushResult push(const Desk& desk, std::vector<record::SealedGroup> groups);
    /// The same, as a hand-in.
    [[nodiscard]] PushResult hand_in(const Desk& desk, std::vector<record::SealedGroup> groups);
    /// Pushes the changes as one group and reads its verdict, which must be there.
    record::Verdict judge(Desk& desk, std::vector<record::Change> changes,
                          std::vector<Sequence> depends_on = {});
    /// The server's own write, which must succeed.
    LogIndex write(std::vector<record::Change> changes);
    [[nodiscard]] std::expected<LogIndex, ServerWriteError> try_write(ServerWrite write);

    /// Stops the committer and starts another over the same store.
    void restart();
    void stop();

    [[nodiscard]] record::RecordState state(std::string_view kind, const RecordId& id) const;
    [[nodiscard]] bool exists(std::string_view kind, const RecordId& id) const;
    [[nodiscard]] Value value(std::string_view kind, const RecordId& id,
                              std::string_view field) const;
    /// All records of a kind that are there now, by id.
    [[nodiscard]] std::vector<record::RecordState> all(std::string_view kind) const;
    /// The case of a group that was set aside, which must be there.
    [[nodiscard]] RecordId case_of(const record::Verdict& verdict) const;
    /// What the group's verdict has left to conflicts, in order.
    [[nodiscard]] std::vector<RecordId> conflicts_of(const record::Verdict& verdict) const;
    [[nodiscard]] LogIndex head() const;

    /// Of what the replica has seen now.
    [[nodiscard]] record::Base seen() const { return record::confirmed_base(head()); }

    [[nodiscard]] Committer::Parts parts();

    support::FixedClock clock{noon};
    support::SeededRandom random{20'260'612};
    keys::Ed25519Key receipt_key = keys::Ed25519Key::generate();
    keys::P256Key server_key = keys::P256Key::generate();
    support::MemoryStore store;
    Store* used_store;
    rules::Parameters parameters;
    /// Taken by the next restart().
    Committer::Settings settings;
    std::vector<CommitNotice> notices;
    std::unique_ptr<Committer> committer;

    RecordId root;
    RecordId general;
    RecordId branch_a;
    RecordId branch_b;
    RecordId beside;
    /// At the root, at the general branch (both manage), at the branches.
    RecordId administrator;
    RecordId general_administrator;
    RecordId secretary_a;
    RecordId secretary_b;
};

[[nodiscard]] record::Verdict verdict_of(const record::Receipt& receipt);
/// Whether a reason names the rule.
[[nodiscard]] bool names(const record::Verdict& verdict, std::string_view rule);

}  // namespace zhibu::server::test
