#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "shared/catalog/catalog.hpp"

/// Who may do what where: one table. The server asks it about every change, on its state at that
/// moment; docs/rights.md prints it. Source: records.md, E2 to E6.
namespace zhibu::rules {

/// What an account's record says of it, and the tree of its organisation.
struct Role {
    /// Codes of account_level and account_nature.
    std::string_view level;
    std::string_view nature;
    bool may_write = false;
    bool manages = false;
    /// Its organisation is the space's root: nobody stands above it.
    bool at_top = false;
};

/// An account whose right to manage counts: a committee's or general branch's, and none that ends
/// by itself. A branch has nothing below it.
[[nodiscard]] bool is_officer(const Role& role);

/// Where an organisation stands, seen from an account's own.
enum class Relation : std::uint8_t { self, below, above, beside };

enum class Deed : std::uint8_t {
    read,
    write,               // records of an organisation: kinds of Writers::scope
    keep_own_contact,    // post and contact in the own account's record
    manage_accounts,     // open, change, disable, delete
    manage_devices,      // enrolment codes; approve and revoke devices
    open_windows,        // edit windows
    open_level_windows,  // edit windows for a level below the own one
    answer_requests,     // approve or decline an application for an account
    decide,              // cases and conflicts
};

/// Whether the deed is anybody's in that place. `peer`: where nobody stands above, at the root, an
/// officer does for the others what an officer above would, never for the own account.
enum class Reach : std::uint8_t { no, yes, peer };

/// One row of the table.
struct Right {
    Deed deed;
    catalog::Label title;
    bool asks_write = false;
    bool asks_officer = false;
    Reach self = Reach::no;
    Reach below = Reach::no;
    Reach above = Reach::no;
    Reach beside = Reach::no;
};

/// Every deed, each once.
[[nodiscard]] std::span<const Right> rights();

/// Whether an account of that role may do it there. A peer's deed is for another account than the
/// own: who asks sees to that.
[[nodiscard]] bool permits(const Role& role, Deed deed, Relation relation);

}  // namespace zhibu::rules
