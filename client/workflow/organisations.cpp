#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "client/workflow/action.hpp"
#include "client/workflow/detail/making.hpp"
#include "client/workflow/detail/tables.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

/// What ends an organisation, with what becomes of its members, accounts and letters.
namespace zhibu::client::detail {
namespace {

using record::Value;

constexpr std::string_view organisation = "organisation";
constexpr std::string_view change = "organisation_change";

constexpr std::array<std::string_view, 5> open_letter_states{"10", "20", "25", "30", "60"};
constexpr std::array<std::string_view, 2> former_stages{"70", "80"};

template <class Codes>
bool is_code(const Value& value, const Codes& codes) {
    const auto* code = std::get_if<std::string>(&value);
    return code != nullptr && std::ranges::find(codes, *code) != codes.end();
}

/// Former members stay where they were last.
void move_members(Making& making, const Value& from, const Value& to) {
    for (const std::string_view field : {"organisation", "moving_to"}) {
        for (const auto& each : making.holding("person", field, from)) {
            if (!is_code(making.value_of(each, "stage"), former_stages)) {
                making.set_in(making.update(each.key), field, to);
            }
        }
    }
}

void move_letters(Making& making, const Value& from, const Value& to) {
    for (const std::string_view field : {"sending_organisation", "receiving_organisation"}) {
        for (const auto& each : making.holding("letter", field, from)) {
            if (is_code(making.value_of(each, "state"), open_letter_states)) {
                making.set_in(making.update(each.key), field, to);
            }
        }
    }
}

void move_subordinates(Making& making, const Value& from, const Value& to) {
    for (const auto& each : making.holding(organisation, "parent", from)) {
        making.set_in(making.update(each.key), "parent", to);
    }
}

void disable_accounts(Making& making, const Value& of) {
    for (const auto& each : making.holding("account", "organisation", of)) {
        if (making.value_of(each, "state") == Value{std::string{"1"}}) {
            making.set_in(making.update(each.key), "state", std::string{"2"});
        }
    }
}

/// Members and letters go to the organisation that is named, if one is; those below to `below`.
void hand_over(Making& making, const Value& below) {
    const Value own = making.subject()->key.id;
    const Value to = making.after(change, "other");
    if (to == own) {
        making.refuse("organisation_into_itself");
        return;
    }
    if (!record::is_empty(to)) {
        move_members(making, own, to);
        move_letters(making, own, to);
    }
    move_subordinates(making, own, below);
    disable_accounts(making, own);
    making.retire(making.subject()->key);
}

void merge(Making& making) { hand_over(making, making.after(change, "other")); }

void abolish(Making& making) { hand_over(making, making.value_of(*making.subject(), "parent")); }

constexpr std::array merge_inputs{must(change, "other"), must(change, "changed_on", "today"),
                                  may(change, "document"), may(change, "remark")};
constexpr std::array abolish_inputs{may(change, "other"), must(change, "changed_on", "today"),
                                    may(change, "document"), may(change, "remark")};

constexpr std::array set_merged{ActionSets{change, "change_kind", "03"}};
constexpr std::array set_abolished{ActionSets{change, "change_kind", "04"}};

constexpr std::array table{
    Action{"merge_organisation",
           {"合并", "Merge into another"},
           in_tree,
           organisation,
           Choice::many,
           merge_inputs,
           set_merged,
           {},
           &merge},
    Action{"abolish_organisation",
           {"撤销组织", "Abolish"},
           in_tree,
           organisation,
           Choice::many,
           abolish_inputs,
           set_abolished,
           {},
           &abolish},
};

}  // namespace

std::span<const Action> organisation_actions() { return table; }

}  // namespace zhibu::client::detail
