#include "client/words/action_forms.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/words/forms.hpp"
#include "shared/record/change.hpp"
#include "shared/record/state.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using catalog::Field;
using catalog::Kind;

json::object both(const catalog::Label& label) { return {{"zh", label.zh}, {"en", label.en}}; }

std::string_view in(const catalog::Label& label, Language language) {
    return language == Language::zh ? label.zh : label.en;
}

json::object input_form(const catalog::Catalog& catalog, const ActionInput& input) {
    const Field& field = catalog.kind(input.kind).field(input.field);
    return {{"name", input.name()},       {"kind", input.kind},         {"field", input.field},
            {"label", both(field.label)}, {"required", input.required}, {"each", input.each},
            {"preset", input.preset}};
}

json::object need_form(const Action& action, const ActionNeeds& needs) {
    json::array codes;
    for (const std::string& code : codes_of(action, needs)) {
        codes.emplace_back(code);
    }
    return {{"field", needs.field}, {"codes", std::move(codes)}};
}

std::string_view word_of(record::Operation operation) {
    switch (operation) {
        case record::Operation::create:
            return "create";
        case record::Operation::update:
            return "update";
        case record::Operation::retire:
            return "retire";
        case record::Operation::restore:
            return "restore";
    }
    std::unreachable();
}

json::object change_form(Replica& replica, const catalog::Catalog& catalog,
                         const DraftChange& change, Language language) {
    const Kind& kind = *catalog.find(change.record.kind);
    const auto found = replica.find(change.record);
    const record::RecordState* held = found && *found ? &**found : nullptr;
    json::array fields;
    for (const DraftField& each : change.fields) {
        const Field& field = *kind.find(each.field);
        const record::Value before = held == nullptr ? record::Value{} : held->value(each.field);
        if (before == each.value) {
            continue;
        }
        fields.emplace_back(
            json::object{{"field", field.name},
                         {"label", in(field.label, language)},
                         {"before", shown(replica, catalog, field, before, language)},
                         {"after", shown(replica, catalog, field, each.value, language)}});
    }
    return {{"kind", kind.name},
            {"kind_text", in(kind.label, language)},
            {"record", to_text(change.record.id)},
            {"name",
             held == nullptr ? std::string{} : name_of(replica, catalog, change.record, language)},
            {"operation", word_of(change.operation)},
            {"fields", std::move(fields)}};
}

}  // namespace

json::object action_form(const catalog::Catalog& catalog, const Action& action) {
    json::array inputs;
    for (const ActionInput& each : action.inputs) {
        inputs.emplace_back(input_form(catalog, each));
    }
    json::array needs;
    for (const ActionNeeds& each : action.needs) {
        needs.emplace_back(need_form(action, each));
    }
    return {{"name", action.name},
            {"label", both(action.label)},
            {"place", both(action.place)},
            {"kind", action.kind},
            {"choice", action.choice == Choice::none ? "none" : "many"},
            {"inputs", std::move(inputs)},
            {"needs", std::move(needs)}};
}

json::object plan_form(Replica& replica, const catalog::Catalog& catalog, const PlanOfAction& plan,
                       Language language) {
    json::array records;
    for (const PlannedRecord& each : plan.records) {
        json::array changes;
        for (const DraftChange& change : each.changes) {
            changes.emplace_back(change_form(replica, catalog, change, language));
        }
        const bool is_new =
            each.record.id.is_none() ||
            (!each.changes.empty() && each.changes.front().operation == record::Operation::create &&
             each.changes.front().record == each.record);
        records.emplace_back(
            json::object{{"record", each.record.id.is_none() ? "" : to_text(each.record.id)},
                         {"name", is_new ? "" : name_of(replica, catalog, each.record, language)},
                         {"changes", std::move(changes)},
                         {"findings", finding_forms(catalog, each.findings, language)}});
    }
    json::array warnings;
    for (const std::string& rule : warnings_of(plan)) {
        warnings.emplace_back(rule);
    }
    return {{"action", plan.draft.action},
            {"refused", plan.is_refused},
            {"warnings", std::move(warnings)},
            {"records", std::move(records)},
            {"findings", finding_forms(catalog, plan.findings, language)}};
}

std::vector<std::string> warnings_of(const PlanOfAction& plan) {
    std::vector<std::string> rules;
    for (const rules::Finding& finding : plan.findings) {
        if (finding.severity != rules::Severity::refuse &&
            std::ranges::find(rules, finding.rule) == rules.end()) {
            rules.push_back(finding.rule);
        }
    }
    return rules;
}

}  // namespace zhibu::client
