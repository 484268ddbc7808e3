#pragma once

#include <span>

#include "client/workflow/action.hpp"

namespace zhibu::client::detail {

/// 党员发展工作.
[[nodiscard]] std::span<const Action> recruitment_actions();
/// 党员转正工作, and what else befalls a member.
[[nodiscard]] std::span<const Action> conversion_actions();
/// 组织关系转接.
[[nodiscard]] std::span<const Action> transfer_actions();
/// 申请, and what the sender makes of it.
[[nodiscard]] std::span<const Action> request_actions();
/// 党组织管理: what ends an organisation.
[[nodiscard]] std::span<const Action> organisation_actions();
/// 重复党员查询.
[[nodiscard]] std::span<const Action> duplicate_actions();
/// 日常维护 of many at once.
[[nodiscard]] std::span<const Action> daily_actions();

// The words in which inputs are declared.

constexpr ActionInput must(std::string_view kind, std::string_view field,
                           std::string_view preset = {}) {
    return ActionInput{kind, field, true, false, preset, {}};
}

constexpr ActionInput may(std::string_view kind, std::string_view field,
                          std::string_view preset = {}) {
    return ActionInput{kind, field, false, false, preset, {}};
}

/// One for each record.
constexpr ActionInput each(ActionInput input) {
    input.each = true;
    return input;
}

constexpr ActionInput called(std::string_view name, ActionInput input) {
    input.called = name;
    return input;
}

inline constexpr catalog::Label in_applicants{"党员管理/申请人管理", "Members/Applicants"};
inline constexpr catalog::Label in_plan{"党员管理/计划发展党员数上报", "Members/Annual plan"};
inline constexpr catalog::Label in_members{"党员管理/党员信息", "Members/Members"};
inline constexpr catalog::Label in_duplicates{"党员管理/重复党员查询", "Members/Duplicates"};
inline constexpr catalog::Label in_tree{"党组织管理/组织树", "Organisations/Organisation tree"};
inline constexpr catalog::Label in_arrivals{"党员管理/组织关系转接/组织关系转入",
                                            "Members/Transfers/Transfers in"};
inline constexpr catalog::Label in_departures{"党员管理/组织关系转接/组织关系转出",
                                              "Members/Transfers/Transfers out"};

}  // namespace zhibu::client::detail
