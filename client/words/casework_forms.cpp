#include "client/words/casework_forms.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "client/casework/casework.hpp"
#include "client/replica/replica.hpp"
#include "client/words/forms.hpp"
#include "client/words/words.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using catalog::Field;
using catalog::Kind;

std::string_view in(const catalog::Label& label, Language language) {
    return language == Language::zh ? label.zh : label.en;
}

/// Reads one record's fields for a form.
struct Reader {
    Replica& replica;
    const catalog::Catalog& catalog;
    const Kind& kind;
    const record::RecordState& state;
    Language language;

    [[nodiscard]] std::string shown(std::string_view name) const {
        const Field& field = kind.field(name);
        const record::Value& value = state.value(field.id());
        return record::is_empty(value) ? std::string{}
                                       : client::shown(replica, catalog, field, value, language);
    }

    [[nodiscard]] std::int64_t number(std::string_view name) const {
        const record::Value& value = state.value(kind.field(name).id());
        if (const auto* instant = std::get_if<record::Instant>(&value)) {
            return instant->milliseconds;
        }
        const auto* held = std::get_if<std::int64_t>(&value);
        return held == nullptr ? 0 : *held;
    }

    [[nodiscard]] bool truth(std::string_view name) const {
        return state.value(kind.field(name).id()) == record::Value{true};
    }
};

json::object operation_form(record::Operation operation, Language language) {
    const bool zh = language == Language::zh;
    switch (operation) {
        case record::Operation::create:
            return {{"operation", "create"}, {"operation_text", zh ? "新增" : "new"}};
        case record::Operation::update:
            return {{"operation", "update"}, {"operation_text", zh ? "修改" : "change"}};
        case record::Operation::retire:
            return {{"operation", "retire"}, {"operation_text", zh ? "停用" : "out of use"}};
        case record::Operation::restore:
            return {{"operation", "restore"}, {"operation_text", zh ? "恢复" : "back in use"}};
    }
    std::unreachable();
}

/// As parse_value() reads it, for the form of an officer who amends.
std::string plain_text(const catalog::Catalog& catalog, const Field& field,
                       const record::Value& value, Language language) {
    return field.type == catalog::FieldType::money
               ? catalog::display_text(catalog, field, value, language)
               : record::to_text(value);
}

/// What people call the record of a change: as it stands here, as the change itself names it where
/// it never came to be, an entry by its owner.
std::string name_of_subject(Replica& replica, const catalog::Catalog& catalog, const Kind& kind,
                            const record::Change& change, Language language) {
    const auto found = replica.find(change.record);
    const bool is_here = found && *found;
    if (is_here) {
        if (std::string name = name_of(replica, catalog, change.record, language); !name.empty()) {
            return name;
        }
    }
    for (const std::string_view naming : {"name", "number", "label", "person", "owner"}) {
        const Field* field = kind.find(naming);
        if (field == nullptr) {
            continue;
        }
        const auto given =
            std::ranges::find(change.fields, field->id(), &record::FieldChange::field);
        const record::Value value = given != change.fields.end() ? given->value
                                    : is_here                    ? (*found)->value(field->id())
                                                                 : record::Value{};
        if (!record::is_empty(value)) {
            return shown(replica, catalog, *field, value, language);
        }
    }
    return {};
}

/// {record, kind, kind_text, name}
json::object subject_form(Replica& replica, const catalog::Catalog& catalog,
                          const record::Change& change, Language language) {
    const Kind* kind = catalog.find(change.record.kind);
    if (kind == nullptr) {
        return {
            {"record", to_text(change.record.id)}, {"kind", ""}, {"kind_text", ""}, {"name", ""}};
    }
    return {{"record", to_text(change.record.id)},
            {"kind", kind->name},
            {"kind_text", in(kind->label, language)},
            {"name", name_of_subject(replica, catalog, *kind, change, language)}};
}

json::object change_form(Replica& replica, const catalog::Catalog& catalog,
                         const record::Change& change, Language language) {
    const Kind* kind = catalog.find(change.record.kind);
    json::object form = operation_form(change.operation, language);
    for (auto& [name, value] : subject_form(replica, catalog, change, language)) {
        form[name] = value;
    }
    json::array fields;
    for (const record::FieldChange& each : change.fields) {
        const Field* field = kind == nullptr ? nullptr : kind->find(each.field);
        if (field == nullptr) {
            fields.emplace_back(json::object{{"field", std::to_string(each.field.number)},
                                             {"label", std::to_string(each.field.number)},
                                             {"value", record::to_text(each.value)},
                                             {"plain", record::to_text(each.value)},
                                             {"previous", record::to_text(each.previous)}});
            continue;
        }
        fields.emplace_back(
            json::object{{"field", field->name},
                         {"label", in(field->label, language)},
                         {"value", shown(replica, catalog, *field, each.value, language)},
                         {"plain", plain_text(catalog, *field, each.value, language)},
                         {"previous", shown(replica, catalog, *field, each.previous, language)}});
    }
    form["fields"] = std::move(fields);
    return form;
}

/// By what people call the record; empty where it is not in scope.
std::string name_of_record(const catalog::Catalog& catalog, const FieldConflict& of) {
    const Kind* kind = catalog.find(of.subject.kind);
    for (const std::string_view name : {"name", "number", "label"}) {
        const Field* field = kind == nullptr ? nullptr : kind->find(name);
        if (field != nullptr && of.record) {
            return record::to_text(of.record->value(field->id()));
        }
    }
    return {};
}

}  // namespace

json::object case_form(Replica& replica, const catalog::Catalog& catalog, const QuarantineCase& of,
                       Language language) {
    const Kind& kind = catalog.kind("case");
    const Reader read{replica, catalog, kind, of.state, language};
    json::array reasons;
    for (const record::Reason& reason : of.reasons) {
        reasons.emplace_back(
            json::object{{"rule", reason.rule}, {"message", explain(reason, language)}});
    }
    json::object form{{"id", to_text(of.state.key.id)},
                      {"number", of.number},
                      {"state", of.stage},
                      {"state_text", read.shown("state")},
                      {"organisation", read.shown("organisation")},
                      {"account", read.shown("author")},
                      {"action", read.shown("action")},
                      {"action_text", name_of_action(read.shown("action"), language)},
                      {"changes", read.number("changes")},
                      {"kinds", read.shown("kinds")},
                      {"made_at", read.number("made_at")},
                      {"arrived_at", read.number("arrived_at")},
                      {"reasons", std::move(reasons)},
                      {"remark", read.shown("remark")},
                      {"decided_by", read.shown("decided_by")},
                      {"decided_at", read.number("decided_at")},
                      {"applied_at", read.number("applied_at")},
                      {"depends_on", read.shown("depends_on")},
                      {"failed", read.truth("failed")}};
    if (of.content) {
        json::array content;
        for (const record::Change& change : of.content->changes) {
            content.emplace_back(change_form(replica, catalog, change, language));
        }
        form["content"] = std::move(content);
    }
    return form;
}

json::object own_group_form(Replica& replica, const catalog::Catalog& catalog, const OwnGroup& own,
                            Language language) {
    json::object form = group_form(catalog, own, language);
    if (!own.group.changes.empty()) {
        form["about"] = subject_form(replica, catalog, own.group.changes.front(), language);
    }
    const auto found = case_of(replica, catalog, own);
    if (found && *found) {
        const QuarantineCase& of = **found;
        const Reader read{replica, catalog, catalog.kind("case"), of.state, language};
        form["case"] = json::object{{"number", of.number},
                                    {"state", of.stage},
                                    {"state_text", read.shown("state")},
                                    {"remark", read.shown("remark")},
                                    {"decided_by", read.shown("decided_by")}};
    }
    return form;
}

json::object conflict_form(Replica& replica, const catalog::Catalog& catalog,
                           const FieldConflict& of, Language language) {
    const Kind& kind = catalog.kind("conflict");
    const Reader read{replica, catalog, kind, of.state, language};
    const Kind* subject = catalog.find(of.subject.kind);
    const Field* field = subject == nullptr ? nullptr : subject->find(of.field);
    const auto value_text = [&](const record::Value& value) {
        return field == nullptr ? record::to_text(value)
                                : shown(replica, catalog, *field, value, language);
    };
    json::object form{
        {"id", to_text(of.state.key.id)},
        {"number", of.number},
        {"state", of.stage},
        {"state_text", read.shown("state")},
        {"record", to_text(of.subject.id)},
        {"kind", subject == nullptr ? std::string_view{} : subject->name},
        {"kind_text", subject == nullptr ? std::string_view{} : in(subject->label, language)},
        {"name", name_of_record(catalog, of)},
        {"field", field == nullptr ? std::string_view{} : field->name},
        {"label", field == nullptr ? std::string_view{} : in(field->label, language)},
        {"offered", value_text(of.offered)},
        {"committed", value_text(of.committed)},
        {"offered_by", read.shown("offered_by")},
        {"committed_by", read.shown("committed_by")},
        {"life", of.about_life},
        {"own_loss", of.is_own_loss},
        {"lost", of.is_offered_lost ? "offered" : "committed"},
        {"remark", read.shown("remark")},
        {"decided_by", read.shown("decided_by")},
        {"decided_at", read.number("decided_at")}};
    if (of.record) {
        form["now"] = value_text(of.record->value(of.field));
    }
    return form;
}

}  // namespace zhibu::client
