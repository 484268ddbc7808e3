#pragma once

#include <string>
#include <vector>

#include "client/cli/session.hpp"

/// Commands about what waits for people: cases, conflicts, lost values. None needs the network:
/// a decision is an edit, and takes effect when the server has it.
namespace zhibu::client {

struct CaseWords {
    std::string number;
    bool all = false;
    /// accept, amend, return, discard, withdraw.
    std::string decision;
    std::string remark;
    /// For amend: "field=value" of the group's first change, "3:field=value" of its third.
    std::vector<std::string> set;
};

struct ConflictWords {
    std::string number;
    bool all = false;
    /// mine, theirs, value.
    std::string decision;
    std::string value;
    std::string remark;
};

Exit show_cases(Console& console, const CaseWords& words);
Exit decide_case(Console& console, const CaseWords& words);
Exit show_conflicts(Console& console, const ConflictWords& words);
Exit settle_conflict(Console& console, const ConflictWords& words);
/// This account's values that lost by a field's policy.
Exit show_losses(Console& console);
/// A group by its sequence, or a loss by its number.
Exit resubmit(Console& console, const std::string& what);

}  // namespace zhibu::client
