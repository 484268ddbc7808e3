#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules {
namespace {

/// Of what a lease says; beyond it a day could leave the calendar.
constexpr int number_max = 1200;

// clang-format off: a table, one line for each number
constexpr std::array numbers{
    ParameterLine{"talk_months", "R-205", &Parameters::talk_months, 0, 24},
    ParameterLine{"activist_after_months", "R-202", &Parameters::activist_after_months, 0, 60},
    ParameterLine{"target_after_months", "R-203", &Parameters::target_after_months, 0, 60},
    ParameterLine{"youth_league_age", "R-304, R-305", &Parameters::youth_league_age, 14, 60},
    ParameterLine{"admission_age", "R-201, R-303", &Parameters::admission_age, 14, 60},
    ParameterLine{"probation_months", "R-401", &Parameters::probation_months, 1, 60},
    ParameterLine{"approval_months", "R-310, R-411", &Parameters::approval_months, 1, 24},
    ParameterLine{"approval_months_max", "R-311, R-412", &Parameters::approval_months_max, 1, 24},
    ParameterLine{"work_age", "R-115", &Parameters::work_age, 14, 30},
    ParameterLine{"examination_months", "R-209", &Parameters::examination_months, 1, 24},
    ParameterLine{"training_days", "R-214", &Parameters::training_days, 1, 30},
    ParameterLine{"training_hours", "R-214", &Parameters::training_hours, 1, 240},
    ParameterLine{"notice_days", "R-215", &Parameters::notice_days, 1, 30},
    ParameterLine{"pre_review_months", "R-312", &Parameters::pre_review_months, 1, 24},
    ParameterLine{"oath_months", "R-316", &Parameters::oath_months, 1, 24},
    ParameterLine{"admission_entry_days", "R-313", &Parameters::admission_entry_days, 1, 365},
    ParameterLine{"extension_months_min", "R-404", &Parameters::extension_months_min, 1, 24},
    ParameterLine{"extension_months_max", "R-404", &Parameters::extension_months_max, 1, 24},
    ParameterLine{"conversion_reminder_days", "R-414", &Parameters::conversion_reminder_days, 0, 365},
    ParameterLine{"overdue_letter_months", "R-512", &Parameters::overdue_letter_months, 0, 24},
    ParameterLine{"unreachable_months", "R-522", &Parameters::unreachable_months, 1, 60},
    ParameterLine{"suspended_months", "R-522", &Parameters::suspended_months, 1, 120},
    ParameterLine{"abroad_years", "R-809", &Parameters::abroad_years, 1, 50},
    ParameterLine{"arrears_months", "R-609", &Parameters::arrears_months, 1, 60},
    ParameterLine{"unpaid_months", "R-610", &Parameters::unpaid_months, 1, 60},
    ParameterLine{"branch_full_members_min", "R-701", &Parameters::branch_full_members_min, 1, 50},
    ParameterLine{"branch_members_max", "R-702", &Parameters::branch_members_max, 1, 1000},
    ParameterLine{"general_branch_members_min", "R-703", &Parameters::general_branch_members_min, 1, 1000},
    ParameterLine{"general_branch_members_max", "R-703", &Parameters::general_branch_members_max, 1, 1200},
    ParameterLine{"committee_members_above", "R-704", &Parameters::committee_members_above, 1, 1200},
    ParameterLine{"joint_branch_units_max", "R-705", &Parameters::joint_branch_units_max, 1, 100},
    ParameterLine{"branch_committee_from", "R-706", &Parameters::branch_committee_from, 1, 100},
    ParameterLine{"committee_term_years", "R-717", &Parameters::committee_term_years, 1, 10},
    ParameterLine{"branch_term_years", "R-717", &Parameters::branch_term_years, 1, 10},
    ParameterLine{"postponement_months", "R-719", &Parameters::postponement_months, 1, 36},
    ParameterLine{"excellent_one_in", "R-803", &Parameters::excellent_one_in, 1, 100},
    ParameterLine{"account_notice_days", "R-910", &Parameters::account_notice_days, 0, 365},
    ParameterLine{"password_days", "R-915", &Parameters::password_days, 1, 1200},
    ParameterLine{"explanation_characters_min", "R-1009", &Parameters::explanation_characters_min, 1, 100},
};
// clang-format on

constexpr std::string_view division = "extra_division";

}  // namespace

std::span<const ParameterLine> parameter_table() { return numbers; }

std::vector<record::Parameter> to_list(const Parameters& parameters) {
    const Parameters defaults;
    std::vector<record::Parameter> list;
    for (const ParameterLine& each : numbers) {
        if (parameters.*each.member != defaults.*each.member) {
            list.push_back({std::string{each.name}, std::to_string(parameters.*each.member)});
        }
    }
    for (const std::string& code : parameters.extra_divisions) {
        list.push_back({std::string{division}, code});
    }
    return list;
}

Parameters from_list(std::span<const record::Parameter> list) {
    Parameters parameters;
    for (const record::Parameter& given : list) {
        if (given.name == division) {
            parameters.extra_divisions.push_back(given.value);
            continue;
        }
        const auto named = std::ranges::find(numbers, given.name, &ParameterLine::name);
        int number = 0;
        const char* end = given.value.data() + given.value.size();
        const auto read = std::from_chars(given.value.data(), end, number);
        if (named != numbers.end() && read.ec == std::errc{} && read.ptr == end && number >= 0 &&
            number <= number_max) {
            parameters.*(named->member) = number;
        }
    }
    return parameters;
}

}  // namespace zhibu::rules
