#include "client/roster/cell_date.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "client/roster/plain_text.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/text_encoding.hpp"
#include "shared/record/date.hpp"

namespace zhibu::client {
namespace {

using record::Date;
using enum RefusalReason;

// Serial 25569 is 1970-01-01 in the 1900 system; the 1904 system starts 1462 days later.
constexpr double serial_of_1970 = 25'569;
constexpr double days_to_1904 = 1'462;
constexpr double leap_bug_serial = 60;
constexpr double serial_max = 200'000;

/// Runs of digits and, before each but the first, whether a point stood there.
struct DigitGroups {
    std::vector<std::string> groups;
    bool point_between = false;
};

bool is_separator(char32_t c) {
    constexpr std::u32string_view separators = U".-/\\,、。·–—年月";
    return separators.contains(c);
}

/// The groups of "1987年5月3日" or its like; no value if anything else stands there.
std::optional<DigitGroups> digit_groups(std::string_view text) {
    DigitGroups found;
    bool expects_group = true;
    while (!text.empty()) {
        const char32_t c = take_code_point(text);
        if (c >= U'0' && c <= U'9') {
            if (expects_group) {
                found.groups.emplace_back();
                expects_group = false;
            }
            found.groups.back().push_back(static_cast<char>(c));
        } else if (is_separator(c) && !expects_group) {
            found.point_between = found.point_between || c == U'.';
            expects_group = true;
        } else {
            return std::nullopt;
        }
    }
    return found.groups.empty() ? std::nullopt : std::optional{std::move(found)};
}

void strip_ending(std::string& text, std::string_view ending) {
    if (text.ends_with(ending)) {
        text.resize(text.size() - ending.size());
    }
}

/// Without a midnight's time of day, the word for day and "生" (born), and without spaces.
std::string bare_date_text(std::string_view raw) {
    std::string text = folded(raw);
    for (const std::string_view time : {" 00:00:00.000", " 00:00:00", " 0:00:00", " 00:00", " 0:00",
                                        "T00:00:00.000", "T00:00:00", "T00:00:00Z"}) {
        strip_ending(text, time);
    }
    std::erase(text, ' ');
    if (text.starts_with('\'')) {
        text.erase(0, 1);
    }
    strip_ending(text, "出生");
    strip_ending(text, "生");
    strip_ending(text, "日");
    strip_ending(text, "号");
    return text;
}

int to_int(std::string_view digits) {
    int number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

std::expected<Date, RefusalReason> made(int year, int month, int day) {
    const auto date = record::make_date(year, month, day);
    return date ? std::expected<Date, RefusalReason>{*date} : std::unexpected(no_such_day);
}

std::expected<Date, RefusalReason> from_one_group(std::string_view digits, DateContext context) {
    switch (digits.size()) {
        case 4:
            return std::unexpected(year_only);
        case 5: {
            const auto date =
                date_of_serial(static_cast<double>(to_int(digits)), context.counts_from_1904);
            return date ? std::expected<Date, RefusalReason>{*date} : std::unexpected(not_a_date);
        }
        case 6:
            return made(to_int(digits.substr(0, 4)), to_int(digits.substr(4)), 0);
        case 8: {
            const int day = to_int(digits.substr(6));
            return day == 0 ? std::unexpected(no_such_day)
                            : made(to_int(digits.substr(0, 4)), to_int(digits.substr(4, 2)), day);
        }
        default:
            return std::unexpected(not_a_date);
    }
}

std::expected<Date, RefusalReason> from_groups(const DigitGroups& found, DateContext context) {
    const auto& groups = found.groups;
    if (groups.size() == 1) {
        return from_one_group(groups[0], context);
    }
    if (groups.size() > 3) {
        return std::unexpected(not_a_date);
    }
    for (std::size_t i = 1; i < groups.size(); ++i) {
        if (groups[i].size() > 2) {
            return std::unexpected(not_a_date);
        }
    }
    if (groups[0].size() != 4) {
        return std::unexpected(groups[0].size() == 2 ? two_digit_year : not_a_date);
    }
    const int month = to_int(groups[1]);
    if (groups.size() == 3) {
        const int day = to_int(groups[2]);
        return day == 0 ? std::unexpected(no_such_day) : made(to_int(groups[0]), month, day);
    }
    if (groups[1] == "1" && found.point_between && context.source == SheetSource::csv) {
        return std::unexpected(month_ambiguous);
    }
    return made(to_int(groups[0]), month, 0);
}

std::expected<Date, RefusalReason> from_text(std::string_view raw, DateContext context) {
    std::string text = bare_date_text(raw);
    for (const std::string_view ending : {"月", ".", "。", "-", "/"}) {
        strip_ending(text, ending);
    }
    const bool is_year = text.ends_with("年");
    strip_ending(text, "年");
    const auto groups = digit_groups(text);
    if (!groups) {
        return std::unexpected(not_a_date);
    }
    if (is_year && groups->groups.size() == 1) {
        return std::unexpected(groups->groups[0].size() == 2 ? two_digit_year : year_only);
    }
    return from_groups(*groups, context);
}

/// A number with a fraction: 1987.05 is May; the digits after the point are the month.
std::expected<Date, RefusalReason> from_fraction(const Cell& cell) {
    std::array<char, 64> buffer{};
    const bool shows_two = cell.shape == NumberShape::two_decimals;
    const auto written =
        shows_two
            ? std::to_chars(buffer.begin(), buffer.end(), cell.number, std::chars_format::fixed, 2)
            : std::to_chars(buffer.begin(), buffer.end(), cell.number, std::chars_format::fixed);
    if (written.ec != std::errc{}) {
        return std::unexpected(not_a_date);
    }
    const std::string_view digits{buffer.data(),
                                  static_cast<std::size_t>(written.ptr - buffer.data())};
    const std::size_t point = digits.find('.');
    if (point != 4) {
        return std::unexpected(not_a_date);
    }
    const std::string_view fraction = digits.substr(point + 1);
    const int year = to_int(digits.substr(0, point));
    if (fraction == "1") {
        return std::unexpected(month_ambiguous);
    }
    if (fraction == "00") {
        return std::unexpected(year_only);
    }
    if (fraction.size() <= 2) {
        return made(year, to_int(fraction), 0);
    }
    if (fraction.size() == 4) {
        return made(year, to_int(fraction.substr(0, 2)), to_int(fraction.substr(2)));
    }
    return std::unexpected(not_a_date);
}

std::expected<Date, RefusalReason> from_number(const Cell& cell, DateContext context) {
    if (cell.number < 0 || cell.number > 99'999'999) {
        return std::unexpected(not_a_date);
    }
    if (cell.number != std::floor(cell.number)) {
        return from_fraction(cell);
    }
    return from_one_group(std::to_string(static_cast<std::int64_t>(cell.number)), context);
}

std::expected<Date, RefusalReason> from_serial(const Cell& cell, DateContext context) {
    auto date = date_of_serial(cell.number, context.counts_from_1904);
    if (!date) {
        return std::unexpected(no_such_day);
    }
    // Whoever types 1987-5 gets the month's first day, shown without a day.
    if (cell.shape == NumberShape::month && date->day == 1) {
        date->day = 0;
    }
    return *date;
}

}  // namespace

std::optional<Date> date_of_serial(double serial, bool counts_from_1904) {
    double day = std::floor(serial);
    if (!(day >= 0 && day <= serial_max)) {
        return std::nullopt;
    }
    if (counts_from_1904) {
        day += days_to_1904;
    } else if (day == 0 || day == leap_bug_serial) {
        return std::nullopt;
    } else if (day < leap_bug_serial) {
        day += 1;
    }
    using namespace std::chrono;
    const sys_days days_since{days{static_cast<int>(day - serial_of_1970)}};
    const year_month_day civil{days_since};
    return record::make_date(static_cast<int>(civil.year()),
                             static_cast<int>(static_cast<unsigned>(civil.month())),
                             static_cast<int>(static_cast<unsigned>(civil.day())));
}

std::expected<Date, RefusalReason> read_date(const Cell& cell, DateContext context) {
    switch (cell.kind) {
        case CellKind::text:
            return from_text(cell.text, context);
        case CellKind::number:
            return from_number(cell, context);
        case CellKind::date_serial:
            return from_serial(cell, context);
        case CellKind::spreadsheet_error:
            return std::unexpected(spreadsheet_error);
        case CellKind::formula_unsolved:
            return std::unexpected(formula_unsolved);
        case CellKind::empty:
        case CellKind::boolean:
            break;
    }
    return std::unexpected(not_a_date);
}

}  // namespace zhibu::client
