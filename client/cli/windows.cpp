#include "client/cli/windows.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/cli/records.hpp"
#include "client/cli/text_table.hpp"
#include "client/words/forms.hpp"
#include "client/words/words.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using record::Date;
using record::Instant;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::uint32_t listed_max = 1'000;
constexpr std::size_t days_a_week = 7;

const catalog::Kind& window_kind() { return catalog::standard_catalog().kind("window"); }

/// A moment as create_record and edit_record read it: ISO 8601 in UTC. Milliseconds matter for
/// "now": a window that begins a minute ago by rounding is no harm, one that begins in the future
/// is.
std::string moment_word(Console& console, const std::string& words) {
    return words == "now" ? record::to_text(record::Value{console.clock.now()}) : words;
}

Instant moment_of(const record::RecordState& window, std::string_view field) {
    const auto* moment = std::get_if<Instant>(&window.value(window_kind().field(field).id()));
    return moment == nullptr ? Instant{} : *moment;
}

/// A window with its grace in milliseconds.
struct Listed {
    record::RecordState state;
    sync::EditPeriod period;
    std::int64_t grace_ms = 0;
};

Listed listed(record::RecordState state) {
    Listed window;
    window.period = {moment_of(state, "starts_at"), moment_of(state, "ends_at")};
    const auto* grace =
        std::get_if<std::int64_t>(&state.value(window_kind().field("grace_days").id()));
    window.grace_ms = grace == nullptr ? 0 : *grace * day_ms;
    window.state = std::move(state);
    return window;
}

std::string duration_words(std::int64_t milliseconds, Language language) {
    const std::int64_t minutes = milliseconds / minute_ms;
    const std::int64_t days = minutes / (24 * 60);
    const std::string clock =
        std::to_string(minutes / 60 % 24) + ":" + std::to_string(100 + minutes % 60).substr(1);
    if (days == 0) {
        return clock;
    }
    return std::to_string(days) + (language == Language::zh ? "天 " : " d ") + clock;
}

/// Open and for how long, to come, in its grace, or over.
std::string standing_words(const Listed& window, Instant now, Language language) {
    const bool zh = language == Language::zh;
    const auto until = [&](Instant moment) {
        return duration_words(moment.milliseconds - now.milliseconds, language);
    };
    if (now < window.period.starts_at) {
        return (zh ? "未开始，还有 " : "opens in ") + until(window.period.starts_at);
    }
    if (now < window.period.ends_at) {
        return (zh ? "开放，剩余 " : "open, left: ") + until(window.period.ends_at);
    }
    const Instant accepted_until{window.period.ends_at.milliseconds + window.grace_ms};
    if (now < accepted_until) {
        return (zh ? "已结束，宽限剩余 " : "over; grace left: ") + until(accepted_until);
    }
    return zh ? "已结束" : "over";
}

std::string subject_words(Replica& replica, const record::RecordState& window, Language language) {
    const auto text = [&](std::string_view field) {
        const catalog::Field& of = window_kind().field(field);
        return shown(replica, catalog::standard_catalog(), of, window.value(of.id()), language);
    };
    const std::string account = text("account");
    if (!account.empty()) {
        return account;
    }
    const std::string level = text("level");
    return text("organisation") + (level.empty() ? "" : " · " + level);
}

void print_calendar(Console& console, const std::vector<Listed>& windows, unsigned months) {
    std::vector<sync::EditPeriod> periods;
    periods.reserve(windows.size());
    for (const Listed& window : windows) {
        periods.push_back(window.period);
    }
    const Date today = record::shanghai_day(console.clock.now());
    Date month{today.year, today.month, 1};
    for (unsigned i = 0; i < months; ++i) {
        console.out << month_grid(month, periods, today, console.language) << '\n';
        month = record::add_months(month, 1);
    }
}

}  // namespace

std::string month_grid(const Date& month, const std::vector<sync::EditPeriod>& periods,
                       const Date& today, Language language) {
    const bool zh = language == Language::zh;
    const std::string number = std::to_string(100 + month.month).substr(1);
    std::string grid = std::to_string(month.year) + "-" + number + "\n";
    grid += zh ? "  一   二   三   四   五   六   日\n" : "  Mo   Tu   We   Th   Fr   Sa   Su\n";
    const Date next = record::add_months(month, 1);
    std::size_t column = static_cast<std::size_t>(record::weekday(month)) - 1;
    grid += std::string(column * 5, ' ');
    for (Date day = month; day < next; day = record::add_days(day, 1)) {
        const Instant begins = record::shanghai_midnight(day);
        const Instant ends{begins.milliseconds + day_ms};
        const bool is_part = std::ranges::any_of(periods, [&](const sync::EditPeriod& period) {
            return period.starts_at < ends && begins < period.ends_at;
        });
        const bool is_whole = std::ranges::any_of(periods, [&](const sync::EditPeriod& period) {
            return period.starts_at <= begins && ends <= period.ends_at;
        });
        const std::string text = std::to_string(day.day);
        grid += day == today ? '[' : ' ';
        grid += (text.size() == 1 ? " " : "") + text;
        grid += is_whole ? '*' : is_part ? '+' : ' ';
        grid += day == today ? ']' : ' ';
        if (++column % days_a_week == 0) {
            grid += '\n';
        }
    }
    if (column % days_a_week != 0) {
        grid += '\n';
    }
    return grid;
}

Exit open_window(Console& console, const WindowWords& words) {
    std::vector<std::string> assignments{"organisation=" + words.organisation,
                                         "starts_at=" + moment_word(console, words.from),
                                         "ends_at=" + moment_word(console, words.until),
                                         "grace_days=" + std::to_string(words.grace_days)};
    if (!words.account.empty()) {
        assignments.push_back("account=" + words.account);
    }
    if (!words.level.empty()) {
        assignments.push_back("level=" + words.level);
    }
    return create_record(console, "window", assignments);
}

Exit extend_window(Console& console, const WindowWords& words) {
    std::vector<std::string> assignments{"ends_at=" + moment_word(console, words.until)};
    if (words.grace_days >= 0) {
        assignments.push_back("grace_days=" + std::to_string(words.grace_days));
    }
    return edit_record(console, "window", words.which, assignments);
}

Exit close_window(Console& console, const std::string& which) {
    return edit_record(console, "window", which, {"ends_at=" + moment_word(console, "now")});
}

Exit list_windows(Console& console, const WindowWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    ListQuery query;
    query.kind = window_kind().id();
    query.limit = listed_max;
    query.order = {SortKey{window_kind().field("starts_at").id(), false}};
    auto page = opened->replica->list(query);
    if (!page) {
        return client::fail(console, page.error());
    }
    const Instant now = console.clock.now();
    std::vector<Listed> windows;
    for (record::RecordState& state : page->records) {
        Listed window = listed(std::move(state));
        if (words.all || now.milliseconds < window.period.ends_at.milliseconds + window.grace_ms) {
            windows.push_back(std::move(window));
        }
    }
    if (console.json) {
        json::array forms;
        for (const Listed& window : windows) {
            json::object form = record_form(*opened->replica, catalog::standard_catalog(),
                                            window_kind(), window.state, console.language);
            form["standing"] = standing_words(window, now, console.language);
            forms.emplace_back(std::move(form));
        }
        console.out << json::serialize(forms) << '\n';
        return Exit::done;
    }
    print_calendar(console, windows, words.months);
    std::vector<std::vector<std::string>> rows;
    for (const Listed& window : windows) {
        rows.push_back({subject_words(*opened->replica, window.state, console.language),
                        local_minute(window.period.starts_at), local_minute(window.period.ends_at),
                        std::to_string(window.grace_ms / day_ms),
                        standing_words(window, now, console.language),
                        to_text(window.state.key.id)});
    }
    const bool zh = console.language == Language::zh;
    console.out << text_table(
        zh ? std::vector<std::string>{"适用", "开始", "结束", "宽限天数", "状态", "编号"}
           : std::vector<std::string>{"for", "starts", "ends", "grace days", "standing", "id"},
        rows);
    return Exit::done;
}

}  // namespace zhibu::client
