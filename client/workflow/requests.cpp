#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "client/replica/replica.hpp"
#include "client/workflow/action.hpp"
#include "client/workflow/detail/making.hpp"
#include "client/workflow/detail/tables.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

/// What a receiver asks of a sender before there is a letter, and the sender's answers.
namespace zhibu::client::detail {
namespace {

using record::Value;

constexpr std::string_view person = "person";
constexpr std::string_view letter = "letter";

/// Who is asked for by name and number, if such a person is this account's to send.
std::optional<record::RecordState> asked_for_by_number(const Making& making) {
    const record::RecordState& letter_state = *making.subject();
    const catalog::Kind& people = making.setting().catalog.kind(person);
    ListQuery query;
    query.kind = people.id();
    query.at_home = true;
    query.limit = 2;
    for (const auto& [field, asked] :
         {std::pair{"name", "person_name"}, std::pair{"id_number", "person_id_number"}}) {
        const Value value = making.value_of(letter_state, asked);
        if (record::is_empty(value)) {
            return std::nullopt;
        }
        query.conditions.push_back(
            Condition{people.field(field).id(), Condition::Relation::equal, {value}});
    }
    auto found = making.setting().replica.list(query);
    return found && found->total == 1 ? std::optional{std::move(found->records.front())}
                                      : std::nullopt;
}

void issue_asked_for(Making& making) {
    auto moved = making.find(person, making.value_of(*making.subject(), "person"));
    if (!moved) {
        moved = asked_for_by_number(making);
        if (!moved) {
            making.refuse("nobody_asked_for");
            return;
        }
        making.set(letter, "person", moved->key.id);
        making.set(letter, "sending_organisation", making.value_of(*moved, "organisation"));
    }
    making.set_if_empty(letter, "mobile", making.value_of(*moved, "mobile"));
    making.set_if_empty(letter, "dues_paid_until", making.value_of(*moved, "dues_paid_until"));
    making.set_if_empty(letter, "sending_organisation", making.value_of(*moved, "organisation"));
    making.set_in(making.update(moved->key), "moving_to",
                  making.value_of(*making.subject(), "receiving_organisation"));
}

void ask_for(Making& making) {
    making.set(letter, "sending_organisation", making.value_of(*making.subject(), "organisation"));
}

/// Of somebody out of sight: the sender learns where to, by code and name.
void ask_by_number(Making& making) {
    const Value receiver = making.after(letter, "receiving_organisation");
    if (const auto to = making.find("organisation", receiver)) {
        making.set_if_empty(letter, "receiving_name", making.value_of(*to, "name"));
        making.set_if_empty(letter, "receiving_code", making.value_of(*to, "code"));
    }
}

constexpr std::array request_inputs{must(letter, "receiving_organisation", "scope"),
                                    may(letter, "reason"), may(letter, "number")};
constexpr std::array decline_inputs{must(letter, "reason")};
constexpr std::array by_number_inputs{
    must(letter, "person_name"),  must(letter, "person_id_number"),
    must(letter, "sending_code"), must(letter, "receiving_organisation", "scope"),
    may(letter, "reason"),
};
constexpr std::array issue_inputs{
    must(letter, "issued_on", "today"), must(letter, "valid_days", "30"),
    each(may(letter, "number", "record")), may(letter, "receiving_code", "record")};
constexpr std::array set_requested{ActionSets{letter, "type", "21"},
                                   ActionSets{letter, "state", "10"}};
constexpr std::array set_issued{ActionSets{letter, "state", "20"}};
constexpr std::array set_declined{ActionSets{letter, "state", "15"}};
constexpr std::array is_member{ActionNeeds{"stage", "40|50"}};
constexpr std::array is_asked_for{ActionNeeds{"state", "10"}};

constexpr std::array table{
    Action{"request_transfer",
           {"申请", "Ask for the transfer"},
           in_arrivals,
           person,
           Choice::many,
           request_inputs,
           set_requested,
           is_member,
           &ask_for},
    Action{"request_by_number",
           {"申请（按身份证号）", "Ask for a transfer by id number"},
           in_arrivals,
           letter,
           Choice::none,
           by_number_inputs,
           set_requested,
           {},
           &ask_by_number},
    Action{"issue_requested",
           {"开具", "Issue the letter asked for"},
           in_departures,
           letter,
           Choice::many,
           issue_inputs,
           set_issued,
           is_asked_for,
           &issue_asked_for},
    Action{"decline_request",
           {"拒绝申请", "Decline the request"},
           in_departures,
           letter,
           Choice::many,
           decline_inputs,
           set_declined,
           is_asked_for},
};

}  // namespace

std::span<const Action> request_actions() { return table; }

}  // namespace zhibu::client::detail
