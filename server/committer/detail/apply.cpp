#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/case.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "sync_protocol/merge/settle.hpp"

namespace zhibu::server::detail {
namespace {

using record::Operation;
using record::Settlement;

/// An account's nearness to the root; the server's own writes stand at the root.
std::uint32_t authority_depth(const Control& control, const Account* account) {
    return account == nullptr ? 0 : control.depth(account->scope);
}

/// A base behind the position at which a backup was put back may be of the history that was lost.
/// What its author then saw tells more than the number: if that is what stands, nothing is
/// concurrent; if not, all that came after the backup is. For a base of this history it is the
/// same: what changed at the base itself is what its author saw.
LogIndex base_after_restore(const Case& judged, const record::FieldChange& offered,
                            const record::Value& committed) {
    return committed == offered.previous ? judged.index : *judged.bench.restored_at;
}

Stored<void> settle_field(Case& judged, const catalog::Field& field,
                          const record::FieldChange& offered, RecordState& state) {
    const Control& control = *judged.bench.control;
    const record::FieldState* known = state.find(offered.field);
    if (known == nullptr && !record::is_empty(offered.value)) {
        // Never set: there is nothing that it could be concurrent to.
        state.set(offered.field, offered.value, judged.index);
        return {};
    }
    sync::CommittedField committed;
    if (known != nullptr) {
        committed.value = known->value;
        committed.changed_at = known->changed_at;
    }
    sync::OfferedStanding standing;
    ZHIBU_TRY(base, base_of(judged, state.key, offered, committed.value));
    // The server's own writes are made on the newest state.
    standing.base = judged.author == nullptr ? judged.index : base;
    standing.authority_depth = authority_depth(control, judged.author);
    if (committed.changed_at > standing.base && committed.value != offered.value) {
        ZHIBU_TRY(author, judged.store.author_at(committed.changed_at));
        committed.changed_by = author;
        committed.authority_depth = authority_depth(control, control.account(author));
    }
    auto settled = sync::settle(field.policy, state.key, offered, standing, committed);
    if (!settled.changed || settled.value != offered.value) {
        judged.taken_whole = false;
    }
    if (settled.decision) {
        judged.judgement.decisions.push_back(*std::move(settled.decision));
    }
    if (settled.changed) {
        state.set(offered.field, std::move(settled.value), judged.index);
    }
    return {};
}

/// Whether the record's life lets the change happen.
bool life_permits(Case& judged, const record::Change& change, const RecordState* committed) {
    if (change.operation == Operation::create) {
        if (committed != nullptr) {
            judged.breach(reasons::record_exists, change.record);
            return false;
        }
        return true;
    }
    if (committed == nullptr) {
        judged.breach(reasons::record_missing, change.record);
        return false;
    }
    return true;
}

/// An update of what was retired meanwhile: the record stays as it is, and each value waits for an
/// officer, who may bring the record back with it. The record counts as amended all the same, so
/// that who may not change it is told nothing of it.
Stored<void> wait_for_life(Case& judged, const record::Change& change, const RecordState& state) {
    ZHIBU_TRY(retired_by, judged.store.author_at(state.life_changed_at));
    for (const record::FieldChange& offered : change.fields) {
        if (!sync::packed(record::FieldState{offered.field, offered.value, judged.index})) {
            judged.breach(reasons::record_retired, change.record, offered.field);
        }
        judged.judgement.decisions.push_back({change.record, offered.field, Settlement::waits,
                                              offered.value, state.value(offered.field),
                                              state.life_changed_at, retired_by});
    }
    judged.taken_whole = false;
    return {};
}

/// Of two decisions on one case or conflict the first stands, with all that was said with it.
bool decided_otherwise(const Case& judged, const catalog::Kind& kind, const RecordKey& key) {
    const auto& decisions = judged.judgement.decisions;
    return kind.writers == catalog::Writers::decider && !decisions.empty() &&
           decisions.back().record == key &&
           decisions.back().settlement == Settlement::committed_stood;
}

Stored<void> apply_change(Case& judged, const record::Change& change) {
    ZHIBU_TRY(committed, judged.docket.find(change.record));
    if (!life_permits(judged, change, committed)) {
        return {};
    }
    const bool is_new = committed == nullptr;
    ZHIBU_TRY(state, judged.docket.amend(change.record));
    if (is_new) {
        state->life_changed_at = judged.index;
    } else if (change.operation != Operation::update) {
        const bool retired = change.operation == Operation::retire;
        if (state->retired == retired) {
            judged.taken_whole = false;
        } else {
            state->retired = retired;
            state->life_changed_at = judged.index;
        }
    }
    if (change.operation == Operation::update && state->retired) {
        return wait_for_life(judged, change, *state);
    }
    const catalog::Kind& kind = *judged.bench.catalog->find(change.record.kind);
    for (const record::FieldChange& offered : change.fields) {
        if (decided_otherwise(judged, kind, change.record)) {
            record::FieldDecision stood = judged.judgement.decisions.back();
            stood.field = offered.field;
            stood.offered = offered.value;
            stood.committed = state->value(offered.field);
            judged.judgement.decisions.push_back(std::move(stood));
            continue;
        }
        ZHIBU_TRY_VOID(settle_field(judged, *kind.find(offered.field), offered, *state));
    }
    return {};
}

std::vector<record::Parameter> labels_of(const catalog::Field& field) {
    return {{"字段", std::string{field.label.zh}}, {"field", std::string{field.label.en}}};
}

/// The server notes what happened: a case may name what has gone out of use.
bool is_written_by_people(const catalog::Kind& kind) {
    return kind.writers == catalog::Writers::scope ||
           kind.writers == catalog::Writers::administrator;
}

/// Somebody else has taken it out of use: a group may name what it ends itself, such as the record
/// that it joins with another.
bool is_gone(const Case& judged, const RecordState& target) {
    return target.retired && target.life_changed_at != judged.index;
}

/// References of one amended record that this group has set.
Stored<void> judge_references_of(Case& judged, const RecordState& state) {
    const catalog::Catalog& catalog = *judged.bench.catalog;
    const catalog::Kind& kind = *catalog.find(state.key.kind);
    ZHIBU_TRY(before, judged.docket.find(state.key, Docket::Side::before));
    for (const catalog::Field& field : kind.fields) {
        if (field.type != catalog::FieldType::reference) {
            continue;
        }
        const record::FieldState* held = state.find(field.id());
        if (held == nullptr || held->changed_at != judged.index) {
            continue;
        }
        if (!kind.owner.empty() && field.name == "owner" && before != nullptr) {
            judged.breach(reasons::owner_changed, state.key, field.id());
            continue;
        }
        const auto* target = std::get_if<RecordId>(&held->value);
        if (target == nullptr) {
            continue;
        }
        ZHIBU_TRY(found, judged.docket.find({catalog.kind(field.refers_to).id(), *target}));
        if (found == nullptr) {
            judged.breach(reasons::reference_missing, state.key, field.id(), labels_of(field));
        } else if (is_gone(judged, *found) && is_written_by_people(kind)) {
            judged.breach(reasons::reference_retired, state.key, field.id(), labels_of(field));
        }
    }
    return {};
}

}  // namespace

/// Where this device's earlier group did not win the field as it was offered, its author has not
/// seen what stands there now: what this device changes on top of it is still concurrent to the
/// committed change that stood, so that `ask` cannot be got round by editing twice and a set loses
/// nothing.
Stored<LogIndex> base_of(Case& judged, const RecordKey& record, const record::FieldChange& offered,
                         const record::Value& committed) {
    if (offered.base.origin == record::Base::Origin::confirmed) {
        const LogIndex base{offered.base.position};
        const auto& restored_at = judged.bench.restored_at;
        return restored_at && base > *restored_at ? base_after_restore(judged, offered, committed)
                                                  : base;
    }
    ZHIBU_TRY(earlier, earlier_group(judged, Sequence{offered.base.position}));
    // judge_dependencies() has quarantined what names a group that is not there.
    for (const record::FieldDecision& decision : earlier->decisions) {
        const bool same = decision.record == record && decision.field == offered.field;
        if (same && decision.settlement != Settlement::offered_won) {
            return LogIndex{decision.committed_at.position - 1};
        }
    }
    return earlier->index;
}

Stored<void> apply_changes(Case& judged) {
    for (const record::Change& change : judged.group.changes) {
        ZHIBU_TRY_VOID(apply_change(judged, change));
    }
    const Control& control = *judged.bench.control;
    for (const RecordKey& key : judged.docket.amended()) {
        if (control.reads(key.kind)) {
            if (!judged.control_after) {
                judged.control_after = control;
            }
            ZHIBU_TRY(state, judged.docket.find(key));
            judged.control_after->take(*state);
        }
    }
    return {};
}

Stored<void> judge_references(Case& judged) {
    for (const RecordKey& key : judged.docket.amended()) {
        ZHIBU_TRY(state, judged.docket.find(key));
        ZHIBU_TRY_VOID(judge_references_of(judged, *state));
    }
    return {};
}

}  // namespace zhibu::server::detail
