#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/record/clock.hpp"

namespace zhibu::record {

/// A day of the Gregorian calendar, or a whole month where a record knows no more (`day` 0).
/// Years 1900 to 2199. Which fields may hold a month alone is the catalog's word.
struct Date {
    std::int16_t year = 1900;
    std::uint8_t month = 1;
    std::uint8_t day = 1;

    [[nodiscard]] bool is_month() const { return day == 0; }

    /// A month stands before its days.
    friend auto operator<=>(const Date&, const Date&) = default;
};

/// A real day or month inside the years that Date holds; otherwise no value.
[[nodiscard]] std::optional<Date> make_date(int year, int month, int day);

/// ISO 8601: "1987-05-03", or "1987-05" for a month.
[[nodiscard]] std::string to_text(Date date);

/// Reads exactly what to_text writes. Other spellings are the import's business.
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);

/// The day in Asia/Shanghai (UTC+8 since 1991) at that moment.
[[nodiscard]] Date shanghai_day(Instant instant);

/// The moment at which that day begins in Asia/Shanghai; a month begins with its first day.
[[nodiscard]] Instant shanghai_midnight(Date date);

/// The same day `months` later, or that month's last day if there is none: 31 January + 1 month
/// is 28 or 29 February. `months` may be negative. Source: rules.md, "Dates".
[[nodiscard]] Date add_months(Date date, int months);

/// `days` later; a month counts from its first day.
[[nodiscard]] Date add_days(Date date, int days);

/// Full years from `birth` to `on`. An age is reached on the birthday; who was born on
/// 29 February reaches it on 1 March in other years. Source: rules.md, "Dates".
[[nodiscard]] int age_on(Date birth, Date on);

/// Days since 1970-01-01; a month counts from its first day.
[[nodiscard]] std::int32_t day_number(Date date);

/// The last day of the date's month.
[[nodiscard]] Date month_end(Date date);

/// 1 for Monday to 7 for Sunday; a month counts as its first day.
[[nodiscard]] int weekday(Date date);

/// The last Friday of the date's month.
[[nodiscard]] Date last_friday(Date date);

/// Days from Monday to Friday between the two, both included; 0 if `to` is earlier. Public holidays
/// and the working weekends that the State Council sets for them are not known here.
[[nodiscard]] int working_days(Date from, Date to);

}  // namespace zhibu::record
