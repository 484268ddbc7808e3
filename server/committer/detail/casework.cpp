#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/committer/detail/batch.hpp"
#include "server/committer/detail/filing.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/committer/detail/waiting_cases.hpp"
#include "server/committer/judge.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"

/// Batch's part in what waits for people: cases and conflicts are filed in the part that sets work
/// aside, and decisions are carried out in the part that commits them.
namespace zhibu::server::detail {
namespace {

using record::Outcome;
using record::Value;
namespace case_state = sync::case_state;
namespace conflict_state = sync::conflict_state;

/// More than one device may have waiting.
constexpr std::uint32_t dependents_max = 100'000;

bool is_applied(Outcome outcome) {
    return outcome == Outcome::accepted || outcome == Outcome::merged;
}

std::string text_of(const catalog::Kind& kind, const RecordState& state, std::string_view field) {
    const auto* text = std::get_if<std::string>(&state.value(kind.field(field).id()));
    return text == nullptr ? std::string{} : *text;
}

std::int64_t number_of(const catalog::Kind& kind, const RecordState& state,
                       std::string_view field) {
    const auto* number = std::get_if<std::int64_t>(&state.value(kind.field(field).id()));
    return number == nullptr ? 0 : *number;
}

RecordId id_of(const catalog::Kind& kind, const RecordState& state, std::string_view field) {
    const auto* id = std::get_if<RecordId>(&state.value(kind.field(field).id()));
    return id == nullptr ? RecordId{} : *id;
}

Value id_or_none(const RecordId& id) { return id.is_none() ? Value{} : Value{id}; }

Value text(std::string_view words) { return Value{std::string{words}}; }

GroupName name_of(const catalog::Kind& kind, const RecordState& of) {
    GroupName name;
    name.device.uuid = id_of(kind, of, "device").uuid;
    if (const auto incarnation = record::parse_uuid(text_of(kind, of, "incarnation"))) {
        name.incarnation.uuid = *incarnation;
    }
    name.sequence = Sequence{static_cast<std::uint64_t>(number_of(kind, of, "sequence"))};
    return name;
}

/// The record and field that a conflict is about.
std::pair<RecordKey, record::FieldNumber> subject_of(const catalog::Kind& kind,
                                                     const RecordState& conflict) {
    RecordKey key;
    key.kind.number = static_cast<std::uint16_t>(number_of(kind, conflict, "kind"));
    if (const auto id = record::parse_uuid(text_of(kind, conflict, "record"))) {
        key.id = RecordId{*id};
    }
    return {key,
            record::FieldNumber{static_cast<std::uint16_t>(number_of(kind, conflict, "field"))}};
}

const record::FieldChange* find_change(const record::Group& group, const RecordKey& key,
                                       record::FieldNumber field) {
    for (const record::Change& change : group.changes) {
        for (const record::FieldChange& each : change.fields) {
            if (change.record == key && each.field == field) {
                return &each;
            }
        }
    }
    return nullptr;
}

/// The case is seen by its author's organisation: what a judge told an officer of other records
/// stays out of it.
void hide_others(std::vector<record::Reason>& reasons) {
    for (record::Reason& reason : reasons) {
        std::erase_if(reason.parameters, [](const record::Parameter& parameter) {
            return parameter.name == "record";
        });
    }
}

}  // namespace

Bench Batch::bench(Part& part) const {
    for (; part.seen < part.states.size(); ++part.seen) {
        const RecordState& state = part.states[part.seen];
        if (!control_->reads(state.key.kind)) {
            continue;
        }
        if (part.control == nullptr) {
            part.control = std::make_shared<Control>(*control_);
        }
        part.control->take(state);
    }
    return {parts_.catalog, parts_.parameters,
            part.control == nullptr ? control_.get() : part.control.get(), restored_at_};
}

bool Batch::is_full(const DeviceId& device, std::size_t bytes) const {
    const WaitingCases::Amount waits = waiting_.of(RecordId{device.uuid});
    return waits.groups >= settings_.waiting_groups_max ||
           (waits.groups > 0 && waits.bytes + bytes > settings_.waiting_bytes_max);
}

Batch::Aftermath Batch::aftermath_of(const Judgement& judgement, LogIndex index) const {
    Aftermath aftermath;
    aftermath.index = index;
    aftermath.is_set_aside = judgement.outcome == Outcome::quarantined;
    if (aftermath.is_set_aside) {
        aftermath.reasons = judgement.reasons;
    }
    aftermath.decisions = judgement.decisions;
    for (const RecordState& state : judgement.states) {
        const catalog::Kind& kind = *parts_.catalog->find(state.key.kind);
        if (kind.writers != catalog::Writers::decider) {
            continue;
        }
        const record::FieldState* decided = state.find(kind.field("state").id());
        if (decided != nullptr && decided->changed_at == index) {
            aftermath.decided.push_back(state.key);
        }
    }
    return aftermath;
}

Stored<void> Batch::note(Part& part, std::string action, std::vector<record::Change> changes) {
    for (record::Change& change : changes) {
        std::ranges::sort(change.fields, {}, &record::FieldChange::field);
    }
    const AuthenticGroup own = seal_own(part, std::move(action), std::move(changes));
    const LogIndex index{part.head.position + 1};
    ZHIBU_TRY(judgement, judge_own(bench(part), transaction_, own.group, index, now_));
    if (own.sealed.bytes.empty() || !is_applied(judgement.outcome)) {
        // Nothing is committed without its case: the device keeps it, and the log says why.
        return std::unexpected{StoreError{StoreFault::damaged, "case"}};
    }
    ZHIBU_TRY(receipt, append(part, own, std::move(judgement)));
    static_cast<void>(receipt);
    return {};
}

Stored<void> Batch::note(Part& part, std::string action, const RecordKey& record,
                         std::vector<record::FieldChange> fields) {
    return note(part, std::move(action),
                std::vector{record::Change{record, record::Operation::update, std::move(fields)}});
}

Stored<void> Batch::file_losses(Part& part, const RecordId& offered_by, LogIndex index,
                                const std::vector<record::FieldDecision>& decisions) {
    ZHIBU_TRY(filed, file_conflicts(bench(part), transaction_, *parts_.random, now_,
                                    Unsettled{decisions, offered_by, index}));
    for (std::vector<record::Change>& changes : filed) {
        ZHIBU_TRY_VOID(note(part, "file_conflict", std::move(changes)));
    }
    return {};
}

Stored<void> Batch::follow_up(Part& part, const AuthenticGroup& group, Aftermath aftermath) {
    if (aftermath.is_set_aside) {
        ZHIBU_TRY(filed, file_case(bench(part), transaction_, *parts_.random,
                                   SetAside{group, aftermath.index, now_, aftermath.reasons}));
        for (std::vector<record::Change>& changes : filed) {
            ZHIBU_TRY_VOID(note(part, "file_case", std::move(changes)));
        }
        return {};
    }
    std::vector<RecordState> decided;
    for (const RecordKey& key : aftermath.decided) {
        ZHIBU_TRY(state, transaction_.find(key));
        decided.push_back(*std::move(state));
    }
    // What was made first is carried out first: a later one may build on it.
    const catalog::Kind& kind = parts_.catalog->kind("case");
    std::ranges::stable_sort(decided, {}, [&](const RecordState& state) {
        return state.key.kind == kind.id() ? number_of(kind, state, "sequence") : 0;
    });
    for (const RecordState& state : decided) {
        ZHIBU_TRY_VOID(carry_out(part, group, state, aftermath));
    }
    return file_losses(part, group.group.author, aftermath.index, aftermath.decisions);
}

Stored<void> Batch::carry_out(Part& part, const AuthenticGroup& group, const RecordState& decided,
                              Aftermath& aftermath) {
    const catalog::Kind& kind = parts_.catalog->kind("case");
    const RecordId& officer = group.group.author;
    if (decided.key.kind != kind.id()) {
        return carry_out_conflict(part, group, decided, aftermath);
    }
    const std::string state = text_of(kind, decided, "state");
    if (state == case_state::accepted) {
        ZHIBU_TRY(is_done, apply_case(part, decided, officer, std::nullopt));
        return is_done ? resume_dependents(part, decided.key.id, officer) : Stored<void>{};
    }
    if (state == case_state::amended) {
        ZHIBU_TRY_VOID(settle_case(part, decided, officer, aftermath.index));
        return resume_dependents(part, decided.key.id, officer);
    }
    return settle_case(part, decided, officer, std::nullopt);
}

Stored<void> Batch::settle_case(Part& part, const RecordState& of, const RecordId& officer,
                                std::optional<LogIndex> applied_at) {
    const catalog::Kind& kind = parts_.catalog->kind("case");
    std::vector<record::FieldChange> fields{set_field(kind, "decided_by", id_or_none(officer)),
                                            set_field(kind, "decided_at", Value{now_})};
    if (applied_at) {
        fields.push_back(
            set_field(kind, "applied_at", Value{static_cast<std::int64_t>(applied_at->position)}));
        fields.push_back(set_field(kind, "failed", Value{}));
    }
    if (text_of(kind, of, "state") == case_state::waiting) {
        fields.push_back(set_field(kind, "state", text(case_state::accepted)));
    }
    return note(part, "settle_case", of.key, std::move(fields));
}

Stored<bool> Batch::commit_revived(Part& part, const record::Group& original,
                                   std::vector<record::Change> changes,
                                   const RecordId& in_whose_name, std::string action,
                                   std::vector<record::Reason>& reasons) {
    const OwnChain before = part.own;
    const AuthenticGroup own = seal_own(part, std::move(action), std::move(changes), in_whose_name);
    const LogIndex index{part.head.position + 1};
    ZHIBU_TRY(judgement, judge_revived(bench(part), transaction_, own.group, index, now_));
    if (own.sealed.bytes.empty() || !is_applied(judgement.outcome)) {
        part.own = before;
        reasons = std::move(judgement.reasons);
        return false;
    }
    const std::vector<record::FieldDecision> decisions = judgement.decisions;
    ZHIBU_TRY(receipt, append(part, own, std::move(judgement)));
    static_cast<void>(receipt);
    ZHIBU_TRY_VOID(file_losses(part, original.author, index, decisions));
    return true;
}

Stored<bool> Batch::apply_case(Part& part, const RecordState& of, const RecordId& officer,
                               std::optional<Instant> arrived) {
    const catalog::Kind& kind = parts_.catalog->kind("case");
    std::vector<record::Reason> reasons{{std::string{reasons::malformed_change}, {}, {}, {}}};
    ZHIBU_TRY(content, content_of_case(bench(part), transaction_, of));
    if (content) {
        const LogIndex index{part.head.position + 1};
        ZHIBU_TRY(revived, revive(bench(part), transaction_, *content, index, arrived));
        reasons = std::move(revived.reasons);
        if (reasons.empty()) {
            ZHIBU_TRY(is_done, commit_revived(part, *content, std::move(revived.changes),
                                              arrived ? content->author : officer,
                                              arrived ? "resume_case" : "accept_case", reasons));
            if (is_done) {
                ZHIBU_TRY_VOID(settle_case(part, of, officer, index));
                return true;
            }
        }
    }
    hide_others(reasons);
    ZHIBU_TRY(fields, why_it_waits(bench(part), transaction_, name_of(kind, of), reasons));
    if (!arrived) {
        fields.push_back(set_field(kind, "state", text(case_state::waiting)));
        fields.push_back(set_field(kind, "failed", Value{true}));
    }
    ZHIBU_TRY_VOID(note(part, "reopen_case", of.key, std::move(fields)));
    return false;
}

Stored<std::vector<RecordState>> Batch::waiting_for(const RecordId& case_id) {
    const catalog::Kind& kind = parts_.catalog->kind("case");
    ZHIBU_TRY(keys, transaction_.find_by(kind.id(), kind.field("depends_on").id(), Value{case_id},
                                         dependents_max));
    std::vector<RecordState> waiting;
    for (const RecordKey& key : keys) {
        ZHIBU_TRY(state, transaction_.find(key));
        if (text_of(kind, *state, "state") == case_state::waiting) {
            waiting.push_back(*std::move(state));
        }
    }
    std::ranges::sort(waiting, {},
                      [&](const RecordState& state) { return number_of(kind, state, "sequence"); });
    return waiting;
}

Stored<void> Batch::resume_dependents(Part& part, const RecordId& case_id,
                                      const RecordId& officer) {
    const catalog::Kind& kind = parts_.catalog->kind("case");
    std::deque<RecordId> applied{case_id};
    while (!applied.empty()) {
        ZHIBU_TRY(waiting, waiting_for(applied.front()));
        applied.pop_front();
        for (const RecordState& state : waiting) {
            const auto* arrived = std::get_if<Instant>(&state.value(kind.field("arrived_at").id()));
            ZHIBU_TRY(is_done,
                      apply_case(part, state, officer, arrived == nullptr ? now_ : *arrived));
            if (is_done) {
                applied.push_back(state.key.id);
            }
        }
    }
    return {};
}

Stored<void> Batch::carry_out_conflict(Part& part, const AuthenticGroup& group,
                                       const RecordState& conflict, Aftermath& aftermath) {
    const catalog::Kind& kind = parts_.catalog->kind("conflict");
    const std::string state = text_of(kind, conflict, "state");
    if (state == conflict_state::seen) {
        return {};
    }
    const auto [key, field] = subject_of(kind, conflict);
    const record::FieldChange* offered = find_change(group.group, key, field);
    ZHIBU_TRY(subject, transaction_.find(key));
    const bool is_in_effect = offered == nullptr || (subject && !subject->retired &&
                                                     subject->value(field) == offered->value);
    if (is_in_effect) {
        return note(part, "settle_conflict", conflict.key,
                    {set_field(kind, "decided_by", id_or_none(group.group.author)),
                     set_field(kind, "decided_at", Value{now_})});
    }
    // The field has changed again meanwhile. What the officer took up is in this conflict already;
    // a value of the officer's own gets one of its own.
    const auto first = sync::unpacked_field(text_of(kind, conflict, "offered"));
    if (first && first->value == offered->value) {
        std::erase_if(aftermath.decisions, [&, subject_key = key,
                                            number = field](const record::FieldDecision& decision) {
            return decision.record == subject_key && decision.field == number;
        });
    }
    const record::FieldState* stands = subject ? subject->find(field) : nullptr;
    record::FieldState now_stands{field, {}, {}};
    if (stands != nullptr) {
        now_stands = *stands;
    }
    ZHIBU_TRY(committed_by, transaction_.author_at(now_stands.changed_at));
    auto packed = sync::packed(now_stands);
    // What stands now is for who sees the record now.
    ZHIBU_TRY(fields, where_it_stands(bench(part), transaction_, key));
    fields.push_back(set_field(kind, "state", text(conflict_state::waiting)));
    fields.push_back(set_field(kind, "committed", packed ? Value{*std::move(packed)} : Value{}));
    fields.push_back(set_field(kind, "committed_by", id_or_none(committed_by)));
    fields.push_back(set_field(kind, "committed_at",
                               Value{static_cast<std::int64_t>(now_stands.changed_at.position)}));
    return note(part, "reopen_conflict", conflict.key, std::move(fields));
}

}  // namespace zhibu::server::detail
