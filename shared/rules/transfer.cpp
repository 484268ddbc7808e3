#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

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

const std::string* type_of(const Case& of) { return own<std::string>(of, "type"); }

/// 申请 and 申请被拒: not the sender's letter yet.
bool is_request(const Case& of) { return is_any(own<std::string>(of, "state"), {"10", "15"}); }

bool is_way_out(const Case& of) {
    return !is_request(of) && is_any(type_of(of), {"11", "21", "31", "41"});
}

std::optional<RecordState> person_of(const Case& of) { return named_by(of, of.after, "person"); }

/// Who asks for somebody out of sight says who is meant, and whose member it is. An old letter that
/// names nobody can still be sent back or revoked.
Breach person_named(const Case& of) {
    const bool is_asked_for = is_any(own<std::string>(of, "state"), {"10"}) &&
                              is_filled(of, of.after, "person_name") &&
                              is_filled(of, of.after, "person_id_number") &&
                              (is_filled(of, of.after, "sending_code") ||
                               is_filled(of, of.after, "sending_organisation"));
    return broken_unless(!is_any(own<std::string>(of, "state"), {"10", "20", "40"}) ||
                         is_filled(of, of.after, "person") || is_asked_for);
}

/// Whoever issues what was asked for by number sends that person and nobody else.
Breach person_is_the_one_asked_for(const Case& of) {
    const auto* number = own<std::string>(of, "person_id_number");
    const auto person = person_of(of);
    const auto* held = person ? read<std::string>(of, *person, "id_number") : nullptr;
    return broken_unless(number == nullptr || held == nullptr || *number == *held);
}

/// A letter from another committee names that committee first, and the branch when it is received.
Breach received_by_branch(const Case& of) {
    const bool lands =
        is_any(type_of(of), {"11", "22", "32"}) || is_any(own<std::string>(of, "state"), {"40"});
    const auto receiver = named_by(of, of.after, "receiving_organisation");
    return broken_unless(
        !lands || !receiver ||
        is_any(read<std::string>(of, *receiver, "type"), {"30", "31", "32", "39"}));
}

Breach type_fits_ends(const Case& of) {
    const auto* sender = own<RecordId>(of, "sending_organisation");
    const auto* receiver = own<RecordId>(of, "receiving_organisation");
    if (sender == nullptr || receiver == nullptr) {
        return kept;
    }
    const auto from = committee_of(of, *sender);
    const auto to = committee_of(of, *receiver);
    if (!from || !to) {
        return kept;
    }
    const bool within = *from == *to;
    return broken_unless(is_any(type_of(of), {"11"})         ? within
                         : is_any(type_of(of), {"21", "22"}) ? !within
                                                             : true);
}

/// Asked when the letter is issued: an old one without it can still be received or revoked.
bool is_issued(const Case& of) { return is_any(own<std::string>(of, "state"), {"20"}); }

Breach receiving_code_given(const Case& of) {
    return broken_unless(!is_issued(of) || !is_any(type_of(of), {"21"}) ||
                         is_filled(of, of.after, "receiving_code"));
}

/// Only who sees the whole space knows that a code is nobody's.
Breach receiving_code_exists(const Case& of) {
    const auto* code = own<std::string>(of, "receiving_code");
    if (code == nullptr || !of.surroundings.is_whole_space() ||
        !is_any(type_of(of), {"11", "21", "22"})) {
        return kept;
    }
    return broken_unless(!related(of, "organisation", "code", record::Value{*code}).empty());
}

Breach mobile_given(const Case& of) {
    const auto person = person_of(of);
    return broken_unless(!is_way_out(of) || !person || is_filled(of, *person, "mobile"));
}

Breach data_confirmed(const Case& of) {
    const auto person = person_of(of);
    return is_way_out(of) && person
               ? broken_if_missing(of, *person,
                                   {"phones", "work_post", "dues_paid_until", "confirmed_on"})
               : kept;
}

/// What the letter says, or else the person's record.
std::optional<Date> paid_until(const Case& of) {
    if (const Date* day = own<Date>(of, "dues_paid_until")) {
        return *day;
    }
    const auto person = person_of(of);
    const Date* day = person ? read<Date>(of, *person, "dues_paid_until") : nullptr;
    return day == nullptr ? std::nullopt : std::optional{*day};
}

Breach paid_before_leaving(const Case& of) {
    const Date* issued = own<Date>(of, "issued_on");
    const auto paid = paid_until(of);
    return broken_unless(!is_way_out(of) || issued == nullptr || !paid || *paid < *issued);
}

Breach paid_to_last_month(const Case& of) {
    const Date* issued = own<Date>(of, "issued_on");
    const auto paid = paid_until(of);
    if (!is_way_out(of) || issued == nullptr || !paid) {
        return kept;
    }
    const Date last_month = record::month_end(record::add_months(*issued, -1));
    return broken_unless(*paid >= last_month, [&] { return both("日期", "date", *paid); });
}

Breach province_letter_complete(const Case& of) {
    return is_issued(of) && is_any(type_of(of), {"31"})
               ? broken_if_missing(of, of.after,
                                   {"province", "receiving_name", "heading", "sending_name"})
               : kept;
}

bool is_graduate(const Case& of) {
    const auto person = person_of(of);
    return !person || is_any(read<std::string>(of, *person, "work_post"),
                             {"70", "71", "72", "73", "74", "75", "93"});
}

/// A move within the committee takes effect at once and needs no days.
Breach validity_fits(const Case& of) {
    const auto* days = own<std::string>(of, "valid_days");
    const bool city = is_any(type_of(of), {"11", "21", "22", "41", "42"});
    const bool province = is_any(type_of(of), {"31", "32"});
    if (days == nullptr) {
        return broken_unless(is_request(of) || !is_any(type_of(of), {"21", "31"}));
    }
    return broken_unless(*days == "90" ? is_graduate(of) && is_filled(of, of.after, "reason")
                         : city        ? *days == "30"
                         : province    ? *days == "60"
                                       : true);
}

/// The same id number at somebody who was transferred out: received from the store, not entered.
Breach comes_back(const Case& of) {
    const auto* number = own<std::string>(of, "id_number");
    if (number == nullptr || of.before != nullptr) {
        return kept;
    }
    const auto others = related(of, "person", "id_number", record::Value{*number});
    return broken_unless(std::ranges::none_of(others, [&](const RecordState& other) {
        return is_at_stage(of, other, {"70"}) &&
               is_any(read<std::string>(of, other, "leaving_reason"), {"10"});
    }));
}

/// What the conversion became is a full member's question.
Breach newcomer_complete(const Case& of) {
    const auto person = person_of(of);
    if (!person || is_request(of) || !is_any(type_of(of), {"32"})) {
        return kept;
    }
    return is_at_stage(of, *person, {"40"})
               ? broken_if_missing(of, *person, {"front_line", "phones", "dues_monthly"})
               : broken_if_missing(of, *person,
                                   {"front_line", "conversion_outcome", "phones", "dues_monthly"});
}

Breach probation_travels_along(const Case& of) {
    const auto person = person_of(of);
    if (!person || !is_way_out(of) || !is_at_stage(of, *person, {"40"})) {
        return kept;
    }
    const bool extended = is_any(read<std::string>(of, *person, "conversion_outcome"), {"04"});
    return broken_unless(is_filled(of, *person, "join_date") &&
                         (!extended || is_filled(of, *person, "extension_months")));
}

constexpr std::array rules{
    Rule{"R-501",
         "letter",
         "receiving_organisation type state",
         Severity::refuse,
         {"转入组织应落实到党支部。", "The receiving organisation is a branch."},
         &received_by_branch,
         "S (应落实到相应党支部)"},
    Rule{"R-502",
         "letter",
         "type sending_organisation receiving_organisation",
         Severity::refuse,
         {"所选类型与转入组织不符。",
          "The type does not fit: a move stays within the committee, a transfer leaves it."},
         &type_fits_ends,
         "S",
         When::change},
    Rule{"R-503",
         "letter",
         "receiving_code type state",
         Severity::refuse,
         {"请填写转入组织名称代码。", "Give the receiving organisation's code."},
         &receiving_code_given,
         "S (应转入组织名称代码由党员提供)"},
    Rule{"R-504",
         "letter",
         "receiving_code type",
         Severity::refuse,
         {"转入组织代码不存在或已撤销。",
          "The receiving organisation's code does not exist, or its organisation was abolished."},
         &receiving_code_exists,
         "GK",
         When::change},
    Rule{"R-505",
         "letter",
         "person type",
         Severity::refuse,
         {"转出前须填写党员常用手机号码。",
          "Before a transfer out, enter the member's mobile number."},
         &mobile_given,
         "S (应务必填写)",
         When::change},
    Rule{"R-506",
         "letter",
         "person type",
         Severity::refuse,
         {"转出前请核实：{字段}。", "Before a transfer out, check and enter: {field}."},
         &data_confirmed,
         "S",
         When::change},
    Rule{"R-507",
         "letter",
         "dues_paid_until issued_on person type",
         Severity::refuse,
         {"党费缴纳截止日期应早于转出日期。",
          "Dues are paid until a day before the day of the transfer."},
         &paid_before_leaving,
         "S (应早于转出日期)",
         When::change},
    Rule{"R-508",
         "letter",
         "dues_paid_until issued_on person type",
         Severity::warn,
         {"党费仅缴至 {日期}，请确认是否有欠缴。",
          "Dues are paid until {date} only: please confirm that none are owed."},
         &paid_to_last_month,
         "GK",
         When::change},
    Rule{"R-509",
         "letter",
         "heading province receiving_name sending_name type state",
         Severity::refuse,
         {"请填写介绍信抬头、转出党组织和最终接收的党组织。",
          "Give the letter's province, heading, sending and last receiving organisation."},
         &province_letter_complete,
         "S"},
    Rule{"R-510",
         "letter",
         "valid_days type person",
         Severity::refuse,
         {"介绍信有效期：本市30天、外省市60天、毕业生特殊情况90天。",
          "A letter is valid for 30 days in the city, 60 to another province, 90 for a graduate "
          "with "
          "a reason."},
         &validity_fits,
         "S",
         When::change},
    Rule{"R-519",
         "person",
         "id_number",
         Severity::refuse,
         {"该党员曾在本市，请在“外省市库”中查询后转入。",
          "This member was in the city before: receive the old record from the store instead."},
         &comes_back,
         "S (外省市转入)",
         When::change},
    Rule{"R-520",
         "letter",
         "person type",
         Severity::refuse,
         {"请补全：{字段}。", "Please complete: {field}."},
         &newcomer_complete,
         "S",
         When::change},
    Rule{"R-524",
         "letter",
         "person type",
         Severity::refuse,
         {"预备党员转接须带预备期信息。",
          "A probationary member's transfer carries the joining date, and the extension if any."},
         &probation_travels_along,
         "GK",
         When::change},
    Rule{"R-526",
         "letter",
         "person state person_name person_id_number sending_code",
         Severity::refuse,
         {"请选择党员；申请不在本组织范围内的党员时，须填写姓名、身份证号和转出组织代码。",
          "Choose the member; to ask for one out of sight, enter the name, the id number and the "
          "sending organisation's code."},
         &person_named,
         "S (申请); GK",
         When::change},
    Rule{"R-525",
         "letter",
         "person person_id_number",
         Severity::refuse,
         {"所选党员的身份证号与申请不符。",
          "The member's id number is not the one that was asked for."},
         &person_is_the_one_asked_for,
         "S (申请); GK",
         When::change},
};

}  // namespace

std::span<const Rule> transfer_rules() { return rules; }

}  // namespace zhibu::rules::detail
