#include <array>
#include <span>
#include <string>
#include <utility>

#include "shared/record/date.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;

/// 增设账号: everything that the office above decides on.
bool is_opening(const Case& of) { return is_any(own<std::string>(of, "request_kind"), {"1"}); }

Breach asked_in_time(const Case& of) {
    const Date* requested = own<Date>(of, "requested_on");
    const Date* effective = own<Date>(of, "effective_on");
    const int days = of.parameters.account_notice_days;
    return broken_unless(requested == nullptr || effective == nullptr ||
                             record::add_days(*requested, days) <= *effective,
                         [&] { return both("天数", "days", std::to_string(days)); });
}

Breach request_is_complete(const Case& of) {
    return is_opening(of) ? broken_if_missing(of, of.after,
                                              {"reason", "account_name", "nature", "level",
                                               "permission", "holder", "post", "phone"})
                          : kept;
}

Breach approval_is_kept(const Case& of) {
    const bool approved = is_any(own<std::string>(of, "state"), {"2"});
    return approved ? broken_if_missing(of, of.after, {"approved_by", "approved_on"}) : kept;
}

/// What was approved is what was opened: an application that opens an account names it.
Breach opened_as_asked(const Case& of) {
    if (!is_opening(of) || !is_any(own<std::string>(of, "state"), {request_approved})) {
        return kept;
    }
    const auto account = named_by(of, of.after, "account");
    if (!account) {
        return broken();
    }
    for (const auto& [asked, given] : {std::pair{"account_name", "name"},
                                       {"nature", "nature"},
                                       {"level", "level"},
                                       {"permission", "permission"}}) {
        const auto* wanted = own<std::string>(of, asked);
        const auto* has = read<std::string>(of, *account, given);
        if (wanted == nullptr || has == nullptr || *wanted != *has) {
            return broken();
        }
    }
    return kept;
}

Breach answered_once(const Case& of) {
    const auto* was = own_before<std::string>(of, "state");
    const auto* now = own<std::string>(of, "state");
    return broken_unless(was == nullptr || now == nullptr || *was == *now ||
                         may_move(request_states(), *was, *now, {}));
}

constexpr std::array rules{
    Rule{"R-910",
         "account_request",
         "effective_on requested_on",
         Severity::warn,
         {"账号或人员调整应提前{天数}天报备。",
          "A change of account or person is reported {days} days ahead."},
         &asked_in_time,
         "S (计划调整前两周内)"},
    Rule{"R-911",
         "account_request",
         "reason account_name nature level permission holder post phone request_kind",
         Severity::refuse,
         {"增设账号须填写：{字段}。", "A new account needs: {field}."},
         &request_is_complete,
         "S"},
    Rule{"R-911a",
         "account_request",
         "approved_by approved_on state",
         Severity::refuse,
         {"批准须填写：{字段}。", "An approval needs: {field}."},
         &approval_is_kept,
         "S"},
    Rule{"R-911b",
         "account_request",
         "account state",
         Severity::refuse,
         {"批准增设账号须同时开设该账号，名称、性质、级别和权限与申请一致。",
          "The approval of a new account opens it, with the name, nature, level and permission "
          "that were asked for."},
         &opened_as_asked,
         "GK",
         When::change},
    Rule{"R-911c",
         "account_request",
         "state",
         Severity::refuse,
         {"已审批的账号申请不能再改。",
          "An application that was answered stays as it was answered."},
         &answered_once,
         "GK"},
};

}  // namespace

std::span<const Rule> account_request_rules() { return rules; }

}  // namespace zhibu::rules::detail
