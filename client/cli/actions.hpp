#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/session.hpp"

/// Commands for the users' actions by name; none needs the network.
namespace zhibu::client {

struct DoWords {
    std::string action;
    /// Ids or names of records, and inputs as "field=value"; for one record of several,
    /// "record:field=value".
    std::vector<std::string> words;
    /// Say what would come of it, and write nothing.
    bool preview = false;
    /// Warnings are accepted.
    bool yes = false;
};

Exit do_action(Console& console, const DoWords& words);
/// Takes back what a group of this device did: the newest, or the one of that sequence.
Exit undo_group(Console& console, std::uint64_t sequence);
/// Every action with its inputs.
Exit list_actions(Console& console);

}  // namespace zhibu::client
