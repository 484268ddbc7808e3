#include "client/workbench/api/drafts.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <initializer_list>
#include <optional>
#include <utility>

namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 8;
constexpr std::size_t action_bytes_max = 64;

std::unexpected<Problem> wrong_at(const std::string& place) {
    return std::unexpected{bad_body(place)};
}

/// The first member of `object` that is none of `known`.
std::optional<std::string> stranger(const json::object& object,
                                    std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : object) {
        if (std::ranges::find(known, std::string_view{name}) == known.end()) {
            return std::string{name};
        }
    }
    return std::nullopt;
}

/// The replica takes no other action's name.
bool is_word(const json::string* action) {
    return action != nullptr && !action->empty() && action->size() <= action_bytes_max &&
           std::ranges::all_of(*action, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                      letter == '_';
           });
}

const json::string* text_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
}

std::optional<record::Operation> operation_of(const json::string* word) {
    constexpr std::array<std::pair<std::string_view, record::Operation>, 4> words{
        {{"create", record::Operation::create},
         {"update", record::Operation::update},
         {"retire", record::Operation::retire},
         {"restore", record::Operation::restore}}};
    for (const auto& [name, operation] : words) {
        if (word != nullptr && std::string_view{*word} == name) {
            return operation;
        }
    }
    return std::nullopt;
}

std::expected<std::vector<DraftField>, Problem> read_fields(const catalog::Catalog& catalog,
                                                            const catalog::Kind& kind,
                                                            const json::object& change,
                                                            const std::string& place) {
    std::vector<DraftField> fields;
    const json::value* given = change.if_contains("fields");
    if (given == nullptr) {
        return fields;
    }
    const json::object* object = given->if_object();
    if (object == nullptr) {
        return wrong_at(place + ".fields");
    }
    for (const auto& [name, value] : *object) {
        const catalog::Field* field = kind.find(std::string_view{name});
        const json::string* text = value.if_string();
        if (field == nullptr || text == nullptr) {
            return wrong_at(place + ".fields." + std::string{name});
        }
        auto read = catalog::parse_value(catalog, *field, std::string_view{*text});
        if (!read) {
            return std::unexpected{Problem{
                422, "unreadable_value", "“" + std::string{field->label.zh} + "”的内容无法识别。",
                "What stands in \"" + std::string{field->label.en} + "\" cannot be read.",
                std::string{field->name}}};
        }
        fields.push_back(DraftField{field->id(), *std::move(read)});
    }
    return fields;
}

std::expected<DraftChange, Problem> read_change(const catalog::Catalog& catalog,
                                                const json::value& value,
                                                const std::string& place) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
        return wrong_at(place);
    }
    if (const auto unknown = stranger(*object, {"kind", "id", "operation", "fields"})) {
        return wrong_at(place + "." + *unknown);
    }
    const json::string* kind_name = text_at(*object, "kind");
    const catalog::Kind* kind =
        kind_name == nullptr ? nullptr : catalog.find(std::string_view{*kind_name});
    if (kind == nullptr) {
        return wrong_at(place + ".kind");
    }
    const auto operation = operation_of(text_at(*object, "operation"));
    if (!operation) {
        return wrong_at(place + ".operation");
    }
    DraftChange change;
    change.record.kind = kind->id();
    change.operation = *operation;
    if (object->contains("id") || *operation != record::Operation::create) {
        const json::string* id = text_at(*object, "id");
        const auto uuid = id == nullptr ? std::nullopt : record::parse_uuid(std::string_view{*id});
        if (!uuid || record::RecordId{*uuid}.is_none()) {
            return wrong_at(place + ".id");
        }
        change.record.id = record::RecordId{*uuid};
    }
    auto fields = read_fields(catalog, *kind, *object, place);
    if (!fields) {
        return std::unexpected{std::move(fields).error()};
    }
    change.fields = *std::move(fields);
    return change;
}

}  // namespace

Problem bad_body(const std::string& place) {
    return {400, "bad_body", "请求内容不对：" + place, "The request is wrong at: " + place};
}

std::expected<json::object, Problem> read_object(std::string_view body) {
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code fault;
    json::value parsed = json::parse(body, fault, {}, options);
    json::object* object = fault ? nullptr : parsed.if_object();
    if (object == nullptr) {
        return wrong_at("JSON");
    }
    return std::move(*object);
}

std::expected<Draft, Problem> read_draft(const catalog::Catalog& catalog, std::string_view body) {
    const auto object = read_object(body);
    if (!object) {
        return std::unexpected{object.error()};
    }
    if (const auto unknown = stranger(*object, {"action", "changes"})) {
        return wrong_at(*unknown);
    }
    const json::string* action = text_at(*object, "action");
    if (!is_word(action)) {
        return wrong_at("action");
    }
    const json::value* given = object->if_contains("changes");
    auto changes = read_changes(catalog, given == nullptr ? json::value{} : *given);
    if (!changes) {
        return std::unexpected{std::move(changes).error()};
    }
    return Draft{std::string{*action}, *std::move(changes)};
}

std::expected<std::vector<DraftChange>, Problem> read_changes(const catalog::Catalog& catalog,
                                                              const json::value& given) {
    const json::array* list = given.if_array();
    if (list == nullptr || list->empty()) {
        return wrong_at("changes");
    }
    std::vector<DraftChange> changes;
    for (const json::value& value : *list) {
        auto change =
            read_change(catalog, value, "changes[" + std::to_string(changes.size()) + "]");
        if (!change) {
            return std::unexpected{std::move(change).error()};
        }
        changes.push_back(*std::move(change));
    }
    return changes;
}

Draft with_ids(Draft draft, Replica& replica) {
    for (DraftChange& change : draft.changes) {
        if (change.record.id.is_none()) {
            change.record.id = replica.new_record_id();
        }
    }
    return draft;
}

}  // namespace zhibu::client
