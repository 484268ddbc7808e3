#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/life_cycle.hpp"

/// What people do with records, by the names that they use: one table. Forms, previews, the API and
/// the command line are made from it. Source: the users' guidance, and records.md A, B, C.
namespace zhibu::client {

namespace detail {
class Making;
}

/// Values of inputs by name.
using ActionValues = std::map<std::string, record::Value, std::less<>>;

/// How many records an action is done with.
enum class Choice : std::uint8_t {
    none,  // it makes a record
    many,  // one or several at once
};

/// Something that an action asks for: a field of the catalog, whose type, width, codes and label
/// are those of the input.
struct ActionInput {
    std::string_view kind;
    std::string_view field;
    bool required = false;
    /// A value of its own for each record, such as a form number.
    bool each = false;
    /// What stands where nothing is given: "today"; "next_year"; "scope", the account's own
    /// organisation; "committee", the nearest above the record; "record", what the record's field
    /// of that name holds; otherwise the value itself, in its plain form.
    std::string_view preset = {};
    /// Under which the value is given; the field's own name where it is empty.
    std::string_view called = {};

    [[nodiscard]] std::string_view name() const { return called.empty() ? field : called; }
};

/// A field that the action sets by itself, of the record or of one that it makes beside it.
struct ActionSets {
    std::string_view kind;
    std::string_view field;
    /// In its plain form; "today"; empty: the field is emptied.
    std::string_view text;
};

/// What a record must be for the action.
struct ActionNeeds {
    std::string_view field;
    /// One of these codes, separated by '|' ...
    std::string_view codes = {};
    /// ... or every state from which the field's life cycle leads to this one under `guard`.
    std::string_view leads_to = {};
    rules::Guard guard = rules::Guard::none;
};

struct Action {
    /// Of the group too.
    std::string_view name;
    catalog::Label label;
    /// Where it stands in the menu.
    catalog::Label place;
    /// Of the records that it is done with, or of the one that it makes.
    std::string_view kind;
    Choice choice = Choice::many;
    std::span<const ActionInput> inputs = {};
    std::span<const ActionSets> sets = {};
    std::span<const ActionNeeds> needs = {};
    /// What is left to do once inputs and `sets` have become changes.
    void (*finish)(detail::Making&) = nullptr;
    /// Rules of the day that keep the step back, separated by spaces.
    std::string_view held_back_by = {};
};

/// All of them, by menu and in the order in which they come in a person's life.
[[nodiscard]] std::span<const Action* const> actions();
[[nodiscard]] const Action* find_action(std::string_view name);

/// The codes that a need asks for.
[[nodiscard]] std::vector<std::string> codes_of(const Action& action, const ActionNeeds& needs);

}  // namespace zhibu::client
