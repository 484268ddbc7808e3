#include <algorithm>
#include <array>
#include <cstdint>
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
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"

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

bool all_within(const Control& control, const std::vector<RecordId>& places,
                const RecordId& scope) {
    // What stands nowhere belongs to the whole space.
    if (places.empty()) {
        return control.depth(scope) == 0;
    }
    return std::ranges::all_of(
        places, [&](const RecordId& place) { return control.is_within(place, scope); });
}

bool all_strictly_below(const Control& control, const std::vector<RecordId>& places,
                        const RecordId& scope) {
    return !places.empty() && std::ranges::all_of(places, [&](const RecordId& place) {
        return place != scope && control.is_within(place, scope);
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

Stored<void> judge_scope(Case& judged, const Placed& placed) {
    const RecordId& scope = judged.author->scope;
    const bool stood_within =
        placed.is_new || all_within(*judged.bench.control, placed.before, scope);
    ZHIBU_TRY(superior, superior_within(judged, placed));
    if (!stood_within || !superior || !all_within(control_after(judged), placed.after, scope)) {
        judged.breach(reasons::out_of_scope, placed.key);
    }
    return {};
}

/// an account's level and permission are at most its creator's. A code is greater the less
/// it permits, in both lists.
void judge_account_rights(Case& judged, const Placed& placed) {
    const Account& author = *judged.author;
    const Account* account = control_after(judged).account(placed.key.id);
    if (account == nullptr) {
        return;
    }
    if (account->level < author.level || (account->may_write && !author.may_write) ||
        (account->manages && !author.manages)) {
        judged.breach(reasons::above_creator, placed.key);
    }
}

Stored<void> judge_managed(Case& judged, const Placed& placed) {
    const Account& author = *judged.author;
    const bool is_account = placed.kind.name == "account";
    if (is_account && placed.key.id == author.id) {
        judged.breach(reasons::own_account, placed.key);
        return {};
    }
    const bool was_below =
        placed.is_new || all_strictly_below(*judged.bench.control, placed.before, author.scope);
    if (!author.manages || !was_below) {
        judged.breach(reasons::not_its_manager, placed.key);
        return {};
    }
    if (!all_strictly_below(control_after(judged), placed.after, author.scope)) {
        judged.breach(is_account ? reasons::above_creator : reasons::not_its_manager, placed.key);
        return {};
    }
    if (is_account) {
        judge_account_rights(judged, placed);
    }
    return {};
}

/// Whether the account that the field names, if it names one, stands below the author.
bool names_subordinate(const Case& judged, const Control& control, const record::Value& value) {
    const auto* named = std::get_if<RecordId>(&value);
    if (named == nullptr) {
        return true;
    }
    const Account* account = control.account(*named);
    return account != nullptr &&
           all_strictly_below(control, {account->scope}, judged.author->scope);
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
        const bool was = before == nullptr || names_subordinate(judged, *judged.bench.control,
                                                                before->value(field.id()));
        if (!was || !names_subordinate(judged, control_after(judged), after->value(field.id()))) {
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
    ServersField{"account", "password_changed_on"}, ServersField{"device", "fingerprint"},
    ServersField{"device", "enrolled_at"}, ServersField{"enrolment_code", "used_at"},
    ServersField{"enrolment_code", "device"}};

bool is_set_here(const Case& judged, const record::RecordState& state, record::FieldNumber field) {
    const record::FieldState* held = state.find(field);
    return held != nullptr && held->changed_at == judged.index;
}

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

Stored<void> judge_rights_of(Case& judged, const Placed& placed) {
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
