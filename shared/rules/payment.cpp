#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::RecordId;
using record::RecordState;

/// Months since the year 0, so that neighbours differ by one.
int month_number(Date date) { return date.year * 12 + date.month - 1; }

Date month_of(int number) {
    return Date{static_cast<std::int16_t>(number / 12), static_cast<std::uint8_t>(number % 12 + 1),
                0};
}

struct Period {
    int from = 0;
    int to = 0;
};

std::optional<Period> period_of(const Case& of, const RecordState& payment) {
    const Date* from = read<Date>(of, payment, "from_month");
    const Date* to = read<Date>(of, payment, "to_month");
    return from == nullptr || to == nullptr
               ? std::nullopt
               : std::optional{Period{month_number(*from), month_number(*to)}};
}

std::optional<RecordState> payer(const Case& of) { return named_by(of, of.after, "person"); }

Breach from_joining_on(const Case& of) {
    const auto person = payer(of);
    const Date* joined = person ? read<Date>(of, *person, "join_date") : nullptr;
    const auto period = period_of(of, of.after);
    return broken_unless(joined == nullptr || !period || period->from >= month_number(*joined));
}

Breach periods_apart(const Case& of) {
    const auto* person = own<RecordId>(of, "person");
    const auto period = period_of(of, of.after);
    if (person == nullptr || !period) {
        return kept;
    }
    const auto others = related(of, "dues_payment", "person", record::Value{*person});
    const bool overlaps = std::ranges::any_of(others, [&](const RecordState& other) {
        const auto its = period_of(of, other);
        return its && its->from <= period->to && period->from <= its->to;
    });
    return broken_unless(period->from <= period->to && !overlaps);
}

std::vector<Period> periods_of(const Case& of, const RecordState& person) {
    std::vector<Period> periods;
    for (const RecordState& payment :
         related(of, "dues_payment", "person", record::Value{person.key.id})) {
        if (const auto period = period_of(of, payment)) {
            periods.push_back(*period);
        }
    }
    std::ranges::sort(periods, {}, &Period::from);
    return periods;
}

/// The first month between two payments for which none is entered.
Breach without_gap(const Case& of) {
    const auto periods = periods_of(of, of.after);
    for (std::size_t at = 1; at < periods.size(); ++at) {
        const int missing = periods[at - 1].to + 1;
        if (missing < periods[at].from) {
            return broken(
                and_also(name_of(of), and_also(both("起", "from", month_of(missing)),
                                               both("止", "to", month_of(periods[at].from - 1)))));
        }
    }
    return kept;
}

Breach few_arrears(const Case& of) {
    const Date* paid = own<Date>(of, "paid_on");
    const auto period = period_of(of, of.after);
    if (paid == nullptr || !period) {
        return kept;
    }
    const int last = std::min(period->to, month_number(*paid) - 1);
    const int months = of.parameters.arrears_months;
    return broken_unless(last - period->from + 1 <= months, [&] { return month_count(months); });
}

/// The last month known to be paid; the month before the joining where none is.
std::optional<int> paid_through(const Case& of) {
    const Date* joined = own<Date>(of, "join_date");
    const Date* until = own<Date>(of, "dues_paid_until");
    std::optional<int> last;
    for (const Period& period : periods_of(of, of.after)) {
        last = std::max(last.value_or(period.to), period.to);
    }
    if (until != nullptr) {
        // A month is paid with its last day; until then the one before it is.
        const bool whole = *until == record::month_end(*until);
        last = std::max(last.value_or(0), month_number(*until) - (whole ? 0 : 1));
    }
    return last || joined == nullptr ? last : std::optional{month_number(*joined) - 1};
}

/// So many whole months have passed since, without a payment.
Breach pays(const Case& of) {
    const bool is_exempt = is_any(own<std::string>(of, "dues_basis"), {"81"});
    const auto last = paid_through(of);
    const int months = of.parameters.unpaid_months;
    const bool unpaid = is_member(of, of.after) && !is_exempt && last &&
                        month_number(of.today) - 1 - *last >= months;
    return broken_unless(!unpaid, [&] { return and_also(name_of(of), month_count(months)); });
}

/// The month in which the person left is paid like any other.
Breach not_after_leaving(const Case& of) {
    const auto person = payer(of);
    const auto period = period_of(of, of.after);
    const Date* left = person ? read<Date>(of, *person, "left_on") : nullptr;
    const bool gone = left != nullptr && is_at_stage(of, *person, {"60", "70"});
    return broken_unless(!gone || !period || period->to <= month_number(*left));
}

constexpr std::array rules{
    Rule{"R-606",
         "dues_payment",
         "from_month person",
         Severity::refuse,
         {"预备党员自支部大会通过之日起交纳党费。",
          "Dues are paid from the joining date on, and not before it."},
         &from_joining_on,
         "党费"},
    Rule{"R-607",
         "dues_payment",
         "from_month to_month person",
         Severity::refuse,
         {"缴费起止日期有误或与已有记录重叠。",
          "The months are in the wrong order, or are paid already."},
         &periods_apart,
         "GK"},
    Rule{"R-608",
         "person",
         "dues_paid_until",
         Severity::warn,
         {"{姓名} {起} 至 {止} 未登记缴费。", "{name}: no payment is entered for {from} to {to}."},
         &without_gap,
         "GK",
         When::day},
    Rule{"R-609",
         "dues_payment",
         "from_month to_month paid_on",
         Severity::needs_explanation,
         {"补交党费一般不得超过{月数}个月，请说明。",
          "Arrears of more than {months} months are not normally paid at once: please explain."},
         &few_arrears,
         "党费 第十二条 (条号待核)"},
    Rule{"R-610",
         "person",
         "dues_paid_until",
         Severity::needs_explanation,
         {"{姓名} 连续{月数}个月未交党费，请核实并处理。",
          "{name} has paid no dues for {months} months: check and act."},
         &pays,
         "S (连续6个月未交党费); 党费 第十三条; 章程 第九条",
         When::day},
    Rule{"R-611",
         "dues_payment",
         "to_month person",
         Severity::refuse,
         {"该党员已不在本组织，不能登记该月党费。",
          "The member has left: no dues are booked for that month."},
         &not_after_leaving,
         "GK"},
};

}  // namespace

std::span<const Rule> payment_rules() { return rules; }

}  // namespace zhibu::rules::detail
