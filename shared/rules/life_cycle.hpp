#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "shared/catalog/catalog.hpp"

/// From where to where a state may go, one table for each kind of state. Rules, workflows, tests
/// and docs/life-cycle.md read the same ones.
namespace zhibu::rules {

/// What a move needs beside the two states.
enum class Guard : std::uint8_t {
    none,
    not_extended,  // no extension of probation before it
    extended,      // an extension of probation before it
    special_join,  // join types 04 to 07: no probation, or membership that comes back
    came_back,     // left by a transfer before it
    by_date,       // follows from the calendar; never made by hand
};

/// One move of a table.
struct Move {
    /// A code of the table's list; empty for what is entered anew.
    std::string_view from;
    std::string_view to;
    catalog::Label action;
    Guard guard = Guard::none;
};

/// A table of moves over one code field.
struct LifeCycle {
    std::string_view name;
    catalog::Label title;
    std::string_view kind;
    std::string_view field;
    /// The rule that refuses every other move.
    std::string_view rule;
    std::span<const Move> moves;
    /// States that are meant to end in: no move leads out of them.
    std::span<const std::string_view> finals;
};

/// What is known of a record that is about to move.
struct Circumstances {
    bool extended = false;
    std::string_view join_type = {};
    /// Why the person had left before it.
    std::string_view left_for = {};
};

/// 人员阶段 (person_stage). Former members and ended applicants may come back, so that none is
/// final.
[[nodiscard]] const LifeCycle& person_stages();
/// 转正情况 (conversion_outcome). Source: R-407.
[[nodiscard]] const LifeCycle& conversion_outcomes();
/// 介绍信状态 (letter_state). Source: R-513.
[[nodiscard]] const LifeCycle& letter_states();
/// 账号状态 (account_state). Source: R-916.
[[nodiscard]] const LifeCycle& account_states();

/// 账号申请 (account_request_state). An answered application stays as it was answered.
[[nodiscard]] const LifeCycle& request_states();
/// The state that waits for an answer, and the one that opens or changes the account.
inline constexpr std::string_view request_open = "1";
inline constexpr std::string_view request_approved = "2";

/// All of them.
[[nodiscard]] std::span<const LifeCycle* const> life_cycles();

/// Whether somebody may make the move: it stands in the table and its guard is met. Moves by date
/// are nobody's.
[[nodiscard]] bool may_move(const LifeCycle& cycle, std::string_view from, std::string_view to,
                            const Circumstances& known);

}  // namespace zhibu::rules
