#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/state.hpp"

/// What waits for people, as a replica's records of kinds case, case_content and conflict tell it,
/// and what can be done about it, as drafts: decisions are edits like any other.
/// Threads: the replica's.
namespace zhibu::client {

/// A group that the server has set aside.
struct QuarantineCase {
    record::RecordState state;
    std::string number;
    /// Of list case_state.
    std::string stage;
    std::vector<record::Reason> reasons;
    /// The group as its author sent it; none where this account may not see all of it.
    std::optional<record::Group> content;
};

/// A field for which two values were given, or whose value lost by the field's policy.
struct FieldConflict {
    record::RecordState state;
    std::string number;
    /// Of list conflict_state.
    std::string stage;
    record::RecordKey subject;
    record::FieldNumber field;
    record::Value offered;
    record::Value committed;
    /// What this replica shows now; none where the record is not in its scope.
    std::optional<record::RecordState> record;
    /// The record was out of use when the value came.
    bool about_life = false;
    /// The value that is not the one that stands, of this account, lost without an officer.
    bool is_own_loss = false;
    /// Of the two values the offered one was not taken; otherwise the committed one was replaced.
    bool is_offered_lost = false;
};

/// What an officer does with a case.
enum class CaseDecision : std::uint8_t { accept, amend, give_back, discard, withdraw };

/// What an officer does with a conflict, or whoever lost with a loss.
enum class ConflictDecision : std::uint8_t { keep, take_offered, third_value, resubmit, seen };

/// Whether this account may decide anything at all, as far as its lease says; whose case it may
/// decide the server judges. What is only for an own case or loss needs no such right.
[[nodiscard]] std::expected<bool, ReplicaError> may_decide(Replica& replica, CaseDecision decision);
[[nodiscard]] std::expected<bool, ReplicaError> may_decide(Replica& replica,
                                                           ConflictDecision decision);

/// Newest first. `waiting_alone`: those that an officer may still decide.
[[nodiscard]] std::expected<std::vector<QuarantineCase>, ReplicaError> list_cases(
    Replica& replica, const catalog::Catalog& catalog, bool waiting_alone, std::uint32_t limit);
/// By its number; none if there is no such case here.
[[nodiscard]] std::expected<std::optional<QuarantineCase>, ReplicaError> find_case(
    Replica& replica, const catalog::Catalog& catalog, std::string_view number);
/// The case of a group of this device; none where it has none, or has not come yet.
[[nodiscard]] std::expected<std::optional<QuarantineCase>, ReplicaError> case_of(
    Replica& replica, const catalog::Catalog& catalog, const OwnGroup& own);
/// The waiting cases that build on it, and those that build on them.
[[nodiscard]] std::expected<std::vector<QuarantineCase>, ReplicaError> dependents_of(
    Replica& replica, const catalog::Catalog& catalog, const QuarantineCase& of);

/// The decision as one group. `changes` are what an amended group writes. Who gives back or
/// discards a case does the same with its dependents, which cannot stand without it.
[[nodiscard]] Draft decide(const catalog::Catalog& catalog, const QuarantineCase& of,
                           CaseDecision decision, const std::string& remark,
                           const std::vector<QuarantineCase>& dependents,
                           std::vector<DraftChange> changes);

/// The changes of a group as wishes on this replica's state: a record that is there by now is
/// updated instead of made.
[[nodiscard]] std::expected<std::vector<DraftChange>, ReplicaError> wishes_of(
    Replica& replica, const record::Group& group);

/// A group of this device by its number, as it is shown; none if there is no such group here.
[[nodiscard]] std::expected<std::optional<OwnGroup>, ReplicaError> find_own_group(
    Replica& replica, std::string_view number);

/// A group of this device once more, on the newest state; its case, if there is one that still
/// waits, is withdrawn in the same action.
[[nodiscard]] std::expected<Draft, ReplicaError> resubmit(Replica& replica,
                                                          const catalog::Catalog& catalog,
                                                          const OwnGroup& own);

/// Newest first. `waiting_alone`: those that an officer may still decide; otherwise losses too.
[[nodiscard]] std::expected<std::vector<FieldConflict>, ReplicaError> list_conflicts(
    Replica& replica, const catalog::Catalog& catalog, bool waiting_alone, std::uint32_t limit);
/// The values of this account that lost by a field's policy, newest first.
[[nodiscard]] std::expected<std::vector<FieldConflict>, ReplicaError> list_losses(
    Replica& replica, const catalog::Catalog& catalog, std::uint32_t limit);
[[nodiscard]] std::expected<std::optional<FieldConflict>, ReplicaError> find_conflict(
    Replica& replica, const catalog::Catalog& catalog, std::string_view number);

/// The decision as groups to be committed one after another: a record that was out of use comes
/// back in one of its own. `third` is for ConflictDecision::third_value.
[[nodiscard]] std::vector<Draft> settle(const catalog::Catalog& catalog, const FieldConflict& of,
                                        ConflictDecision decision, const record::Value& third,
                                        const std::string& remark);

}  // namespace zhibu::client
