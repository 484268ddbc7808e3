#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/session.hpp"
#include "shared/record/date.hpp"
#include "sync_protocol/message/message.hpp"

/// Edit windows (集中时段) as an officer works with them. Source: records.md, E6; sync.md, "Edit
/// windows".
namespace zhibu::client {

struct WindowWords {
    std::string organisation;
    std::string account;
    /// A code or label of account_level.
    std::string level;
    /// "2026-11-24 08:00" in Asia/Shanghai, or "now".
    std::string from = "now";
    std::string until;
    std::int64_t grace_days = 0;
    /// A window's id.
    std::string which;
    /// Also those that are over, with their grace.
    bool all = false;
    /// How many months the calendar shows, from this one on.
    unsigned months = 2;
};

Exit open_window(Console& console, const WindowWords& words);
/// Gives a window another end, and its grace where `grace_days` is not negative.
Exit extend_window(Console& console, const WindowWords& words);
/// Ends a window now.
Exit close_window(Console& console, const std::string& which);
/// A calendar, and the windows one by one: for whom, from when until when, what is left.
Exit list_windows(Console& console, const WindowWords& words);

/// One month as a grid of weeks from Monday: a day that lies in one of the periods has "*" beside
/// it where all of it does, "+" where a part of it does; today stands in brackets. Days are those
/// of Asia/Shanghai.
[[nodiscard]] std::string month_grid(const record::Date& month,
                                     const std::vector<sync::EditPeriod>& periods,
                                     const record::Date& today, Language language);

}  // namespace zhibu::client
