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

struct NamedNumber {
    std::string_view name;
    int Parameters::* member;
};

constexpr int number_max = 1200;

constexpr std::array numbers{
    NamedNumber{"talk_months", &Parameters::talk_months},
    NamedNumber{"activist_after_months", &Parameters::activist_after_months},
    NamedNumber{"target_after_months", &Parameters::target_after_months},
    NamedNumber{"youth_league_age", &Parameters::youth_league_age},
    NamedNumber{"admission_age", &Parameters::admission_age},
    NamedNumber{"probation_months", &Parameters::probation_months},
    NamedNumber{"approval_months", &Parameters::approval_months},
    NamedNumber{"approval_months_max", &Parameters::approval_months_max},
    NamedNumber{"work_age", &Parameters::work_age},
};

constexpr std::string_view division = "extra_division";

}  // namespace

std::vector<record::Parameter> to_list(const Parameters& parameters) {
    const Parameters defaults;
    std::vector<record::Parameter> list;
    for (const NamedNumber& each : numbers) {
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
        const auto named = std::ranges::find(numbers, given.name, &NamedNumber::name);
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
