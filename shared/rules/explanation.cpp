#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::RecordId;
using record::RecordState;

constexpr std::array<std::string_view, 3> explanation_kinds{
    "person_explanation", "organisation_explanation", "letter_explanation"};

/// Letters, digits and characters; marks and spaces do not explain anything.
int letters_of(std::string_view text) {
    int letters = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        const std::string_view one = text.substr(at, length);
        const bool ascii_letter = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                                  (byte >= 'a' && byte <= 'z');
        // U+2000 to U+303F and U+FF00 to U+FF0F hold the marks that Chinese texts use.
        const bool wide_mark = one.starts_with("\xe2\x80") || one.starts_with("\xe3\x80") ||
                               (one.starts_with("\xef\xbc") && one.size() == 3 &&
                                (static_cast<unsigned char>(one[2]) < 0x90 ||
                                 static_cast<unsigned char>(one[2]) > 0x99));
        letters += (byte < 0x80 ? ascii_letter : !wide_mark) ? 1 : 0;
        at += length;
    }
    return letters;
}

Breach long_enough(const Case& of) {
    const auto* text = own<std::string>(of, "explanation");
    const int least = of.parameters.explanation_characters_min;
    return broken_unless(text == nullptr || letters_of(*text) >= least,
                         [&] { return both("字数", "characters", std::to_string(least)); });
}

Breach explains_a_rule(const Case& of) {
    const auto* rule = own<std::string>(of, "rule");
    return broken_unless(rule == nullptr || severity_of(*rule) == Severity::needs_explanation);
}

/// What is kept beside the record itself need not say so.
bool explains(const Case& of, const RecordState& explanation, const Finding& finding) {
    const auto* rule = read<std::string>(of, explanation, "rule");
    const auto* about = read<std::string>(of, explanation, "about");
    const auto* owner = read<RecordId>(of, explanation, "owner");
    const bool is_this = about == nullptr ? owner != nullptr && *owner == of.after.key.id
                                          : *about == to_text(of.after.key.id);
    return rule != nullptr && *rule == finding.rule && is_this;
}

/// Explanations of an entry are kept beside its owner, and say which entry they are about.
std::vector<RecordState> explanations_for(const Case& of) {
    const catalog::Kind& kind = *of.catalog.find(of.after.key.kind);
    const auto* owner = kind.owner.empty() ? nullptr : own<RecordId>(of, "owner");
    std::string_view owner_kind = kind.owner.empty() ? kind.name : kind.owner;
    RecordId id = owner == nullptr ? of.after.key.id : *owner;
    if (kind.name == "dues_payment") {
        const auto* payer = own<RecordId>(of, "person");
        owner_kind = "person";
        id = payer == nullptr ? id : *payer;
    }
    for (const std::string_view name : explanation_kinds) {
        const catalog::Kind* explanation = of.catalog.find(name);
        if (explanation != nullptr && explanation->owner == owner_kind) {
            return all_related(of, name, "owner", record::Value{id});
        }
    }
    return {};
}

constexpr std::array rules{
    Rule{"R-1009a",
         "person_explanation organisation_explanation letter_explanation",
         "explanation",
         Severity::refuse,
         {"说明至少{字数}个字，不能只有标点。",
          "An explanation has {characters} characters or more, marks not counted."},
         &long_enough,
         "S; GK"},
    Rule{"R-1009b",
         "person_explanation organisation_explanation letter_explanation",
         "rule",
         Severity::refuse,
         {"只有“需说明项”可以填写说明。", "Only what needs an explanation is explained."},
         &explains_a_rule,
         "GK"},
};

}  // namespace

void mark_explained(const Case& of, std::vector<Finding>& findings) {
    const auto needs = [](const Finding& finding) {
        return finding.severity == Severity::needs_explanation;
    };
    if (std::ranges::none_of(findings, needs)) {
        return;
    }
    const auto explanations = explanations_for(of);
    for (Finding& finding : findings) {
        finding.explained =
            needs(finding) && std::ranges::any_of(explanations, [&](const RecordState& each) {
                return explains(of, each, finding);
            });
    }
}

std::span<const Rule> explanation_rules() { return rules; }

}  // namespace zhibu::rules::detail
