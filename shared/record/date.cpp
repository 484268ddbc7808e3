#include "shared/record/date.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include "shared/record/clock.hpp"

namespace zhibu::record {
namespace {

constexpr int year_min = 1900;
constexpr int year_max = 2199;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t shanghai_offset_ms = 28'800'000;

std::chrono::sys_days first_known_day(Date date) {
    using namespace std::chrono;
    return sys_days{year{date.year} / month{date.month} / day{std::max<unsigned>(date.day, 1)}};
}

Date from_days(std::chrono::sys_days days) {
    const std::chrono::year_month_day civil{days};
    return Date{static_cast<std::int16_t>(static_cast<int>(civil.year())),
                static_cast<std::uint8_t>(static_cast<unsigned>(civil.month())),
                static_cast<std::uint8_t>(static_cast<unsigned>(civil.day()))};
}

std::uint8_t last_day(int year, unsigned month) {
    const std::chrono::year_month_day_last last{
        std::chrono::year{year}, std::chrono::month_day_last{std::chrono::month{month}}};
    return static_cast<std::uint8_t>(static_cast<unsigned>(last.day()));
}

std::optional<int> digits(std::string_view text) {
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

}  // namespace

std::optional<Date> make_date(int year, int month, int day) {
    if (year < year_min || year > year_max || month < 1 || month > 12 || day < 0 ||
        day > last_day(year, static_cast<unsigned>(month))) {
        return std::nullopt;
    }
    return Date{static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month),
                static_cast<std::uint8_t>(day)};
}

std::string to_text(Date date) {
    char text[16];
    if (date.is_month()) {
        std::snprintf(text, sizeof text, "%04d-%02d", date.year, date.month);
    } else {
        std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
    }
    return text;
}

std::optional<Date> parse_date(std::string_view text) {
    const bool is_month = text.size() == 7;
    if ((!is_month && text.size() != 10) || text[4] != '-' || (!is_month && text[7] != '-')) {
        return std::nullopt;
    }
    const auto year = digits(text.substr(0, 4));
    const auto month = digits(text.substr(5, 2));
    const auto day = is_month ? std::optional<int>{0} : digits(text.substr(8, 2));
    if (!year || !month || !day || (!is_month && *day == 0)) {
        return std::nullopt;
    }
    return make_date(*year, *month, *day);
}

Date shanghai_day(Instant instant) {
    using namespace std::chrono;
    const milliseconds local{instant.milliseconds + shanghai_offset_ms};
    return from_days(floor<days>(sys_time<milliseconds>{local}));
}

Instant shanghai_midnight(Date date) {
    return Instant{std::int64_t{day_number(date)} * day_ms - shanghai_offset_ms};
}

Date add_months(Date date, int months) {
    const int from_zero = date.year * 12 + (date.month - 1) + months;
    const int year = from_zero / 12;
    const auto month = static_cast<unsigned>(from_zero % 12 + 1);
    const std::uint8_t day =
        date.is_month() ? std::uint8_t{0} : std::min(date.day, last_day(year, month));
    return Date{static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month), day};
}

Date add_days(Date date, int days) {
    return from_days(first_known_day(date) + std::chrono::days{days});
}

int age_on(Date birth, Date on) {
    const bool reached = on.month > birth.month || (on.month == birth.month && on.day >= birth.day);
    return on.year - birth.year - (reached ? 0 : 1);
}

std::int32_t day_number(Date date) {
    return static_cast<std::int32_t>(first_known_day(date).time_since_epoch().count());
}

Date month_end(Date date) { return Date{date.year, date.month, last_day(date.year, date.month)}; }

int weekday(Date date) {
    return static_cast<int>(std::chrono::weekday{first_known_day(date)}.iso_encoding());
}

Date last_friday(Date date) {
    constexpr int friday = 5;
    const Date last = month_end(date);
    return add_days(last, -((weekday(last) - friday + 7) % 7));
}

int working_days(Date from, Date to) {
    const int days = day_number(to) - day_number(from) + 1;
    if (days <= 0) {
        return 0;
    }
    int working = days / 7 * 5;
    for (int left = days % 7, day = weekday(from); left > 0; --left, day = day % 7 + 1) {
        working += day <= 5 ? 1 : 0;
    }
    return working;
}

}  // namespace zhibu::record
