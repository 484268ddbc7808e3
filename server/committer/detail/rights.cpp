#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/case.hpp"
#include "server/committer/detail/docket.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/menu_sections.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/own_contact.hpp"
#include "shared/rules/rights.hpp"

namespace zhibu::server::detail {
namespace {

using Side = Docket::Side;

/// One amended record with where it stands and stood.
struct Placed {
    const catalog::Kind& kind;
    RecordKey key;
    bool is_new = false;
    std::vector<RecordId> before;
    std::vector<RecordId> after;
};

/// Whether the author may do it in all the places, as `control` has the tree.
bool reaches(const Case& judged, const Control& control, rules::Deed deed,
             const std::vector<RecordId>& places) {
    const Account& author = *judged.author;
    const rules::Role role = judged.bench.control->role(author);
    // What stands nowhere belongs to the whole space.
    if (places.empty()) {
        return role.at_top && rules::permits(role, deed, rules::Relation::self);
    }
    return std::ranges::all_of(places, [&](const RecordId& place) {
        return rules::permits(role, deed, control.relation(place, author.scope));
    });
}

const Control& control_after(const Case& judged) {
    return judged.control_after ? *judged.control_after : *judged.bench.control;
}

/// An organisation's place is itself, so its superior is looked at too: nobody hangs an
/// organisation under one that is not in scope, nor moves the root of the own scope.
Stored<bool> superior_within(Case& judged, const Placed& placed) {
    if (placed.kind.name != "organisation") {
        return true;
    }
    const record::FieldNumber parent = placed.kind.field("parent").id();
    ZHIBU_TRY(state, judged.docket.find(placed.key));
    const record::FieldState* held = state->find(parent);
    if (!placed.is_new && (held == nullptr || held->changed_at != judged.index)) {
        return true;
    }
    const auto* superior = held == nullptr ? nullptr : std::get_if<RecordId>(&held->value);
    return superior != nullptr && placed.key.id != judged.author->scope &&
           control_after(judged).is_within(*superior, judged.author->scope);
}

bool is_set_here(const Case& judged, const record::RecordState& state, record::FieldNumber field) {
    const record::FieldState* held = state.find(field);
    return held != nullptr && held->changed_at == judged.index;
}

/// An application for an account is written by whoever has the scope, and answered from above.
Stored<void> judge_answer(Case& judged, const Placed& placed) {
    if (placed.kind.name != "account_request") {
        return {};
    }
    ZHIBU_TRY(before, judged.docket.find(placed.key, Side::before));
    ZHIBU_TRY(after, judged.docket.find(placed.key));
    const auto is_open = [&](const record::RecordState* state) {
        return state == nullptr || state->value(placed.kind.field("state").id()) ==
                                       record::Value{std::string{rules::request_open}};
    };
    const bool is_answered_here =
        is_set_here(judged, *after, placed.kind.field("approved_by").id()) ||
        is_set_here(judged, *after, placed.kind.field("approved_on").id());
    if (is_open(before) && is_open(after) && !is_answered_here) {
        return {};
    }
    const bool above = placed.is_new || reaches(judged, *judged.bench.control,
                                                rules::Deed::answer_requests, placed.before);
    if (!above ||
        !reaches(judged, control_after(judged), rules::Deed::answer_requests, placed.after)) {
        judged.breach(reasons::not_the_answerer, placed.key, placed.kind.field("state").id());
    }
    return {};
}

Stored<void> judge_scope(Case& judged, const Placed& placed) {
    ZHIBU_TRY(by_letter, right_by_letter(judged, placed.key));
    if (by_letter) {
        if (!*by_letter) {
            judged.breach(reasons::out_of_scope, placed.key);
        }
        return {};
    }
    constexpr rules::Deed deed = rules::Deed::write;
    const bool stood_within =
        placed.is_new || reaches(judged, *judged.bench.control, deed, placed.before);
    ZHIBU_TRY(superior, superior_within(judged, placed));
    if (!stood_within || !superior || !reaches(judged, control_after(judged), deed, placed.after)) {
        judged.breach(reasons::out_of_scope, placed.key);
        return {};
    }
    return judge_answer(judged, placed);
}

/// what an account is given is at most what its giver has: level, nature, permission. A
/// code is greater the less it permits, in both lists.
void judge_account_rights(Case& judged, const Placed& placed) {
    const Account& author = *judged.author;
    const Account* account = control_after(judged).account(placed.key.id);
    if (account == nullptr) {
        return;
    }
    bool writes_more = account->may_write && !author.may_write;
    for (std::size_t section = 0; section < author.read_only_sections.size(); ++section) {
        writes_more = writes_more || (account->may_write && author.read_only_sections[section] &&
                                      !account->read_only_sections[section]);
    }
    if (account->level < author.level || account->nature < author.nature || writes_more ||
        (account->manages && !author.manages)) {
        judged.breach(reasons::above_creator, placed.key);
    }
}

/// Of the own account its holder keeps post and contact current; all else is from above.
void judge_own_account(Case& judged, const Placed& placed) {
    const auto change =
        std::ranges::find(judged.group.changes, placed.key, &record::Change::record);
    const bool keeps_contact =
        change != judged.group.changes.end() && change->operation == record::Operation::update &&
        std::ranges::all_of(change->fields, [&](const record::FieldChange& field) {
            const catalog::Field* named = placed.kind.find(field.field);
            return named != nullptr && std::ranges::find(rules::own_contact(), named->name) !=
                                           rules::own_contact().end();
        });
    if (!keeps_contact || !reaches(judged, *judged.bench.control, rules::Deed::keep_own_contact,
                                   {judged.author->scope})) {
        judged.breach(reasons::own_account, placed.key);
    }
}

/// The deed that a record of a kind of Writers::administrator is an outcome of.
rules::Deed managing(const Case& judged, const catalog::Kind& kind,
                     const record::RecordState& state) {
    if (kind.name == "account") {
        return rules::Deed::manage_accounts;
    }
    if (kind.name != "window") {
        return rules::Deed::manage_devices;
    }
    const auto* level = std::get_if<std::string>(&state.value(kind.field("level").id()));
    const bool is_for_lower = record::is_empty(state.value(kind.field("account").id())) &&
                              level != nullptr && *level > judged.author->level;
    return is_for_lower ? rules::Deed::open_level_windows : rules::Deed::open_windows;
}

Stored<void> judge_managed(Case& judged, const Placed& placed) {
    const bool is_account = placed.kind.name == "account";
    if (is_account && placed.key.id == judged.author->id) {
        judge_own_account(judged, placed);
        return {};
    }
    ZHIBU_TRY(before, judged.docket.find(placed.key, Side::before));
    ZHIBU_TRY(after, judged.docket.find(placed.key));
    const bool had_reach =
        rules::is_officer(judged.bench.control->role(*judged.author)) &&
        (placed.is_new || reaches(judged, *judged.bench.control,
                                  managing(judged, placed.kind, *before), placed.before));
    if (!had_reach) {
        judged.breach(reasons::not_its_manager, placed.key);
        return {};
    }
    if (!reaches(judged, control_after(judged), managing(judged, placed.kind, *after),
                 placed.after)) {
        judged.breach(is_account ? reasons::above_creator : reasons::not_its_manager, placed.key);
        return {};
    }
    if (is_account) {
        judge_account_rights(judged, placed);
    }
    return {};
}

/// Whether the author manages the account that the field names, if it names one; nobody the own.
bool manages_named(const Case& judged, const Control& control, const record::Value& value) {
    const auto* named = std::get_if<RecordId>(&value);
    if (named == nullptr) {
        return true;
    }
    const Account* account = control.account(*named);
    return account != nullptr && account->id != judged.author->id &&
           reaches(judged, control, rules::Deed::manage_accounts, {account->scope});
}

/// A window may name an account, a device does: the account must be a subordinate's as well, the
/// one from whom the record is taken and the one to whom it is given.
Stored<void> judge_named_accounts(Case& judged, const Placed& placed) {
    ZHIBU_TRY(before, judged.docket.find(placed.key, Side::before));
    ZHIBU_TRY(after, judged.docket.find(placed.key));
    for (const catalog::Field& field : placed.kind.fields) {
        if (field.type != catalog::FieldType::reference || field.refers_to != "account") {
            continue;
        }
        const bool was = before == nullptr ||
                         manages_named(judged, *judged.bench.control, before->value(field.id()));
        if (!was || !manages_named(judged, control_after(judged), after->value(field.id()))) {
            judged.breach(reasons::not_its_manager, placed.key, field.id());
        }
    }
    return {};
}

/// What an officer may not write of a record that an officer may write.
struct ServersField {
    std::string_view kind;
    std::string_view field;
};

/// A device gets its name and its key at enrolment; the code that it used stays used.
constexpr std::array servers_fields{
    ServersField{"account", "password_changed_on"}, ServersField{"account", "second_factor"},
    ServersField{"device", "fingerprint"},          ServersField{"device", "enrolled_at"},
    ServersField{"enrolment_code", "used_at"},      ServersField{"enrolment_code", "device"}};

Stored<void> judge_enrolment(Case& judged, const Placed& placed) {
    if (placed.kind.name == "device" && placed.is_new) {
        judged.breach(reasons::server_only, placed.key);
    }
    ZHIBU_TRY(state, judged.docket.find(placed.key));
    for (const ServersField& each : servers_fields) {
        if (each.kind != placed.kind.name) {
            continue;
        }
        const record::FieldNumber field = placed.kind.field(each.field).id();
        if (is_set_here(judged, *state, field)) {
            judged.breach(reasons::server_only, placed.key, field);
        }
    }
    if (placed.kind.name != "enrolment_code") {
        return {};
    }
    const record::FieldNumber expires = placed.kind.field("expires_at").id();
    const auto* until = std::get_if<Instant>(&state->value(expires));
    const std::int64_t made_ms = judged.group.made_at.instant().milliseconds;
    if (until != nullptr && is_set_here(judged, *state, expires) &&
        until->milliseconds > made_ms + keys::enrolment_code_minutes_max * 60'000) {
        judged.breach(reasons::code_valid_too_long, placed.key, expires);
    }
    return {};
}

/// Whether the author may write in the section of the menu that the record belongs to.
bool may_write_section(const Case& judged, const catalog::Kind& kind) {
    const auto sections = catalog::menu_sections();
    const catalog::MenuSection* section = catalog::menu_section_of(*judged.bench.catalog, kind);
    return section == nullptr ||
           !judged.author->read_only_sections[static_cast<std::size_t>(section - sections.data())];
}

Stored<void> judge_rights_of(Case& judged, const Placed& placed) {
    if (!may_write_section(judged, placed.kind)) {
        judged.breach(reasons::read_only, placed.key);
        judged.judgement.outcome = record::Outcome::rejected;
        return {};
    }
    switch (placed.kind.writers) {
        case catalog::Writers::server:
            judged.breach(reasons::server_only, placed.key);
            return {};
        case catalog::Writers::administrator:
            ZHIBU_TRY_VOID(judge_managed(judged, placed));
            ZHIBU_TRY_VOID(judge_enrolment(judged, placed));
            return judge_named_accounts(judged, placed);
        case catalog::Writers::scope:
            return judge_scope(judged, placed);
        case catalog::Writers::decider:
            return judge_deciding(judged, placed.key, placed.before);
    }
    return {};
}

}  // namespace

Stored<void> judge_rights(Case& judged) {
    for (const RecordKey& key : judged.docket.amended()) {
        const catalog::Kind& kind = *judged.bench.catalog->find(key.kind);
        if (kind.name == "organisation" &&
            control_after(judged).depth(key.id) == Control::unknown_depth) {
            judged.breach(reasons::circle, key);
            continue;
        }
        if (judged.author == nullptr) {
            continue;
        }
        ZHIBU_TRY(before, judged.docket.find(key, Side::before));
        ZHIBU_TRY(places_before, judged.docket.places(key, Side::before));
        ZHIBU_TRY(places_after, judged.docket.places(key, Side::after));
        ZHIBU_TRY_VOID(
            judge_rights_of(judged, Placed{kind, key, before == nullptr, std::move(places_before),
                                           std::move(places_after)}));
    }
    if (judged.bench.control->has_manager() && !control_after(judged).has_manager()) {
        judged.breach(reasons::last_manager);
    }
    return {};
}

}  // namespace zhibu::server::detail
