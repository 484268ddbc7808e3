#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/computed.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;

constexpr std::int64_t large_fen = 100'000;

std::string yuan(std::int64_t fen) {
    const std::string cents = std::to_string(100 + fen % 100).substr(1);
    return std::to_string(fen / 100) + "." + cents;
}

std::string percent(int per_mille) {
    return std::to_string(per_mille / 10) + "." + std::to_string(per_mille % 10) + "%";
}

std::optional<DuesRate> rate_of(const Case& of) {
    const auto* basis = own<std::string>(of, "dues_basis");
    const auto* base = own<std::int64_t>(of, "dues_base");
    return basis == nullptr ? std::nullopt : dues_for(*basis, base == nullptr ? 0 : *base);
}

std::vector<Parameter> figures(const Case& of, const DuesRate& rate, std::int64_t paid) {
    const auto* base = own<std::int64_t>(of, "dues_base");
    return and_also(
        and_also(both("基数", "base", yuan(base == nullptr ? 0 : *base)),
                 both("比例", "rate", percent(rate.per_mille))),
        and_also(both("应缴", "due", yuan(rate.least_fen)), both("实缴", "paid", yuan(paid))));
}

/// Whether the amount is not what the basis asks for; nothing is asked without both.
Breach amount_fits(const Case& of, std::initializer_list<std::string_view> bases) {
    const auto* paid = own<std::int64_t>(of, "dues_monthly");
    const auto rate = rate_of(of);
    if (paid == nullptr || !rate || !is_any(own<std::string>(of, "dues_basis"), bases) ||
        (rate->per_mille > 0 && !is_filled(of, of.after, "dues_base"))) {
        return kept;
    }
    return broken_unless(*paid >= rate->least_fen && *paid <= rate->most_fen,
                         [&] { return figures(of, *rate, *paid); });
}

Breach wage_dues(const Case& of) { return amount_fits(of, {"10", "20", "30"}); }

Breach pension_dues(const Case& of) { return amount_fits(of, {"40"}); }

Breach small_dues(const Case& of) { return amount_fits(of, {"50", "60", "70"}); }

Breach large_is_confirmed(const Case& of) {
    const auto* paid = own<std::int64_t>(of, "dues_monthly");
    const auto* confirmed = own<bool>(of, "dues_large_confirmed");
    return broken_unless(paid == nullptr || *paid <= large_fen ||
                         (confirmed != nullptr && *confirmed));
}

Breach reduction_is_approved(const Case& of) {
    return broken_unless(!is_any(own<std::string>(of, "dues_basis"), {"80", "81"}) ||
                         is_filled(of, of.after, "dues_approval"));
}

/// Whose base is entered, it is entered anew each year.
Breach base_reviewed(const Case& of) {
    const Date* reviewed = own<Date>(of, "dues_base_reviewed_on");
    const bool has_base = is_member(of, of.after) && is_filled(of, of.after, "dues_base");
    return broken_unless(!has_base || (reviewed != nullptr && reviewed->year >= of.today.year));
}

constexpr std::array rules{
    Rule{"R-601",
         "person",
         "dues_monthly dues_base dues_basis",
         Severity::warn,
         {"按基数 {基数} 元、比例 {比例} 应缴 {应缴} 元，现填 {实缴} 元，请确认。",
          "A base of {base} yuan at {rate} makes {due} yuan, {paid} is entered: please confirm."},
         &wage_dues,
         "党费 第二条 (条号待核)"},
    Rule{"R-602",
         "person",
         "dues_monthly dues_base dues_basis",
         Severity::warn,
         {"离退休费5000元以下（含）按0.5%、以上按1%，应缴 {应缴} 元，现填 {实缴} 元，请确认。",
          "A pension pays 0.5% up to 5000 yuan and 1% above: {due} yuan, {paid} is entered: please "
          "confirm."},
         &pension_dues,
         "党费 (离退休)"},
    Rule{"R-603",
         "person",
         "dues_monthly dues_basis",
         Severity::warn,
         {"学生、困难党员每月0.2元；农民党员0.2至1元。",
          "Students and members in hardship pay 0.2 yuan a month, farmers 0.2 to 1."},
         &small_dues,
         "党费"},
    Rule{"R-604",
         "person",
         "dues_monthly dues_large_confirmed",
         Severity::refuse,
         {"金额无效，请核对；月缴1000元以上须勾选“大额党费已确认”。",
          "Check the amount; more than 1000 yuan a month needs its confirmation."},
         &large_is_confirmed,
         "党费 (条号待核); GK",
         When::change},
    Rule{"R-605",
         "person",
         "dues_approval dues_basis",
         Severity::needs_explanation,
         {"少交、免交党费须经上一级党委批准，请填写批准情况。",
          "Reduced dues and exemptions are approved by the committee above: enter the approval."},
         &reduction_is_approved,
         "党费"},
    Rule{"R-613",
         "person",
         "dues_base_reviewed_on",
         Severity::warn,
         {"本年度党费基数尚未核定。", "This year's dues base is not reviewed yet."},
         &base_reviewed,
         "党费 (每年初核定)",
         When::day},
};

}  // namespace

std::span<const Rule> dues_rules() { return rules; }

}  // namespace zhibu::rules::detail
