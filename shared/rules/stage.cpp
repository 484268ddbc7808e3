#include <array>
#include <span>
#include <string>
#include <string_view>

#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

std::string_view code_or_none(const std::string* code) {
    return code == nullptr ? std::string_view{} : std::string_view{*code};
}

/// Whether this change makes a move that the table of stages does not have. What was entered
/// wrongly is put right with a reason, which stays on the record and in the log.
bool is_foreign_move(const Case& of) {
    const bool corrects = of.before != nullptr && touches(of, "correction_reason") &&
                          is_filled(of, of.after, "correction_reason");
    return of.before != nullptr && touches(of, "stage") && !corrects &&
           !may_move(person_stages(), code_or_none(own_before<std::string>(of, "stage")),
                     code_or_none(own<std::string>(of, "stage")),
                     Circumstances{false, code_or_none(own<std::string>(of, "join_type")),
                                   code_or_none(own_before<std::string>(of, "leaving_reason"))});
}

bool is_to_probation(const Case& of) { return is_at_stage(of, of.after, {"40"}); }

Breach admitted_from_target(const Case& of) {
    return broken_unless(!is_to_probation(of) || !is_foreign_move(of));
}

Breach stage_moves(const Case& of) {
    if (is_to_probation(of) || !is_foreign_move(of)) {
        return kept;
    }
    return broken(state_names(of, "stage", code_or_none(own_before<std::string>(of, "stage")),
                              code_or_none(own<std::string>(of, "stage"))));
}

Breach leaves_with_reason(const Case& of) {
    return moves_to(of, "stage", "70")
               ? broken_if_missing(of, of.after, {"leaving_reason", "left_on"})
               : kept;
}

constexpr std::array rules{
    Rule{"R-314",
         "person",
         "stage",
         Severity::refuse,
         {"只有发展对象可以办理“吸收”。", "Only a development target can be admitted."},
         &admitted_from_target,
         "S (吸收); GK",
         When::change},
    Rule{
        "R-314a",
        "person",
        "stage",
        Severity::refuse,
        {"人员阶段不能由“{原}”改为“{新}”；如为更正，请填写更正原因。",
         "The stage cannot go from \"{from}\" to \"{to}\"; to put a mistake right, give the reason "
         "of the correction."},
        &stage_moves,
        "S; GK",
        When::change},
    Rule{"R-314b",
         "person",
         "leaving_reason left_on stage",
         Severity::refuse,
         {"离开须填写：{字段}。", "Who leaves, leaves with: {field}."},
         &leaves_with_reason,
         "S; GK",
         When::change},
};

}  // namespace

std::span<const Rule> stage_rules() { return rules; }

}  // namespace zhibu::rules::detail
