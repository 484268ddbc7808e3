#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "server/committer/detail/docket.hpp"
#include "server/committer/judge.hpp"

namespace zhibu::server::detail {

/// What became of an earlier group of the same device incarnation.
struct EarlierGroup {
    LogIndex index;
    bool applied = false;
    std::vector<record::FieldDecision> decisions;
};

/// One group before the judge: what it is judged on, and what has been found so far. The steps of
/// judging, each in a file of its own, take it in turn; a step that found a breach is the last.
struct Case {
    const Bench& bench;
    StoreReading& store;
    const record::Group& group;
    LogIndex index;
    Instant now;
    /// None where the server itself writes.
    const Account* author = nullptr;
    Docket docket;
    /// The tree and the accounts as the group leaves them; set by apply_changes().
    std::optional<Control> control_after;
    std::map<Sequence, std::optional<EarlierGroup>> earlier;
    Judgement judgement;
    bool breached = false;
    /// Every field of every change was taken as offered.
    bool taken_whole = true;

    /// Adds a reason to the verdict. Beyond reasons_max the rest is not told.
    void note(std::string_view rule, const RecordKey& record, record::FieldNumber field,
              std::vector<record::Parameter> parameters);
    /// Adds a reason for which the group is not applied.
    void breach(std::string_view rule, const RecordKey& record = {}, record::FieldNumber field = {},
                std::vector<record::Parameter> parameters = {});
};

/// An import of 2,000 rows may be wrong 2,000 times; a verdict must fit a message.
inline constexpr std::size_t reasons_max = 100;

/// Who acts and when: account, permission, clock, window; no store is read.
void judge_standing(Case& judged);

/// What the group stands on: the groups that it depends on, and its bases.
[[nodiscard]] Stored<void> judge_dependencies(Case& judged);
/// The group of that sequence; none if there is none before this one.
[[nodiscard]] Stored<const EarlierGroup*> earlier_group(Case& judged, Sequence sequence);

/// The log index that the base means for a field that holds `committed` now.
[[nodiscard]] Stored<LogIndex> base_of(Case& judged, const RecordKey& record,
                                       const record::FieldChange& offered,
                                       const record::Value& committed);

/// Whether each change is well formed by the catalog alone; no store is read.
void judge_shape(Case& judged);

/// Lives and merged fields into the docket, decisions into the judgement.
[[nodiscard]] Stored<void> apply_changes(Case& judged);

/// Names the receiver of a letter that gives only its code, and lets both ends see its person.
[[nodiscard]] Stored<void> direct_letters(Case& judged);

/// Whether the author may write a record that a letter brings between two organisations: a letter,
/// a person, or an entry of theirs. No value: another record, for which its places decide.
[[nodiscard]] Stored<std::optional<bool>> right_by_letter(Case& judged, const RecordKey& key);

/// Owners and references of the amended records.
[[nodiscard]] Stored<void> judge_references(Case& judged);

/// Whether the author may change these records in these places.
[[nodiscard]] Stored<void> judge_rights(Case& judged);

/// Whether the author may decide the case or conflict as this group does; for kinds of
/// Writers::decider. `places` are those that saw the record before.
[[nodiscard]] Stored<void> judge_deciding(Case& judged, const RecordKey& key,
                                          const std::vector<RecordId>& places);

/// The rules that span fields and records, on the state after the group.
[[nodiscard]] Stored<void> judge_rules(Case& judged);

/// What is to be written and told.
[[nodiscard]] Stored<void> write_effects(Case& judged);

}  // namespace zhibu::server::detail
