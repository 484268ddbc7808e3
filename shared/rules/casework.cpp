#include <array>
#include <span>
#include <string>
#include <string_view>

#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

// The codes of lists case_state and conflict_state.
constexpr std::string_view waiting = "1";
constexpr std::string_view returned = "4";
constexpr std::string_view discarded = "5";
constexpr std::string_view by_rule = "5";

/// What has had its effect is not decided again; what was returned may be. The server alone makes
/// a case wait again, where the decision could not be carried out.
Breach decided_once(const Case& of, std::string_view kind, std::string_view also_open) {
    const std::string* before = held_before<std::string>(of, kind, "state");
    const std::string* after = held<std::string>(of, kind, "state");
    return broken_unless(before == nullptr || after == nullptr || *before == *after ||
                         *before == waiting || *before == also_open || *after == waiting);
}

Breach case_decided_once(const Case& of) { return decided_once(of, "case", returned); }

Breach conflict_decided_once(const Case& of) { return decided_once(of, "conflict", by_rule); }

Breach case_has_remark(const Case& of) {
    const std::string* state = held<std::string>(of, "case", "state");
    const bool needs_one = state != nullptr && (*state == returned || *state == discarded);
    return broken_unless(!needs_one || held<std::string>(of, "case", "remark") != nullptr);
}

constexpr std::array rules{
    Rule{"case_decided",
         "case",
         "state",
         Severity::refuse,
         {"该待审已处理，不能再次处理。", "The case has been decided already."},
         &case_decided_once,
         "GK",
         When::change},
    Rule{"case_needs_remark",
         "case",
         "remark state",
         Severity::refuse,
         {"退回或不予采纳须填写处理意见。",
          "A case that is returned or discarded needs a remark that says why."},
         &case_has_remark,
         "GK"},
    Rule{"conflict_decided",
         "conflict",
         "state",
         Severity::refuse,
         {"该冲突已裁定，不能再次裁定。", "The conflict has been decided already."},
         &conflict_decided_once,
         "GK",
         When::change},
};

}  // namespace

std::span<const Rule> casework_rules() { return rules; }

}  // namespace zhibu::rules::detail
