#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "client/replica/replica.hpp"
#include "client/workflow/action.hpp"
#include "client/workflow/detail/making.hpp"
#include "client/workflow/detail/tables.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client::detail {
namespace {

using record::Value;

constexpr std::string_view person = "person";
constexpr std::string_view letter = "letter";
constexpr std::string_view endorsement = "letter_endorsement";

/// What the letter says of its person, whatever of it this action has just corrected.
void describe_person(Making& making) {
    making.set_if_empty(letter, "mobile", making.after(person, "mobile"));
    making.set_if_empty(letter, "dues_paid_until", making.after(person, "dues_paid_until"));
}

/// A letter from the person's own branch.
void issue(Making& making) {
    describe_person(making);
    const Value branch = making.value_of(*making.subject(), "organisation");
    making.set(letter, "sending_organisation", branch);
    if (const auto from = making.find("organisation", branch)) {
        making.set_if_empty(letter, "sender_phone", making.value_of(*from, "phone"));
    }
}

/// Who is on the way is seen by both ends; until received, the person counts with the sender.
void issue_across(Making& making) {
    issue(making);
    const Value receiver = making.after(letter, "receiving_organisation");
    if (const auto to = making.find("organisation", receiver)) {
        making.set_if_empty(letter, "receiving_name", making.value_of(*to, "name"));
    }
    if (!record::is_empty(receiver)) {
        making.set(person, "moving_to", receiver);
    }
}

/// 党委内转出 takes effect at once: the letter is the record of it.
void move_at_once(Making& making) {
    issue(making);
    making.set(letter, "received_on", making.after(letter, "issued_on"));
    making.set(person, "organisation", making.after(letter, "receiving_organisation"));
}

std::optional<record::RecordState> person_of(const Making& making) {
    return making.find(person, making.value_of(*making.subject(), "person"));
}

/// The person goes where the letter goes. Without the person in sight nothing can be received.
void receive(Making& making) {
    const auto moved = person_of(making);
    if (!moved) {
        making.refuse("letter_without_person");
        return;
    }
    DraftChange& change = making.update(moved->key);
    making.set_in(change, "organisation", making.after(letter, "receiving_organisation"));
    making.set_in(change, "moving_to", {});
}

/// The person is not on the way any more.
void stop_moving(Making& making) {
    const auto moved = person_of(making);
    if (moved && !record::is_empty(making.value_of(*moved, "moving_to"))) {
        making.set_in(making.update(moved->key), "moving_to", {});
    }
}

/// One more link in the letter's chain.
void redirect(Making& making) {
    const Value to = making.after(letter, "redirected_to");
    ListQuery query;
    query.kind = making.setting().catalog.kind(endorsement).id();
    query.owner = making.subject()->key.id;
    query.limit = 1;
    const auto links = making.setting().replica.list(query);
    making.set(endorsement, "step",
               static_cast<std::int64_t>(links ? links->total : std::uint64_t{0}) + 1);
    making.set(endorsement, "endorsed_on", making.setting().today);
    making.set(endorsement, "from_organisation",
               making.value_of(*making.subject(), "receiving_organisation"));
    making.set(endorsement, "to_organisation", to);
    making.set(endorsement, "reason", making.after(letter, "reason"));
    making.set(letter, "receiving_organisation", to);
    if (const auto organisation = making.find("organisation", to)) {
        making.set(letter, "receiving_name", making.value_of(*organisation, "name"));
        making.set(letter, "receiving_code", making.value_of(*organisation, "code"));
    }
    if (const auto moved = person_of(making)) {
        making.set_in(making.update(moved->key), "moving_to", to);
    }
}

/// Left by transfer on the day of the receipt. Where the receiver works with the same system, it
/// receives the letter itself.
void leave_by_transfer(Making& making) {
    const auto moved = person_of(making);
    if (!moved) {
        making.refuse("letter_without_person");
        return;
    }
    if (!record::is_empty(making.value_of(*making.subject(), "receiving_organisation"))) {
        making.refuse("letter_is_received_there");
        return;
    }
    const Value day = making.after(letter, "receipt_on");
    making.set(letter, "received_on", day);
    DraftChange& change = making.update(moved->key);
    making.set_in(change, "stage", std::string{"70"});
    making.set_in(change, "leaving_reason", std::string{"10"});
    making.set_in(change, "left_on", day);
    making.set_in(change, "moving_to", {});
}

/// A new letter in the place of one that was lost or has expired.
void reissue(Making& making) {
    const record::RecordState& old = *making.subject();
    DraftChange fresh;
    fresh.record = {old.key.kind, making.setting().replica.new_record_id()};
    fresh.operation = record::Operation::create;
    const catalog::Kind& kind = making.setting().catalog.kind(letter);
    for (const record::FieldState& each : old.fields) {
        if (!record::is_empty(each.value) && kind.find(each.field) != nullptr) {
            fresh.fields.push_back(DraftField{each.field, each.value});
        }
    }
    DraftChange& change = making.change_of(letter);
    // What was asked for is the new letter's.
    for (DraftField& each : change.fields) {
        making.set_in(fresh, kind.find(each.field)->name, std::move(each.value));
    }
    making.set_in(fresh, "state", std::string{"20"});
    making.set_in(fresh, "replaces", old.key.id);
    change.fields.clear();
    making.set_in(change, "state", std::string{"55"});
    making.changes().push_back(std::move(fresh));
}

/// Who was a full member when leaving is one again.
void return_from_store(Making& making) {
    const bool full = !record::is_empty(making.after(person, "conversion_date"));
    const std::string outcome = making.code_after(person, "conversion_outcome");
    const bool on_probation = !full && (outcome.empty() || outcome == "03" || outcome == "04");
    making.set(person, "stage", std::string{on_probation ? "40" : "50"});
    making.set(letter, "receiving_organisation", making.after(person, "organisation"));
}

void arrive(Making& making) {
    making.set(letter, "receiving_organisation", making.after(person, "organisation"));
}

/// To the branch that is kept for them, where this replica knows one.
void move_out_of_reach(Making& making) {
    const auto& setting = making.setting();
    if (!record::is_empty(making.input("organisation"))) {
        return;
    }
    const catalog::Kind& kind = setting.catalog.kind("organisation");
    ListQuery query;
    query.kind = kind.id();
    query.conditions.push_back(
        Condition{kind.field("type").id(), Condition::Relation::equal, {std::string{"39"}}});
    query.limit = 2;
    const auto page = setting.replica.list(query);
    if (page && page->total == 1) {
        making.set(person, "organisation", page->records.front().key.id);
    }
}

/// What ask about, ready to be corrected in the same form.
constexpr std::array checked_inputs{
    each(must(person, "mobile", "record")),   each(may(person, "phones", "record")),
    each(may(person, "work_post", "record")), each(may(person, "dues_paid_until", "record")),
    must(person, "confirmed_on", "today"),
};

template <std::size_t size>
constexpr auto and_checked(const std::array<ActionInput, size>& inputs) {
    std::array<ActionInput, size + checked_inputs.size()> all{};
    std::size_t at = 0;
    for (const ActionInput& input : inputs) {
        all[at++] = input;
    }
    for (const ActionInput& input : checked_inputs) {
        all[at++] = input;
    }
    return all;
}

constexpr auto move_inputs =
    and_checked(std::array{must(letter, "receiving_organisation"),
                           must(letter, "issued_on", "today"), each(may(letter, "number"))});
constexpr auto city_inputs = and_checked(std::array{
    must(letter, "receiving_code"), may(letter, "receiving_organisation"),
    may(letter, "receiving_name"), each(may(letter, "number")), must(letter, "issued_on", "today"),
    must(letter, "valid_days", "30"), may(letter, "sender_phone"), may(letter, "reason")});
constexpr auto province_inputs = and_checked(std::array{
    must(letter, "province"), must(letter, "receiving_name"), must(letter, "heading"),
    must(letter, "sending_name"), each(may(letter, "number")), must(letter, "issued_on", "today"),
    must(letter, "valid_days", "60"), may(letter, "sender_phone"), may(letter, "reason")});

constexpr std::array accept_inputs{must(letter, "receiving_organisation", "record"),
                                   must(letter, "received_on", "today")};
constexpr std::array reason_inputs{must(letter, "reason")};
constexpr std::array redirect_inputs{must(letter, "redirected_to"), must(letter, "reason")};
constexpr std::array receipt_inputs{must(letter, "receipt_on", "today")};
constexpr std::array reissue_inputs{each(may(letter, "number")), must(letter, "issued_on", "today"),
                                    may(letter, "valid_days", "record"), may(letter, "reason")};

constexpr std::array newcomer_inputs{
    must(person, "name"),
    must(person, "id_number"),
    must(person, "sex"),
    must(person, "birth_date"),
    must(person, "ethnic_group"),
    must(person, "organisation"),
    must(person, "stage", "50"),
    must(person, "mobile"),
    must(person, "phones"),
    may(person, "native_place"),
    may(person, "category"),
    may(person, "work_post"),
    may(person, "post_start_date"),
    must(person, "front_line"),
    may(person, "education"),
    may(person, "work_start_date"),
    must(person, "join_date"),
    may(person, "conversion_outcome"),
    may(person, "conversion_date"),
    may(person, "extension_months"),
    must(person, "dues_monthly"),
    may(person, "dues_paid_until"),
    may(letter, "number"),
    may(letter, "province"),
    may(letter, "sending_name"),
    must(letter, "received_on", "today"),
};
constexpr std::array return_inputs{must(person, "organisation"),
                                   each(may(person, "front_line", "record")),
                                   each(may(person, "phones", "record")),
                                   each(may(person, "dues_monthly", "record")),
                                   each(may(person, "conversion_outcome", "record")),
                                   each(may(letter, "number")),
                                   may(letter, "province"),
                                   may(letter, "sending_name"),
                                   must(letter, "received_on", "today")};
constexpr std::array unreachable_inputs{must(person, "unreachable_since", "today"),
                                        may(person, "organisation"), may(person, "remark")};
constexpr std::array reached_inputs{must(person, "organisation"), each(may(person, "mobile"))};

constexpr std::array set_moved{ActionSets{letter, "type", "11"}, ActionSets{letter, "state", "40"}};
constexpr std::array set_out_city{ActionSets{letter, "type", "21"},
                                  ActionSets{letter, "state", "20"}};
constexpr std::array set_out_province{ActionSets{letter, "type", "31"},
                                      ActionSets{letter, "state", "20"}};
constexpr std::array set_in_province{ActionSets{letter, "type", "32"},
                                     ActionSets{letter, "state", "40"}};
constexpr std::array set_returned{
    ActionSets{letter, "type", "32"}, ActionSets{letter, "state", "40"},
    ActionSets{person, "leaving_reason", ""}, ActionSets{person, "left_on", ""}};
constexpr std::array set_received{ActionSets{letter, "state", "40"}};
constexpr std::array set_revoked{ActionSets{letter, "state", "50"}};
constexpr std::array set_redirected{ActionSets{letter, "state", "30"}};
constexpr std::array set_sent_back{ActionSets{letter, "state", "60"}};
constexpr std::array set_unreachable{ActionSets{person, "unreachable", "true"}};
constexpr std::array set_reached{ActionSets{person, "unreachable", "false"},
                                 ActionSets{person, "unreachable_since", ""}};

constexpr std::array is_member{ActionNeeds{"stage", "40|50"}};
constexpr std::array may_be_lost{ActionNeeds{"stage", "40|50|60"}};
constexpr std::array was_transferred{ActionNeeds{"stage", "70"},
                                     ActionNeeds{"leaving_reason", "10"}};
constexpr std::array may_be_received{ActionNeeds{"state", {}, "40"},
                                     ActionNeeds{"type", "11|21|22|41|42"}};
constexpr std::array may_be_revoked{ActionNeeds{"state", {}, "50"}};
constexpr std::array may_be_redirected{ActionNeeds{"state", {}, "30"}};
constexpr std::array may_be_sent_back{ActionNeeds{"state", {}, "60"}};
constexpr std::array may_be_reissued{ActionNeeds{"state", {}, "55"}};
constexpr std::array is_out_of_city{ActionNeeds{"state", {}, "40"},
                                    ActionNeeds{"type", "21|31|41"}};

constexpr std::array table{
    Action{"accept_letter",
           {"转入接收", "Accept the letter"},
           in_arrivals,
           letter,
           Choice::many,
           accept_inputs,
           set_received,
           may_be_received,
           &receive},
    Action{"transfer_in_new",
           {"快速新增（外省市转入）", "Add a member from a province"},
           in_members,
           person,
           Choice::none,
           newcomer_inputs,
           set_in_province,
           {},
           &arrive},
    Action{"transfer_in_from_store",
           {"外省市转入", "Transfer in from the store"},
           in_members,
           person,
           Choice::many,
           return_inputs,
           set_returned,
           was_transferred,
           &return_from_store},
    Action{"revoke_letter",
           {"撤销", "Revoke the letter"},
           in_arrivals,
           letter,
           Choice::many,
           reason_inputs,
           set_revoked,
           may_be_revoked,
           &stop_moving},
    Action{"redirect_letter",
           {"背书", "Redirect the letter"},
           in_arrivals,
           letter,
           Choice::many,
           redirect_inputs,
           set_redirected,
           may_be_redirected,
           &redirect},
    Action{"move_branch",
           {"党委内转出", "Move to another branch"},
           in_departures,
           person,
           Choice::many,
           move_inputs,
           set_moved,
           is_member,
           &move_at_once},
    Action{"transfer_out_city",
           {"跨党委转出", "Transfer out to another committee"},
           in_departures,
           person,
           Choice::many,
           city_inputs,
           set_out_city,
           is_member,
           &issue_across},
    Action{"transfer_out_province",
           {"外省市转出", "Transfer out to another province"},
           in_departures,
           person,
           Choice::many,
           province_inputs,
           set_out_province,
           is_member,
           &issue},
    Action{"confirm_receipt",
           {"登记回执", "Enter the receipt"},
           in_departures,
           letter,
           Choice::many,
           receipt_inputs,
           set_received,
           is_out_of_city,
           &leave_by_transfer},
    Action{"return_letter",
           {"退回", "Send the letter back"},
           in_arrivals,
           letter,
           Choice::many,
           reason_inputs,
           set_sent_back,
           may_be_sent_back,
           &stop_moving},
    Action{"reissue_letter",
           {"补开", "Issue the letter anew"},
           in_departures,
           letter,
           Choice::many,
           reissue_inputs,
           {},
           may_be_reissued,
           &reissue},
    Action{"mark_unreachable",
           {"联系不上", "Mark as unreachable"},
           in_members,
           person,
           Choice::many,
           unreachable_inputs,
           set_unreachable,
           may_be_lost,
           &move_out_of_reach},
    Action{"mark_reached",
           {"恢复联系", "Reached again"},
           in_members,
           person,
           Choice::many,
           reached_inputs,
           set_reached,
           may_be_lost},
};

}  // namespace

std::span<const Action> transfer_actions() { return table; }

}  // namespace zhibu::client::detail
