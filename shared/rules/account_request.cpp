#include <array>
#include <span>
#include <string>

#include "shared/record/date.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
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
                         both("天数", "days", std::to_string(days)));
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
};

}  // namespace

std::span<const Rule> account_request_rules() { return rules; }

}  // namespace zhibu::rules::detail
