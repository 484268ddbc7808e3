#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/roster/roster_error.hpp"

namespace zhibu::client {

/// Why a row's cell is not taken.
enum class RefusalReason : std::uint8_t {
    required_missing,
    not_a_date,
    no_such_day,
    year_only,
    two_digit_year,
    month_ambiguous,
    day_missing,
    id_number_precision_lost,
    id_number_old,
    id_number_form,
    id_number_check,
    id_number_date,
    birth_date_disagrees,
    sex_disagrees,
    name_form,
    mobile_form,
    number_precision_lost,
    not_in_list,
    not_a_number,
    not_an_amount,
    not_yes_or_no,
    negative,
    too_long,
    unreadable_characters,
    spreadsheet_error,
    formula_unsolved,
    reference_unknown,
    reference_ambiguous,
    duplicate_in_file,
    not_readable,
};

/// The reason's stable name, for programs: "month_ambiguous".
[[nodiscard]] std::string_view to_text(RefusalReason reason);

/// The rule of shared/rules that the reason is a case of ("R-102"), or empty.
[[nodiscard]] std::string_view rule_of(RefusalReason reason);

/// What a refusal's message speaks of.
struct RefusalPlace {
    std::string field_zh;
    std::string field_en;
    std::string value;
    std::string detail;
    std::uint32_t other_row = 0;
};

/// What is wrong and what to do, for people.
[[nodiscard]] RosterMessage message_of(RefusalReason reason, const RefusalPlace& place);

}  // namespace zhibu::client
