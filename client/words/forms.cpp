#include "client/words/forms.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/words/words.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using catalog::Field;
using catalog::Kind;

std::string_view field_name(const catalog::Catalog& catalog, record::KindNumber kind_number,
                            record::FieldNumber number) {
    const Kind* kind = catalog.find(kind_number);
    const Field* field = kind == nullptr ? nullptr : kind->find(number);
    return field == nullptr ? std::string_view{} : field->name;
}

std::string_view severity_name(rules::Severity severity) {
    switch (severity) {
        case rules::Severity::refuse:
            return "refuse";
        case rules::Severity::warn:
            return "warn";
        case rules::Severity::not_allowed:
            return "not_allowed";
        case rules::Severity::needs_explanation:
            return "needs_explanation";
    }
    std::unreachable();
}

/// A decision's value for people; references stay ids, since the other side's may be out of sight.
std::string decided_text(const catalog::Catalog& catalog, const record::FieldDecision& decision,
                         const record::Value& value, Language language) {
    const Kind* kind = catalog.find(decision.record.kind);
    const Field* field = kind == nullptr ? nullptr : kind->find(decision.field);
    return field == nullptr ? record::to_text(value)
                            : catalog::display_text(catalog, *field, value, language);
}

json::object decision_form(const catalog::Catalog& catalog, const record::FieldDecision& decision,
                           Language language) {
    const Kind* kind = catalog.find(decision.record.kind);
    const Field* field = kind == nullptr ? nullptr : kind->find(decision.field);
    json::object form{{"record", to_text(decision.record.id)},
                      {"kind", kind == nullptr ? std::string_view{} : kind->name},
                      {"field", field == nullptr ? std::string_view{} : field->name},
                      {"settlement", to_text(decision.settlement)},
                      {"settlement_text", name_of(decision.settlement, language)},
                      {"offered", decided_text(catalog, decision, decision.offered, language)},
                      {"committed", decided_text(catalog, decision, decision.committed, language)}};
    if (field != nullptr) {
        form["label"] = language == Language::zh ? field->label.zh : field->label.en;
    }
    return form;
}

}  // namespace

std::string shown(Replica& replica, const catalog::Catalog& catalog, const Field& field,
                  const record::Value& value, Language language) {
    const auto* id = std::get_if<record::RecordId>(&value);
    if (id == nullptr) {
        return catalog::display_text(catalog, field, value, language);
    }
    return name_of(replica, catalog, record::RecordKey{catalog.kind(field.refers_to).id(), *id},
                   language);
}

std::string name_of(Replica& replica, const catalog::Catalog& catalog, const record::RecordKey& key,
                    Language language) {
    const Kind& kind = *catalog.find(key.kind);
    const auto found = replica.find(key);
    if (found && *found) {
        for (const std::string_view name : {"name", "number", "label", "person", "organisation"}) {
            const Field* naming = kind.find(name);
            const record::Value& value =
                naming == nullptr ? record::Value{} : (*found)->value(naming->id());
            if (!record::is_empty(value)) {
                return shown(replica, catalog, *naming, value, language);
            }
        }
        return {};
    }
    if (kind.name == "organisation") {
        if (const auto above = find_above(replica, key.id)) {
            return above->name;
        }
    }
    // Outside this account's scope: neither a name nor an id says anything to the reader.
    return language == Language::zh ? "（其他组织）" : "(elsewhere)";
}

std::optional<sync::OrganisationAbove> find_above(Replica& replica, const record::RecordId& id) {
    const auto above = replica.above();
    if (!above) {
        return std::nullopt;
    }
    const auto found = std::ranges::find(*above, id, &sync::OrganisationAbove::id);
    return found == above->end() ? std::nullopt : std::optional{*found};
}

json::object above_form(const catalog::Catalog& catalog, const sync::OrganisationAbove& above,
                        Language language) {
    const Kind& kind = catalog.kind("organisation");
    const auto field = [&](std::string_view name, const std::string& text) {
        return json::object{{"value", text},
                            {"shown", catalog::display_text(catalog, kind.field(name),
                                                            record::Value{text}, language)},
                            {"changed_at", std::uint64_t{0}}};
    };
    return {{"id", to_text(above.id)},
            {"kind", kind.name},
            {"retired", false},
            {"above", true},
            {"fields", json::object{{"name", field("name", above.name)},
                                    {"type", field("type", above.type)}}}};
}

json::object record_form(Replica& replica, const catalog::Catalog& catalog, const Kind& kind,
                         const record::RecordState& state, Language language) {
    std::vector<const Field*> all;
    for (const Field& field : kind.fields) {
        all.push_back(&field);
    }
    return record_form(replica, catalog, kind, state, all, language);
}

json::object record_form(Replica& replica, const catalog::Catalog& catalog, const Kind& kind,
                         const record::RecordState& state, std::span<const Field* const> columns,
                         Language language) {
    json::object fields;
    for (const Field* field : columns) {
        const record::FieldState* held = state.find(field->id());
        if (held != nullptr && !record::is_empty(held->value)) {
            fields[field->name] =
                json::object{{"value", record::to_text(held->value)},
                             {"shown", shown(replica, catalog, *field, held->value, language)},
                             {"changed_at", held->changed_at.position}};
        }
    }
    return {{"id", to_text(state.key.id)},
            {"kind", kind.name},
            {"retired", state.retired},
            {"fields", std::move(fields)}};
}

json::object group_form(const catalog::Catalog& catalog, const OwnGroup& own, Language language) {
    json::array reasons;
    json::array decisions;
    for (const record::Reason& reason : own.parked_because) {
        reasons.emplace_back(
            json::object{{"rule", reason.rule}, {"message", explain(reason, language)}});
    }
    if (own.verdict) {
        for (const record::Reason& reason : own.verdict->reasons) {
            reasons.emplace_back(
                json::object{{"rule", reason.rule},
                             {"message", explain(reason, language)},
                             {"field", field_name(catalog, reason.record.kind, reason.field)}});
        }
        for (const record::FieldDecision& decision : own.verdict->decisions) {
            decisions.emplace_back(decision_form(catalog, decision, language));
        }
    }
    return {{"sequence", own.group.name.sequence.position},
            {"action", own.group.action},
            {"action_text", name_of_action(own.group.action, language)},
            {"changes", own.group.changes.size()},
            {"made_at", own.group.made_at.instant().milliseconds},
            {"stage", name_of(own.stage, Language::en)},
            {"stage_text", name_of(own.stage, language)},
            {"log_index", own.verdict ? own.verdict->index.position : 0},
            {"reasons", std::move(reasons)},
            {"decisions", std::move(decisions)}};
}

json::array finding_forms(const catalog::Catalog& catalog,
                          const std::vector<rules::Finding>& findings, Language language) {
    json::array forms;
    for (const rules::Finding& finding : findings) {
        forms.emplace_back(
            json::object{{"rule", finding.rule},
                         {"severity", severity_name(finding.severity)},
                         {"record", to_text(finding.record.id)},
                         {"field", field_name(catalog, finding.record.kind, finding.field)},
                         {"message", rules::message(finding.rule, language, finding.parameters)}});
    }
    return forms;
}

boost::json::object finding_form(const sync::LedgerFinding& finding, Language language) {
    constexpr std::array<const char*, 4> names{"digest_differs", "history_shortened",
                                               "history_forked", "receipt_not_in_tree"};
    return {{"sort", finding.sort ? names.at(static_cast<std::size_t>(*finding.sort))
                                  : "restored_from_backup"},
            {"log_index", finding.at.position},
            {"message", explain(finding, language)}};
}

}  // namespace zhibu::client
