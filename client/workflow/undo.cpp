#include "client/workflow/undo.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

using record::Operation;
using record::RecordState;

rules::Finding superseded(const catalog::Kind& kind, const record::Change& change,
                          record::FieldNumber number) {
    rules::Finding finding;
    finding.rule = "undo_superseded";
    finding.severity = rules::Severity::refuse;
    finding.record = change.record;
    finding.field = number;
    const catalog::Field* field = kind.find(number);
    finding.parameters = {
        {"字段", std::string{field == nullptr ? kind.label.zh : field->label.zh}},
        {"field", std::string{field == nullptr ? kind.label.en : field->label.en}}};
    return finding;
}

Operation opposite(Operation operation) {
    switch (operation) {
        case Operation::create:
        case Operation::restore:
            return Operation::retire;
        case Operation::retire:
            return Operation::restore;
        case Operation::update:
            return Operation::update;
    }
    std::unreachable();
}

/// Where a life cycle would have it go forward alone, a step back is a correction.
void say_it_is_a_correction(const catalog::Kind& kind, DraftChange& change,
                            const std::string& why) {
    const catalog::Field* reason = kind.find("correction_reason");
    const bool steps_back = std::ranges::any_of(change.fields, [&](const DraftField& each) {
        const std::string_view name = kind.find(each.field)->name;
        return name == "stage" || name == "conversion_outcome" || name == "extension_months";
    });
    if (reason == nullptr || !steps_back) {
        return;
    }
    std::erase_if(change.fields,
                  [&](const DraftField& each) { return each.field == reason->id(); });
    change.fields.push_back(DraftField{reason->id(), why});
}

/// What takes the change back; what of it does not stand so any more goes into `findings`.
std::optional<DraftChange> taken_back(const catalog::Kind& kind, const record::Change& change,
                                      const RecordState& now, const std::string& why,
                                      std::vector<rules::Finding>& findings) {
    DraftChange back;
    back.record = change.record;
    back.operation = opposite(change.operation);
    const bool stands_so = change.operation == Operation::retire ? now.retired : !now.retired;
    if (!stands_so) {
        findings.push_back(superseded(kind, change, {}));
        return std::nullopt;
    }
    for (const record::FieldChange& field : change.fields) {
        if (now.value(field.field) != field.value) {
            findings.push_back(superseded(kind, change, field.field));
        } else if (change.operation == Operation::update) {
            back.fields.push_back(DraftField{field.field, field.previous});
        }
    }
    say_it_is_a_correction(kind, back, why);
    return back;
}

std::unexpected<ReplicaError> refused(std::vector<rules::Finding> findings) {
    ReplicaError error;
    error.fault = ReplicaFault::refused;
    error.findings = std::move(findings);
    return std::unexpected{std::move(error)};
}

rules::Finding without_effect() {
    rules::Finding finding;
    finding.rule = "undo_without_effect";
    finding.severity = rules::Severity::refuse;
    return finding;
}

}  // namespace

std::expected<Draft, ReplicaError> plan_undo(Replica& replica, const catalog::Catalog& catalog,
                                             const OwnGroup& own) {
    const record::Group& group = own.group;
    const std::string why = "撤销本机第" + std::to_string(group.name.sequence.position) + "组操作";
    const bool has_effect = own.stage != GroupStage::quarantined &&
                            own.stage != GroupStage::rejected && own.stage != GroupStage::parked;
    if (!has_effect) {
        return refused({without_effect()});
    }
    Draft draft{"undo", {}};
    std::vector<rules::Finding> findings;
    for (const record::Change& change : group.changes | std::views::reverse) {
        const catalog::Kind* kind = catalog.find(change.record.kind);
        ZHIBU_TRY(now, replica.find(change.record));
        if (kind == nullptr || !now) {
            ReplicaError error;
            error.fault = ReplicaFault::unknown_record;
            return std::unexpected{std::move(error)};
        }
        if (auto back = taken_back(*kind, change, *now, why, findings)) {
            draft.changes.push_back(*std::move(back));
        }
    }
    if (!findings.empty()) {
        return refused(std::move(findings));
    }
    return draft;
}

}  // namespace zhibu::client
