#include "shared/catalog/metadata.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>
#include <utility>
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/sections.hpp"

namespace zhibu::catalog {
namespace {

namespace json = boost::json;

json::object described(const Label& label) { return {{"zh", label.zh}, {"en", label.en}}; }

json::array split(std::string_view words) {
    json::array parts;
    while (!words.empty()) {
        const auto bar = words.find('|');
        parts.emplace_back(words.substr(0, bar));
        words.remove_prefix(bar == std::string_view::npos ? words.size() : bar + 1);
    }
    return parts;
}

json::object described(const Field& field) {
    json::object object{{"number", field.number},
                        {"name", field.name},
                        {"label", described(field.label)},
                        {"type", to_text(field.type)},
                        {"required", to_text(field.required)},
                        {"policy", to_text(field.policy)},
                        {"confidentiality", to_text(field.confidentiality)}};
    if (field.width > 0) {
        object["width"] = field.width;
    }
    if (field.type == FieldType::code) {
        object["codes"] = field.refers_to;
    }
    if (field.type == FieldType::reference) {
        object["kind"] = field.refers_to;
    }
    if (!field.also_called.empty()) {
        object["also_called"] = split(field.also_called);
    }
    if (field.happened) {
        object["happened"] = true;
    }
    return object;
}

json::object described(const Kind& kind) {
    json::object object{{"number", kind.number},
                        {"name", kind.name},
                        {"label", described(kind.label)},
                        {"writers", to_text(kind.writers)}};
    if (!kind.owner.empty()) {
        object["owner"] = kind.owner;
    }
    json::array placed_by;
    for (const std::string_view field : kind.placed_by) {
        placed_by.emplace_back(field);
    }
    object["placed_by"] = std::move(placed_by);
    json::array sections;
    for (const Section& section : sections_of(kind)) {
        sections.push_back(
            json::object{{"first", section.first}, {"label", described(section.label)}});
    }
    object["sections"] = std::move(sections);
    json::array fields;
    for (const Field& field : kind.fields) {
        fields.push_back(described(field));
    }
    object["fields"] = std::move(fields);
    return object;
}

json::object described(const CodeList& list) {
    json::array codes;
    for (const Code& code : list.codes) {
        codes.push_back(json::object{{"code", code.code}, {"label", described(code.label)}});
    }
    return {{"name", list.name}, {"codes", std::move(codes)}};
}

}  // namespace

std::string_view to_text(FieldType type) {
    switch (type) {
        case FieldType::text:
            return "text";
        case FieldType::note:
            return "note";
        case FieldType::integer:
            return "integer";
        case FieldType::money:
            return "money";
        case FieldType::boolean:
            return "boolean";
        case FieldType::day:
            return "day";
        case FieldType::month:
            return "month";
        case FieldType::instant:
            return "instant";
        case FieldType::code:
            return "code";
        case FieldType::reference:
            return "reference";
        case FieldType::tags:
            return "tags";
    }
    std::unreachable();
}

std::string_view to_text(Required required) {
    switch (required) {
        case Required::no:
            return "no";
        case Required::yes:
            return "yes";
        case Required::counted:
            return "counted";
    }
    std::unreachable();
}

std::string_view to_text(MergePolicy policy) {
    switch (policy) {
        case MergePolicy::later:
            return "later";
        case MergePolicy::authority:
            return "authority";
        case MergePolicy::max:
            return "max";
        case MergePolicy::min:
            return "min";
        case MergePolicy::unite:
            return "union";
        case MergePolicy::ask:
            return "ask";
        case MergePolicy::first:
            return "first";
    }
    std::unreachable();
}

std::string_view to_text(Confidentiality confidentiality) {
    switch (confidentiality) {
        case Confidentiality::internal:
            return "internal";
        case Confidentiality::personal:
            return "personal";
        case Confidentiality::sensitive:
            return "sensitive";
    }
    std::unreachable();
}

std::string_view to_text(Writers writers) {
    switch (writers) {
        case Writers::scope:
            return "scope";
        case Writers::administrator:
            return "administrator";
        case Writers::server:
            return "server";
        case Writers::decider:
            return "decider";
    }
    std::unreachable();
}

std::string metadata_json(const Catalog& catalog) {
    json::array kinds;
    for (const Kind& kind : catalog.kinds()) {
        kinds.push_back(described(kind));
    }
    json::array lists;
    for (const CodeList& list : catalog.code_lists()) {
        lists.push_back(described(list));
    }
    const json::object whole{{"version", catalog.version()},
                             {"kinds", std::move(kinds)},
                             {"code_lists", std::move(lists)}};
    return json::serialize(whole);
}

}  // namespace zhibu::catalog
