#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/computed.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;
using record::RecordId;
using record::RecordState;

const std::string* state_of(const Case& of) { return own<std::string>(of, "state"); }

bool is_open(const Case& of, const RecordState& letter) {
    return is_any(read<std::string>(of, letter, "state"), {"10", "20", "25", "30", "60"});
}

/// The day after it the letter is overdue, while nobody has received it.
std::optional<Date> last_day(const Case& of, const RecordState& letter) {
    return is_any(read<std::string>(of, letter, "state"), {"20", "25", "30", "60"})
               ? letter_last_day(of.catalog, letter)
               : std::nullopt;
}

bool is_overdue(const Case& of, const RecordState& letter) {
    const auto last = last_day(of, letter);
    return last && of.today > *last;
}

Breach still_valid(const Case& of) {
    const auto last = last_day(of, of.after);
    const int days = last ? record::day_number(of.today) - record::day_number(*last) : 0;
    return broken_unless(
        days <= 0, [&] { return std::vector<Parameter>{Parameter{"n", std::to_string(days)}}; });
}

Breach not_long_overdue(const Case& of) {
    const auto last = last_day(of, of.after);
    return broken_unless(
        !last || of.today <= record::add_months(*last, of.parameters.overdue_letter_months),
        [&] { return month_count(of.parameters.overdue_letter_months); });
}

/// A new letter may be entered as an old one was kept; its later moves follow the table.
Breach letter_moves(const Case& of) {
    const auto* was = own_before<std::string>(of, "state");
    const auto* now = state_of(of);
    if (of.before == nullptr || !touches(of, "state")) {
        return kept;
    }
    const std::string from = was == nullptr ? std::string{} : *was;
    const std::string to = now == nullptr ? std::string{} : *now;
    return broken_unless(may_move(letter_states(), from, to, Circumstances{}),
                         [&] { return state_names(of, "state", from, to); });
}

std::vector<RecordState> other_open_letters(const Case& of, const RecordId& person) {
    auto letters = related(of, "letter", "person", record::Value{person});
    std::erase_if(letters, [&](const RecordState& letter) { return !is_open(of, letter); });
    return letters;
}

/// Whose name it is, is not said: the one who asks may not see the person.
Breach one_open_letter(const Case& of) {
    const auto* person = own<RecordId>(of, "person");
    if (person == nullptr || !is_open(of, of.after) || is_any(state_of(of), {"10"})) {
        return kept;
    }
    return broken_unless(other_open_letters(of, *person).empty(), [&] {
        return std::vector<Parameter>{Parameter{"姓名", "该党员"},
                                      Parameter{"name", "this member"}};
    });
}

Breach reason_given(const Case& of) {
    if (is_any(state_of(of), {"50"})) {
        return broken_if_missing(of, of.after, {"reason"});
    }
    return is_any(state_of(of), {"30"})
               ? broken_if_missing(of, of.after, {"reason", "redirected_to"})
               : kept;
}

Breach may_be_asked_for(const Case& of) {
    const auto* person = own<RecordId>(of, "person");
    const auto* asking = own<RecordId>(of, "receiving_organisation");
    if (person == nullptr || asking == nullptr || !is_any(state_of(of), {"10"})) {
        return kept;
    }
    if (!other_open_letters(of, *person).empty()) {
        return broken({Parameter{"原因", "已有在途介绍信"},
                       Parameter{"reason", "a letter is under way already"}});
    }
    const auto asked = named_by(of, of.after, "person");
    const auto* branch = asked ? read<RecordId>(of, *asked, "organisation") : nullptr;
    const bool is_own = branch != nullptr && is_within(of, *branch, *asking).value_or(false);
    return broken_unless(!is_own, [&] {
        return std::vector<Parameter>{Parameter{"原因", "该党员已在本组织"},
                                      Parameter{"reason", "the member belongs to it already"}};
    });
}

/// The group that receives the letter moves the person. What another organisation merely asks for
/// holds nobody, and where a branch is merged its letters go along.
Breach stays_until_received(const Case& of) {
    if (of.before == nullptr || !touches(of, "organisation")) {
        return kept;
    }
    const auto* branch = own<RecordId>(of, "organisation");
    const auto letters = other_open_letters(of, of.after.key.id);
    return broken_unless(std::ranges::all_of(letters, [&](const RecordState& letter) {
        const auto* sender = read<RecordId>(of, letter, "sending_organisation");
        if (sender != nullptr && branch != nullptr && *sender == *branch) {
            return true;
        }
        return is_any(read<std::string>(of, letter, "state"), {"10"});
    }));
}

Breach received_after_issue(const Case& of) {
    const Date* issued = own<Date>(of, "issued_on");
    const Date* received = own<Date>(of, "received_on");
    const auto* from = own<RecordId>(of, "sending_organisation");
    const auto* to = own<RecordId>(of, "receiving_organisation");
    const bool in_order = issued == nullptr || received == nullptr || *received >= *issued;
    const bool moves = received == nullptr || from == nullptr || to == nullptr || *from != *to;
    return broken_unless(in_order && moves);
}

/// Letters under way from or to the organisation that are overdue.
Breach month_is_cleared(const Case& of) {
    auto letters =
        all_related(of, "letter", "sending_organisation", record::Value{of.after.key.id});
    std::ranges::move(
        all_related(of, "letter", "receiving_organisation", record::Value{of.after.key.id}),
        std::back_inserter(letters));
    const bool clear = std::ranges::none_of(
        letters, [&](const RecordState& letter) { return is_overdue(of, letter); });
    return broken_unless(clear, [&] { return both("日期", "date", next_last_friday(of.today)); });
}

constexpr std::array rules{
    Rule{"R-511",
         "letter",
         "issued_on",
         Severity::warn,
         {"介绍信已逾期 {n} 天。", "The letter is overdue by {n} days."},
         &still_valid,
         "S",
         When::day},
    Rule{"R-512",
         "letter",
         "state",
         Severity::needs_explanation,
         {"逾期{月数}个月以上未接收，请联系党员，或“撤销”“背书”。",
          "Overdue by more than {months} month(s): contact the member, or revoke or redirect the "
          "letter."},
         &not_long_overdue,
         "S",
         When::day},
    Rule{"R-513",
         "letter",
         "state",
         Severity::refuse,
         {"介绍信状态不能由“{原}”改为“{新}”。",
          "A letter's state cannot go from \"{from}\" to \"{to}\"."},
         &letter_moves,
         "S; GK",
         When::change},
    Rule{"R-514",
         "letter",
         "person state",
         Severity::refuse,
         {"{姓名} 已有一封在途介绍信。", "There is a letter under way for {name} already."},
         &one_open_letter,
         "GK"},
    Rule{"R-515",
         "letter",
         "reason redirected_to state",
         Severity::refuse,
         {"请填写撤销/背书原因和新的接收组织。",
          "Give the reason of the revocation or redirection, and the new receiving organisation."},
         &reason_given,
         "S"},
    Rule{"R-516",
         "letter",
         "person receiving_organisation state",
         Severity::refuse,
         {"不能申请转入该党员：{原因}。", "This member cannot be asked for: {reason}."},
         &may_be_asked_for,
         "S (申请)",
         When::change},
    Rule{"R-517",
         "person",
         "organisation",
         Severity::refuse,
         {"介绍信接收前，党员仍由转出组织管理。",
          "Until the letter is received, the member stays with the sending organisation."},
         &stays_until_received,
         "教管 第二十五条",
         When::change},
    Rule{"R-518",
         "letter",
         "received_on issued_on receiving_organisation",
         Severity::refuse,
         {"接收日期不能早于开具日期。",
          "A letter is received by another branch, and not before it was issued."},
         &received_after_issue,
         "GK"},
    Rule{"R-523",
         "organisation",
         "name",
         Severity::warn,
         {"请于 {日期} 前清查逾期未转入、未转出党员。",
          "By {date}, check the overdue receptions and departures."},
         &month_is_cleared,
         "S",
         When::day},
};

}  // namespace

std::span<const Rule> letter_rules() { return rules; }

}  // namespace zhibu::rules::detail
