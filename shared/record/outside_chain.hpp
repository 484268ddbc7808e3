#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "shared/record/change.hpp"

/// Groups that the server keeps whole, but not in their device's chain. These are the only reasons
/// that a device reads.
namespace zhibu::record {

/// The rule of a group in whose place the chain has another one, or behind which it went on with
/// another one.
inline constexpr std::string_view fork_rule = "fork";

[[nodiscard]] inline bool is_outside_chain(std::span<const Reason> reasons) {
    return std::ranges::any_of(reasons, [](const Reason& each) {
        return each.rule == Reason::behind_gap || each.rule == fork_rule;
    });
}

}  // namespace zhibu::record
