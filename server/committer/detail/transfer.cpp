#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/case.hpp"
#include "server/committer/detail/docket.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

/// Letters stand between two organisations of which neither is above the other, and so do the
/// people whom they name while they are under way: what either end may write of them.
namespace zhibu::server::detail {
namespace {

using Side = Docket::Side;
using record::FieldState;
using record::Value;

/// Entries of entries end here.
constexpr int owners_max = 8;

/// One that is there, and so a second that says the code is nobody's alone.
constexpr std::uint32_t holders_max = 4;

const catalog::Kind& kind_of(const Case& judged, const RecordKey& key) {
    return *judged.bench.catalog->find(key.kind);
}

const Value& value_of(const Case& judged, const RecordState& state, std::string_view field) {
    return state.value(kind_of(judged, state.key).field(field).id());
}

const RecordId* place_of(const Case& judged, const RecordState& state, std::string_view field) {
    const auto* id = std::get_if<RecordId>(&value_of(judged, state, field));
    return id == nullptr || id->is_none() ? nullptr : id;
}

std::string code_of(const Case& judged, const RecordState& state, std::string_view field) {
    const auto* code = std::get_if<std::string>(&value_of(judged, state, field));
    return code == nullptr ? std::string{} : *code;
}

bool is_set_here(const Case& judged, const RecordState& state, std::string_view field) {
    const FieldState* held = state.find(kind_of(judged, state.key).field(field).id());
    return held != nullptr && held->changed_at == judged.index;
}

const Control& control_of(const Case& judged, Side side) {
    return side == Side::after && judged.control_after ? *judged.control_after
                                                       : *judged.bench.control;
}

/// Whether what the field names stands within the author's scope.
bool is_own(const Case& judged, const RecordState& state, std::string_view field, Side side) {
    const RecordId* place = place_of(judged, state, field);
    return place != nullptr && control_of(judged, side).is_within(*place, judged.author->scope);
}

/// The letter or person that the record is, or belongs to.
Stored<RecordKey> root_of(Case& judged, RecordKey key) {
    for (int level = 0; level < owners_max && !kind_of(judged, key).owner.empty(); ++level) {
        ZHIBU_TRY(state, judged.docket.find(key));
        const RecordId* owner = state == nullptr ? nullptr : place_of(judged, *state, "owner");
        if (owner == nullptr) {
            break;
        }
        key = RecordKey{judged.bench.catalog->kind(kind_of(judged, key).owner).id(), *owner};
    }
    return key;
}

/// Who issues, or declines to issue, is the sender; who receives is the receiver, or the sender
/// where nobody here receives it. Both may revoke, redirect and send back.
bool may_set_state(const Case& judged, const RecordState* before, const RecordState& letter) {
    const bool sends = is_own(judged, letter, "sending_organisation", Side::after);
    const bool receives = is_own(judged, letter, "receiving_organisation", Side::after);
    const bool has_sender = place_of(judged, letter, "sending_organisation") != nullptr;
    const bool has_receiver = place_of(judged, letter, "receiving_organisation") != nullptr;
    const std::string state = code_of(judged, letter, "state");
    if (state == "20" || state == "15") {
        return has_sender ? sends : receives;
    }
    if (state == "40") {
        const bool moves_at_once = before == nullptr && has_sender;
        return (has_receiver ? receives : sends) && (!moves_at_once || sends);
    }
    return true;
}

Stored<bool> may_write_letter(Case& judged, const RecordKey& root) {
    ZHIBU_TRY(before, judged.docket.find(root, Side::before));
    ZHIBU_TRY(after, judged.docket.find(root));
    const RecordState* stood = before != nullptr ? before : after;
    const Side side = before != nullptr ? Side::before : Side::after;
    if (stood == nullptr || !(is_own(judged, *stood, "sending_organisation", side) ||
                              is_own(judged, *stood, "receiving_organisation", side))) {
        return false;
    }
    return !is_set_here(judged, *after, "state") || may_set_state(judged, before, *after);
}

/// Whether this group sets a letter of the person, which was there, to a state that lets the
/// receiver change where the person stands.
Stored<bool> is_moved_by_letter(Case& judged, const RecordState& person, bool leaves_branch) {
    for (const RecordKey& key : judged.docket.amended()) {
        if (kind_of(judged, key).name != "letter") {
            continue;
        }
        ZHIBU_TRY(before, judged.docket.find(key, Side::before));
        ZHIBU_TRY(after, judged.docket.find(key));
        const RecordId* named = place_of(judged, *after, "person");
        if (before == nullptr || named == nullptr || *named != person.key.id ||
            !is_set_here(judged, *after, "state")) {
            continue;
        }
        const std::string state = code_of(judged, *after, "state");
        const bool received = state == "40" && value_of(judged, *after, "receiving_organisation") ==
                                                   value_of(judged, person, "organisation");
        const bool ended = state == "30" || state == "50" || state == "60";
        if (leaves_branch ? received : received || ended) {
            return true;
        }
    }
    return false;
}

/// Whoever has the person writes the person; whoever a letter brings it to, where it stands alone.
Stored<bool> may_write_person(Case& judged, const RecordKey& root, bool is_entry) {
    ZHIBU_TRY(before, judged.docket.find(root, Side::before));
    ZHIBU_TRY(after, judged.docket.find(root));
    if (after == nullptr) {
        return false;
    }
    const bool has = is_own(judged, *after, "organisation", Side::after);
    const bool had = before == nullptr || is_own(judged, *before, "organisation", Side::before);
    if (has && had) {
        return true;
    }
    if (is_entry || before == nullptr || after->life_changed_at == judged.index ||
        !is_own(judged, *before, "moving_to", Side::before)) {
        return false;
    }
    const catalog::Kind& kind = kind_of(judged, root);
    const bool only_place = std::ranges::all_of(after->fields, [&](const FieldState& field) {
        return field.changed_at != judged.index || field.field == kind.field("organisation").id() ||
               field.field == kind.field("moving_to").id();
    });
    if (!only_place) {
        return false;
    }
    return is_moved_by_letter(judged, *after, is_set_here(judged, *after, "organisation"));
}

/// The organisation in use whose code the letter gives there; none if there is none.
Stored<std::optional<RecordId>> named_by_code(Case& judged, const RecordState& letter,
                                              std::string_view field) {
    const catalog::Kind& organisations = judged.bench.catalog->kind("organisation");
    const Value& code = value_of(judged, letter, field);
    ZHIBU_TRY(holders, judged.store.find_by(organisations.id(), organisations.field("code").id(),
                                            code, holders_max));
    for (const RecordKey& key : holders) {
        ZHIBU_TRY(state, judged.docket.find(key));
        if (state != nullptr && !state->retired) {
            return key.id;
        }
    }
    return std::optional<RecordId>{};
}

/// A request goes to whoever has the code that it names.
Stored<void> direct_request(Case& judged, const RecordKey& key) {
    ZHIBU_TRY(letter, judged.docket.find(key));
    const bool is_asked = code_of(judged, *letter, "type") == "21" &&
                          code_of(judged, *letter, "state") == "10" &&
                          is_set_here(judged, *letter, "sending_code");
    if (!is_asked || place_of(judged, *letter, "sending_organisation") != nullptr) {
        return {};
    }
    ZHIBU_TRY(sender, named_by_code(judged, *letter, "sending_code"));
    if (sender) {
        ZHIBU_TRY(amended, judged.docket.amend(key));
        amended->set(kind_of(judged, key).field("sending_organisation").id(), *sender,
                     judged.index);
        judged.taken_whole = false;
    }
    return {};
}

Stored<void> direct(Case& judged, const RecordKey& key) {
    ZHIBU_TRY(letter, judged.docket.find(key));
    const bool is_sent = code_of(judged, *letter, "type") == "21" &&
                         code_of(judged, *letter, "state") == "20" &&
                         is_set_here(judged, *letter, "state");
    if (!is_sent || place_of(judged, *letter, "receiving_organisation") != nullptr ||
        record::is_empty(value_of(judged, *letter, "receiving_code"))) {
        return {};
    }
    ZHIBU_TRY(receiver, named_by_code(judged, *letter, "receiving_code"));
    if (!receiver) {
        return {};
    }
    const catalog::Kind& letters = kind_of(judged, key);
    const RecordId* named = place_of(judged, *letter, "person");
    const std::optional<RecordId> person = named == nullptr ? std::nullopt : std::optional{*named};
    ZHIBU_TRY(amended, judged.docket.amend(key));
    amended->set(letters.field("receiving_organisation").id(), *receiver, judged.index);
    judged.taken_whole = false;
    if (!person) {
        return {};
    }
    const catalog::Kind& people = judged.bench.catalog->kind("person");
    const RecordKey moving{people.id(), *person};
    ZHIBU_TRY(held, judged.docket.find(moving));
    if (held != nullptr) {
        ZHIBU_TRY(on_the_way, judged.docket.amend(moving));
        on_the_way->set(people.field("moving_to").id(), *receiver, judged.index);
    }
    return {};
}

}  // namespace

Stored<void> direct_letters(Case& judged) {
    const std::vector<RecordKey> amended = judged.docket.amended();
    for (const RecordKey& key : amended) {
        if (kind_of(judged, key).name == "letter") {
            ZHIBU_TRY_VOID(direct_request(judged, key));
            ZHIBU_TRY_VOID(direct(judged, key));
        }
    }
    return {};
}

Stored<std::optional<bool>> right_by_letter(Case& judged, const RecordKey& key) {
    ZHIBU_TRY(root, root_of(judged, key));
    const std::string_view kind = kind_of(judged, root).name;
    if (kind == "letter") {
        ZHIBU_TRY(before, judged.docket.places(root, Side::before));
        ZHIBU_TRY(after, judged.docket.places(root, Side::after));
        if (before.empty() && after.empty()) {
            return std::optional<bool>{};  // it names no organisation
        }
        ZHIBU_TRY(may, may_write_letter(judged, root));
        return std::optional{may};
    }
    if (kind == "person") {
        ZHIBU_TRY(may, may_write_person(judged, root, root != key));
        return std::optional{may};
    }
    return std::optional<bool>{};
}

}  // namespace zhibu::server::detail
