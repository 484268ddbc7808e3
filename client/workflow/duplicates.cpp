#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "client/workflow/action.hpp"
#include "client/workflow/detail/making.hpp"
#include "client/workflow/detail/tables.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

/// Two records of one person become one.
namespace zhibu::client::detail {
namespace {

using record::Value;

constexpr std::string_view person = "person";

/// Where a person stands, and what only this record's own history explains.
constexpr std::array<std::string_view, 5> not_taken_over{"organisation", "stage", "moving_to",
                                                         "joined_from", "correction_reason"};

/// An entry belongs to its owner for good: this record gets one that says the same, and the other's
/// goes out of use.
void move_entries(Making& making, const record::RecordState& other) {
    for (const catalog::Kind& kind : making.setting().catalog.kinds()) {
        if (kind.owner != person) {
            continue;
        }
        for (const auto& entry : making.holding(kind.name, "owner", other.key.id)) {
            DraftChange& copy = making.changes().emplace_back();
            copy.record = {entry.key.kind, making.setting().replica.new_record_id()};
            copy.operation = record::Operation::create;
            for (const record::FieldState& field : entry.fields) {
                if (!record::is_empty(field.value) && kind.find(field.field) != nullptr) {
                    copy.fields.push_back(DraftField{field.field, field.value});
                }
            }
            making.set_in(copy, "owner", making.subject()->key.id);
            making.retire(entry.key);
        }
    }
}

/// Whatever else names the other record names this one: letters, payments, who stands by whom.
void move_references(Making& making, const record::RecordState& other) {
    const record::RecordKey own = making.subject()->key;
    for (const catalog::Kind& kind : making.setting().catalog.kinds()) {
        if (kind.writers != catalog::Writers::scope) {
            continue;
        }
        for (const catalog::Field& field : kind.fields) {
            if (field.refers_to != person || field.name == "joined_from" || field.name == "owner") {
                continue;
            }
            for (const auto& each : making.holding(kind.name, field.name, other.key.id)) {
                // Nobody stands by themselves.
                const bool is_either = each.key == own || each.key == other.key;
                if (!is_either) {
                    making.set_in(making.update(each.key), field.name, own.id);
                } else if (each.key == own) {
                    making.set(person, field.name, {});
                }
            }
        }
    }
}

/// What this record lacks and the other has.
void fill_gaps(Making& making, const record::RecordState& other) {
    for (const catalog::Field& field : making.setting().catalog.kind(person).fields) {
        if (std::ranges::find(not_taken_over, field.name) == not_taken_over.end()) {
            making.set_if_empty(person, field.name, making.value_of(other, field.name));
        }
    }
}

void join(Making& making) {
    const auto other = making.find(person, making.after(person, "joined_from"));
    if (!other || other->retired || other->key == making.subject()->key) {
        making.refuse("nothing_to_join");
        return;
    }
    fill_gaps(making, *other);
    move_entries(making, *other);
    move_references(making, *other);
    making.retire(other->key);
}

constexpr std::array join_inputs{must(person, "joined_from")};

constexpr std::array table{
    Action{"join_records",
           {"合并重复记录", "Join with another record"},
           in_duplicates,
           person,
           Choice::many,
           join_inputs,
           {},
           {},
           &join},
};

}  // namespace

std::span<const Action> duplicate_actions() { return table; }

}  // namespace zhibu::client::detail
