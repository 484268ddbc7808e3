#include "client/workbench/api/drafts.hpp"

#include <array>
#include <boost/json.hpp>
#include <utility>

namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 8;
constexpr std::size_t action_bytes_max = 64;

std::unexpected<Problem> bad_body(const std::string& place) {
    return std::unexpected{
        Problem{400, "bad_body", "请求内容不对：" + place, "The request is wrong at: " + place}};
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
                                                            const json::object& change) {
    std::vector<DraftField> fields;
    const json::value* given = change.if_contains("fields");
    if (given == nullptr) {
        return fields;
    }
    const json::object* object = given->if_object();
    if (object == nullptr) {
        return bad_body("fields");
    }
    for (const auto& [name, value] : *object) {
        const catalog::Field* field = kind.find(std::string_view{name});
        const json::string* text = value.if_string();
        if (field == nullptr || text == nullptr) {
            return bad_body("fields." + std::string{name});
        }
        auto read = catalog::parse_value(catalog, *field, std::string_view{*text});
        if (!read) {
            return std::unexpected{Problem{
                422, "unreadable_value", "“" + std::string{field->label.zh} + "”的内容无法识别。",
                "What stands in \"" + std::string{field->label.en} + "\" cannot be read."}};
        }
        fields.push_back(DraftField{field->id(), *std::move(read)});
    }
    return fields;
}

std::expected<DraftChange, Problem> read_change(const catalog::Catalog& catalog,
                                                const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
        return bad_body("changes");
    }
    const json::string* kind_name = text_at(*object, "kind");
    const catalog::Kind* kind =
        kind_name == nullptr ? nullptr : catalog.find(std::string_view{*kind_name});
    if (kind == nullptr) {
        return bad_body("kind");
    }
    const auto operation = operation_of(text_at(*object, "operation"));
    if (!operation) {
        return bad_body("operation");
    }
    DraftChange change;
    change.record.kind = kind->id();
    change.operation = *operation;
    if (const json::string* id = text_at(*object, "id")) {
        const auto uuid = record::parse_uuid(std::string_view{*id});
        if (!uuid) {
            return bad_body("id");
        }
        change.record.id = record::RecordId{*uuid};
    } else if (*operation != record::Operation::create) {
        return bad_body("id");
    }
    auto fields = read_fields(catalog, *kind, *object);
    if (!fields) {
        return std::unexpected{std::move(fields).error()};
    }
    change.fields = *std::move(fields);
    return change;
}

}  // namespace

std::expected<Draft, Problem> read_draft(const catalog::Catalog& catalog, std::string_view body) {
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code fault;
    const json::value parsed = json::parse(body, fault, {}, options);
    const json::object* object = fault ? nullptr : parsed.if_object();
    if (object == nullptr) {
        return bad_body("JSON");
    }
    const json::string* action = text_at(*object, "action");
    if (action == nullptr || action->empty() || action->size() > action_bytes_max) {
        return bad_body("action");
    }
    const json::value* changes = object->if_contains("changes");
    const json::array* list = changes == nullptr ? nullptr : changes->if_array();
    if (list == nullptr || list->empty()) {
        return bad_body("changes");
    }
    Draft draft;
    draft.action = std::string{*action};
    for (const json::value& value : *list) {
        auto change = read_change(catalog, value);
        if (!change) {
            return std::unexpected{std::move(change).error()};
        }
        draft.changes.push_back(*std::move(change));
    }
    return draft;
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
