#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

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

std::optional<record::RecordState> organisation_of(const Case& of, const RecordId& id) {
    return of.surroundings.find(RecordKey{of.catalog.kind("organisation").id(), id});
}

const std::string* type_of(const Case& of, const record::RecordState& organisation) {
    const catalog::Field& type = of.catalog.kind("organisation").field("type");
    return std::get_if<std::string>(&organisation.value(type.id()));
}

/// Whether the record is found again on the way up from `superior`.
bool stands_under_itself(const Case& of, std::optional<record::RecordState> superior) {
    const catalog::Field& parent = of.catalog.kind("organisation").field("parent");
    for (int level = 0; superior; ++level) {
        if (superior->key.id == of.after.key.id || level > levels_max) {
            return true;
        }
        const auto* next = std::get_if<RecordId>(&superior->value(parent.id()));
        superior = next == nullptr ? std::nullopt : organisation_of(of, *next);
    }
    return false;
}

Breach superior_fits(const Case& of) {
    const auto* parent = held<RecordId>(of, "organisation", "parent");
    const std::string* type = text_of(of, "type");
    if (parent == nullptr || type == nullptr) {
        return kept;
    }
    auto superior = organisation_of(of, *parent);
    if (!superior) {
        return kept;
    }
    const std::string* superior_type = type_of(of, *superior);
    const bool fits = superior_type == nullptr || may_stand_under(*type, *superior_type);
    return broken_unless(fits && !stands_under_itself(of, std::move(superior)));
}

/// A general branch that becomes a branch must have no branches left.
Breach subordinates_fit(const Case& of) {
    const std::string* type = text_of(of, "type");
    if (of.before == nullptr || type == nullptr) {
        return kept;
    }
    const catalog::Kind& kind = of.catalog.kind("organisation");
    for (const RecordKey& key : of.surroundings.holding(kind.id(), kind.field("parent").id(),
                                                        record::Value{of.after.key.id})) {
        const auto subordinate = of.surroundings.find(key);
        if (!subordinate || subordinate->retired) {
            continue;
        }
        const std::string* its_type = type_of(of, *subordinate);
        if (its_type != nullptr && !may_stand_under(*its_type, *type)) {
            return broken();
        }
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
          "general branch under a committee, and none under itself."},
         &superior_fits,
         "GK"},
    Rule{
        "R-709a",
        "organisation",
        "type",
        Severity::refuse,
        {"现有下级组织不能隶属于该类别的组织，请先调整下级组织。",
         "Organisations that stand under this one do not fit below its new type. Move them first."},
        &subordinates_fit,
        "GK"},
    Rule{"R-710",
         "organisation",
         "code",
         Severity::refuse,
         {"组织代码已被使用。", "The organisation's code is already used."},
         &code_unique,
         "GK"},
    Rule{"R-711",
         "organisation",
         "name parent",
         Severity::refuse,
         {"同级已有同名组织。", "There is an organisation of this name under the same superior."},
         &name_unique_under_superior,
         "GK"},
};

}  // namespace

std::span<const Rule> organisation_rules() { return rules; }

}  // namespace zhibu::rules::detail
