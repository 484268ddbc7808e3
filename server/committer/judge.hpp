#pragma once

#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::server {

/// A group decided: what is to be written. `effects` and `states` are empty unless the outcome is
/// accepted or merged.
struct Judgement {
    record::Outcome outcome = record::Outcome::accepted;
    std::vector<record::Reason> reasons;
    std::vector<record::FieldDecision> decisions;
    std::vector<PlacedEffect> effects;
    /// The records' whole states after the group.
    std::vector<RecordState> states;
    bool verbatim = false;
    bool tree_changed = false;
};

/// What a judge goes by.
struct Bench {
    const catalog::Catalog* catalog = nullptr;
    const rules::Parameters* parameters = nullptr;
    /// Who may work now, every group before this one taken.
    const Control* control = nullptr;
    /// SpaceIdentity::restored_at.
    std::optional<LogIndex> restored_at = std::nullopt;
};

/// Decides one decoded, authentic group that continues its chain, on the state that `store` shows,
/// for commitment at `index`. Reads only. Equal inputs give equal judgements.
///
/// Every change is judged: account, permission, window, clock, scope, kind and fields, values,
/// the record's life, the merge, the rules. One breach quarantines the whole group (a read-only
/// account's is rejected); reasons name rule, record and field. Source: sync.md, "Push", "Merge",
/// "Edit windows".
[[nodiscard]] Stored<Judgement> judge(const Bench& bench, StoreReading& store,
                                      const record::Group& group, LogIndex index, Instant now);

/// A group that was set aside, looked at again: what it still waits for, or else its changes, as
/// they can be committed by themselves.
struct Revived {
    /// None where nothing stands in the way.
    std::vector<record::Reason> reasons;
    /// Their bases are positions of the log.
    std::vector<record::Change> changes;
};

/// Looks at the groups that `group` builds on, and, if `arrived` is given, at its author's standing
/// when it arrived. An officer who accepts a group stands for its author instead.
[[nodiscard]] Stored<Revived> revive(const Bench& bench, StoreReading& store,
                                     const record::Group& group, LogIndex index,
                                     std::optional<Instant> arrived);

/// The judgement of a group that the server commits in the name of `group.author`, whose standing
/// (state, window, clock) is not asked; the scope and all other rights hold.
[[nodiscard]] Stored<Judgement> judge_revived(const Bench& bench, StoreReading& store,
                                              const record::Group& group, LogIndex index,
                                              Instant now);

/// The same for a group of the server's own: nobody's standing, scope or rights are asked, and its
/// values stand on the newest state; all else holds.
[[nodiscard]] Stored<Judgement> judge_own(const Bench& bench, StoreReading& store,
                                          const record::Group& group, LogIndex index, Instant now);

}  // namespace zhibu::server
