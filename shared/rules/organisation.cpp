#include <array>

#include "shared/rules/detail/rule.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Parameter;
using record::RecordId;
using record::RecordKey;

/// Deeper trees do not occur; a longer chain of superiors is a circle.
constexpr int levels_max = 32;

const std::string* text_of(const Case& of, std::string_view field) {
    return held<std::string>(of, "organisation", field);
}

bool may_stand_under(std::string_view type, std::string_view superior) {
    const bool committee = superior == "10" || superior == "15";
    if (type == "10" || type == "15" || type == "20" || type == "50" || type == "60") {
        return committee;
    }
    if (type == "40") {
        return superior == "30" || superior == "31" || superior == "32";
    }
    return committee || superior == "20";
}

Breach superior_fits(const Case& of) {
    const catalog::Kind& kind = of.catalog.kind("organisation");
    const auto* parent = held<RecordId>(of, "organisation", "parent");
    const std::string* type = text_of(of, "type");
    if (parent == nullptr || type == nullptr) {
        return kept;
    }
    auto superior = of.surroundings.find(RecordKey{kind.id(), *parent});
    if (!superior) {
        return kept;
    }
    const auto* superior_type = std::get_if<std::string>(&superior->value(kind.field("type").id()));
    if (superior_type != nullptr && !may_stand_under(*type, *superior_type)) {
        return broken();
    }
    for (int level = 0; superior; ++level) {
        if (superior->key.id == of.after.key.id || level > levels_max) {
            return broken();
        }
        const auto* next = std::get_if<RecordId>(&superior->value(kind.field("parent").id()));
        superior =
            next == nullptr ? std::nullopt : of.surroundings.find(RecordKey{kind.id(), *next});
    }
    return kept;
}

Breach code_unique(const Case& of) {
    const std::string* code = text_of(of, "code");
    if (code == nullptr) {
        return kept;
    }
    const catalog::Kind& kind = of.catalog.kind("organisation");
    for (const RecordKey& key :
         of.surroundings.holding(kind.id(), kind.field("code").id(), record::Value{*code})) {
        if (key.id != of.after.key.id) {
            return broken();
        }
    }
    return kept;
}

Breach name_unique_under_superior(const Case& of) {
    const std::string* name = text_of(of, "name");
    if (name == nullptr) {
        return kept;
    }
    const catalog::Kind& kind = of.catalog.kind("organisation");
    const record::FieldNumber parent = kind.field("parent").id();
    for (const RecordKey& key :
         of.surroundings.holding(kind.id(), kind.field("name").id(), record::Value{*name})) {
        if (key.id == of.after.key.id) {
            continue;
        }
        const auto other = of.surroundings.find(key);
        if (other && !other->retired && other->value(parent) == of.after.value(parent)) {
            return broken();
        }
    }
    return kept;
}

constexpr std::array rules{
    Rule{"R-709",
         "organisation",
         "parent type",
         Severity::refuse,
         {"隶属关系不正确。",
          "The superior does not fit: a branch stands under a general branch or committee, a "
          "general "
          "branch under a committee, and none under itself."},
         &superior_fits},
    Rule{"R-710",
         "organisation",
         "code",
         Severity::refuse,
         {"组织代码已被使用。", "The organisation's code is already used."},
         &code_unique},
    Rule{"R-711",
         "organisation",
         "name parent",
         Severity::refuse,
         {"同级已有同名组织。", "There is an organisation of this name under the same superior."},
         &name_unique_under_superior},
};

}  // namespace

std::span<const Rule> organisation_rules() { return rules; }

}  // namespace zhibu::rules::detail
