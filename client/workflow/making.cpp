#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/workflow/action.hpp"
#include "client/workflow/detail/making.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::Field;
using catalog::Kind;
using record::RecordId;
using record::RecordState;
using record::Value;

/// How a record made beside the subject names it.
constexpr std::array<std::string_view, 2> links{"owner", "person"};

/// As many as a list gives at once.
constexpr std::uint32_t page_max = 1'000;

/// The way up through organisations ends here, whatever they say.
constexpr int depth_max = 32;

const Kind& kind_of(const Setting& setting, std::string_view kind) {
    return setting.catalog.kind(kind);
}

}  // namespace

Making::Making(const Setting& setting, const RecordState* subject, const ActionValues* own)
    : setting_(setting), subject_(subject), own_(own) {}

void Making::run() {
    if (applies()) {
        take_inputs();
        if (findings_.empty() && setting_.action.finish != nullptr) {
            setting_.action.finish(*this);
        }
    }
    if (!findings_.empty()) {
        changes_.clear();
    }
}

bool Making::applies() {
    if (subject_ == nullptr) {
        return true;
    }
    const Action& action = setting_.action;
    for (const ActionNeeds& needs : action.needs) {
        const Field& field = kind_of(setting_, action.kind).field(needs.field);
        const Value& held = subject_->value(field.id());
        const auto* code = std::get_if<std::string>(&held);
        const std::vector<std::string> codes = codes_of(action, needs);
        const bool fits =
            std::ranges::find(codes, code == nullptr ? std::string{} : *code) != codes.end();
        if (!fits) {
            const auto shown = [&](catalog::Language language) {
                return display_text(setting_.catalog, field, held, language);
            };
            refuse("action_not_for", {{"操作", std::string{action.label.zh}},
                                      {"action", std::string{action.label.en}},
                                      {"字段", std::string{field.label.zh}},
                                      {"field", std::string{field.label.en}},
                                      {"状态", shown(catalog::Language::zh)},
                                      {"state", shown(catalog::Language::en)}});
        }
    }
    if (subject_->retired) {
        refuse("record_out_of_use");
    }
    return findings_.empty();
}

void Making::take_inputs() {
    for (const ActionInput& each : setting_.action.inputs) {
        const catalog::Kind& kind = kind_of(setting_, each.kind);
        const Field& field = kind.field(each.field);
        Value value = input(each.name());
        if (!record::is_empty(value)) {
            set(each.kind, each.field, std::move(value));
        } else if (each.required) {
            refuse("required_missing",
                   {{"字段", std::string{field.label.zh}}, {"field", std::string{field.label.en}}});
            // A field's number says nothing without its kind, which may be an entry's.
            findings_.back().record.kind = kind.id();
            findings_.back().field = field.id();
        }
    }
    for (const ActionSets& each : setting_.action.sets) {
        const Field& field = kind_of(setting_, each.kind).field(each.field);
        set(each.kind, each.field,
            each.text == "today" ? Value{setting_.today} : plain(field, each.text));
    }
}

Value Making::plain(const Field& field, std::string_view text) const {
    auto value = catalog::parse_value(setting_.catalog, field, text);
    ZHIBU_CHECK(value.has_value());
    return *std::move(value);
}

Value Making::input(std::string_view name) const {
    for (const ActionValues* values : {own_, &setting_.common}) {
        if (values != nullptr) {
            if (const auto found = values->find(name); found != values->end()) {
                return found->second;
            }
        }
    }
    const auto declared = std::ranges::find(setting_.action.inputs, name, &ActionInput::name);
    ZHIBU_CHECK(declared != setting_.action.inputs.end());
    return preset(*declared);
}

Value Making::preset(const ActionInput& input) const {
    if (input.preset.empty()) {
        return {};
    }
    if (input.preset == "today") {
        return setting_.today;
    }
    if (input.preset == "next_year") {
        return std::int64_t{setting_.today.year} + 1;
    }
    if (input.preset == "scope") {
        return setting_.scope;
    }
    if (input.preset == "committee") {
        return committee_above();
    }
    if (input.preset == "record") {
        return subject_ == nullptr ? Value{} : value_of(*subject_, input.field);
    }
    return plain(kind_of(setting_, input.kind).field(input.field), input.preset);
}

Value Making::committee_above() const {
    Value at = subject_ == nullptr ? Value{setting_.scope} : value_of(*subject_, "organisation");
    for (int depth = 0; depth < depth_max; ++depth) {
        const auto organisation = find("organisation", at);
        if (!organisation) {
            return committee_beyond();
        }
        const Value type = value_of(*organisation, "type");
        if (type == Value{std::string{"10"}} || type == Value{std::string{"15"}}) {
            return at;
        }
        at = value_of(*organisation, "parent");
    }
    return {};
}

/// The nearest above the scope.
Value Making::committee_beyond() const {
    const auto above = setting_.replica.above();
    if (above) {
        for (const sync::OrganisationAbove& each : *above) {
            if (each.type == "10" || each.type == "15") {
                return each.id;
            }
        }
    }
    return {};
}

Value Making::after(std::string_view kind, std::string_view field) const {
    const Kind& of = kind_of(setting_, kind);
    for (const DraftChange& change : changes_) {
        if (change.record.kind == of.id()) {
            const auto wished =
                std::ranges::find(change.fields, of.field(field).id(), &DraftField::field);
            if (wished != change.fields.end()) {
                return wished->value;
            }
        }
    }
    return subject_ != nullptr && subject_->key.kind == of.id() ? value_of(*subject_, field)
                                                                : Value{};
}

std::string Making::code_after(std::string_view kind, std::string_view field) const {
    const Value value = after(kind, field);
    const auto* code = std::get_if<std::string>(&value);
    return code == nullptr ? std::string{} : *code;
}

DraftChange& Making::change_of(std::string_view kind) {
    const Kind& of = kind_of(setting_, kind);
    const auto found = std::ranges::find_if(
        changes_, [&](const DraftChange& change) { return change.record.kind == of.id(); });
    if (found != changes_.end()) {
        return *found;
    }
    const bool is_subject = subject_ != nullptr && kind == setting_.action.kind;
    DraftChange& change = changes_.emplace_back();
    change.record =
        is_subject ? subject_->key : record::RecordKey{of.id(), setting_.replica.new_record_id()};
    change.operation = is_subject ? record::Operation::update : record::Operation::create;
    if (kind == setting_.action.kind) {
        return change;
    }
    // Beside the subject, which is the first of the changes where this action makes it.
    const RecordId named = subject_ != nullptr ? subject_->key.id : changes_.front().record.id;
    for (const std::string_view link : links) {
        if (of.find(link) != nullptr) {
            set_in(change, link, named);
            break;
        }
    }
    return change;
}

void Making::set(std::string_view kind, std::string_view field, Value value) {
    set_in(change_of(kind), field, std::move(value));
}

void Making::set_if_empty(std::string_view kind, std::string_view field, Value value) {
    if (record::is_empty(after(kind, field)) && !record::is_empty(value)) {
        set(kind, field, std::move(value));
    }
}

DraftChange& Making::update(const record::RecordKey& key) {
    const auto found = std::ranges::find(changes_, key, &DraftChange::record);
    if (found != changes_.end()) {
        return *found;
    }
    DraftChange& change = changes_.emplace_back();
    change.record = key;
    change.operation = record::Operation::update;
    return change;
}

void Making::retire(const record::RecordKey& key) {
    DraftChange& change = changes_.emplace_back();
    change.record = key;
    change.operation = record::Operation::retire;
}

void Making::set_in(DraftChange& change, std::string_view field, Value value) const {
    const record::FieldNumber number = setting_.catalog.find(change.record.kind)->field(field).id();
    const auto held = std::ranges::find(change.fields, number, &DraftField::field);
    if (held != change.fields.end()) {
        held->value = std::move(value);
    } else {
        change.fields.push_back(DraftField{number, std::move(value)});
    }
}

std::optional<RecordState> Making::find(std::string_view kind, const Value& id) const {
    const auto* named = std::get_if<RecordId>(&id);
    if (named == nullptr) {
        return std::nullopt;
    }
    auto found = setting_.replica.find(record::RecordKey{kind_of(setting_, kind).id(), *named});
    return found ? *std::move(found) : std::nullopt;
}

std::vector<RecordState> Making::holding(std::string_view kind, std::string_view field,
                                         const Value& value) const {
    const Kind& of = kind_of(setting_, kind);
    ListQuery query;
    query.kind = of.id();
    query.conditions.push_back(
        Condition{of.field(field).id(), Condition::Relation::equal, {value}});
    query.limit = page_max;
    std::vector<RecordState> found;
    for (;;) {
        auto page = setting_.replica.list(query);
        if (!page || page->records.empty()) {
            return found;
        }
        query.offset += page->records.size();
        std::ranges::move(page->records, std::back_inserter(found));
    }
}

Value Making::value_of(const RecordState& state, std::string_view field) const {
    const Field* of = setting_.catalog.find(state.key.kind)->find(field);
    return of == nullptr ? Value{} : state.value(of->id());
}

void Making::refuse(std::string_view rule, std::vector<record::Parameter> parameters) {
    rules::Finding& finding = findings_.emplace_back();
    finding.rule = rule;
    finding.severity = rules::Severity::refuse;
    if (subject_ != nullptr) {
        finding.record = subject_->key;
    }
    finding.parameters = std::move(parameters);
}

}  // namespace zhibu::client::detail
