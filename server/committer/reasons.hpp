#pragma once

#include <string_view>

#include "shared/record/change.hpp"
#include "shared/record/outside_chain.hpp"

/// The server's own judgements, as they stand in record::Reason::rule beside the ids of rules. Each
/// has a message in shared/rules under the same name.
namespace zhibu::server::reasons {

// About the author and the moment.
inline constexpr std::string_view author_unknown = "author_unknown";
inline constexpr std::string_view account_disabled = "account_disabled";
inline constexpr std::string_view account_deleted = "account_deleted";
inline constexpr std::string_view outside_window = "outside_window";
inline constexpr std::string_view wrong_clock = "wrong_clock";
/// A read-only account changes nothing, offline changes included.
inline constexpr std::string_view read_only = "R-905";
/// Made in an open window, delivered after its end and grace.
inline constexpr std::string_view too_late = "R-917";

// About the group.
inline constexpr std::string_view fork = record::fork_rule;
/// Handed in without a group before it, which its device has lost.
inline constexpr std::string_view behind_gap = record::Reason::behind_gap;
inline constexpr std::string_view depends_on_quarantined = "depends_on_quarantined";
/// `depends_on` or a base names what was not there when the group was made.
inline constexpr std::string_view base_unknown = "base_unknown";
/// More fields were changed on both sides than one verdict can tell.
inline constexpr std::string_view group_too_large = "group_too_large";

// About one change.
inline constexpr std::string_view unknown_kind = "unknown_kind";
inline constexpr std::string_view unknown_field = "unknown_field";
/// A record named twice, or an id that is none.
inline constexpr std::string_view malformed_change = "malformed_change";
inline constexpr std::string_view record_exists = "record_exists";
inline constexpr std::string_view record_missing = "record_missing";
inline constexpr std::string_view record_retired = "record_retired";
inline constexpr std::string_view required_missing = "required_missing";
inline constexpr std::string_view owner_changed = "owner_changed";
inline constexpr std::string_view reference_missing = "reference_missing";
inline constexpr std::string_view reference_retired = "reference_retired";

// About who may change it.
inline constexpr std::string_view out_of_scope = "out_of_scope";
inline constexpr std::string_view server_only = "server_only";
/// An account's level, scope and permission are at most its creator's.
inline constexpr std::string_view above_creator = "R-906";
/// Only an account with the right to manage, strictly above, changes such a record.
inline constexpr std::string_view not_its_manager = "R-907";
/// Nobody changes the rights of the own account.
inline constexpr std::string_view own_account = "R-908";
/// An enrolment code that would be good for more than an hour.
inline constexpr std::string_view code_valid_too_long = "code_valid_too_long";
/// At least one account that can manage the others remains.
inline constexpr std::string_view last_manager = "R-909";
/// An application for an account is answered by an officer above.
inline constexpr std::string_view not_the_answerer = "not_the_answerer";
/// Who decides a case or conflict is an officer strictly above; its author may withdraw it.
inline constexpr std::string_view not_the_decider = "not_the_decider";
/// A decision that does not bring the change that it speaks of, or brings another.
inline constexpr std::string_view decision_incomplete = "decision_incomplete";
/// No organisation stands under itself.
inline constexpr std::string_view circle = "R-709";

}  // namespace zhibu::server::reasons
