#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/case.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/rights.hpp"
#include "sync_protocol/casework/casework.hpp"

namespace zhibu::server::detail {
namespace {

namespace case_state = sync::case_state;
namespace conflict_state = sync::conflict_state;

/// One case or conflict that the group before the judge decides.
struct Decision {
    const catalog::Kind& kind;
    const RecordState& before;
    const RecordState& after;
    std::string state_before;
    std::string state;

    [[nodiscard]] const record::Value& value(std::string_view field) const {
        return before.value(kind.field(field).id());
    }

    [[nodiscard]] bool is_case() const { return kind.name == "case"; }
};

std::string text_of(const record::Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string{} : *text;
}

bool is_account(const record::Value& value, const Account& account) {
    const auto* id = std::get_if<RecordId>(&value);
    return id != nullptr && *id == account.id;
}

/// Strictly above all the places. At the top of the tree nobody is: there another officer of the
/// same organisation will do.
bool stands_above(const Case& judged, const std::vector<RecordId>& places, bool is_own) {
    const Control& control = *judged.bench.control;
    const RecordId& scope = judged.author->scope;
    const rules::Role role = control.role(*judged.author);
    if (places.empty()) {
        return role.at_top && !is_own;
    }
    return std::ranges::all_of(places, [&](const RecordId& place) {
        const rules::Relation relation = control.relation(place, scope);
        return rules::permits(role, rules::Deed::decide, relation) &&
               !(relation == rules::Relation::self && is_own);
    });
}

bool may_decide(const Case& judged, const Decision& decision, const std::vector<RecordId>& places) {
    const Account& officer = *judged.author;
    if (decision.is_case() && decision.state == case_state::withdrawn) {
        return is_account(decision.value("author"), officer);
    }
    if (!decision.is_case() && decision.state == conflict_state::seen) {
        return is_account(decision.value("loser"), officer) &&
               decision.state_before == conflict_state::by_rule;
    }
    const bool is_own =
        is_account(decision.value(decision.is_case() ? "author" : "offered_by"), officer);
    // Whoever stands above a record may change it anyhow, so an officer's own value is no bar
    // there; one's own case is, for it asks for a second pair of eyes.
    return rules::is_officer(judged.bench.control->role(officer)) &&
           !(decision.is_case() && is_own) && stands_above(judged, places, is_own);
}

/// The states that only the server gives.
bool is_servers(const Decision& decision) {
    return decision.is_case() ? decision.state == case_state::waiting
                              : decision.state == conflict_state::waiting ||
                                    decision.state == conflict_state::by_rule;
}

/// The value that this group offers for the conflict's field; none where it offers none.
const record::Value* offered_here(const Case& judged, const Decision& decision) {
    const std::string record = text_of(decision.value("record"));
    const auto* kind = std::get_if<std::int64_t>(&decision.value("kind"));
    const auto* field = std::get_if<std::int64_t>(&decision.value("field"));
    for (const record::Change& change : judged.group.changes) {
        if (kind == nullptr || field == nullptr || change.record.kind.number != *kind ||
            to_text(change.record.id) != record) {
            continue;
        }
        for (const record::FieldChange& each : change.fields) {
            if (each.field.number == *field) {
                return &each.value;
            }
        }
    }
    return nullptr;
}

/// Whether the group does what the decision says.
bool is_complete(const Case& judged, const Decision& decision) {
    if (decision.is_case()) {
        // An amended group comes with the decision; every other stands alone.
        return decision.state != case_state::amended ||
               std::ranges::any_of(judged.group.changes, [&](const record::Change& change) {
                   const catalog::Kind* kind = judged.bench.catalog->find(change.record.kind);
                   return kind->writers != catalog::Writers::decider;
               });
    }
    if (decision.state == conflict_state::seen) {
        return true;
    }
    const record::Value* here = offered_here(judged, decision);
    if (decision.state == conflict_state::took_offered) {
        const auto offered = sync::unpacked_field(text_of(decision.value("offered")));
        return here != nullptr && offered && *here == offered->value;
    }
    return (here != nullptr) == (decision.state == conflict_state::third_value);
}

}  // namespace

Stored<void> judge_deciding(Case& judged, const RecordKey& key,
                            const std::vector<RecordId>& places) {
    const catalog::Kind& kind = *judged.bench.catalog->find(key.kind);
    ZHIBU_TRY(before, judged.docket.find(key, Docket::Side::before));
    ZHIBU_TRY(after, judged.docket.find(key));
    if (before == nullptr || before->retired != after->retired) {
        judged.breach(reasons::server_only, key);
        return {};
    }
    const record::FieldNumber state = kind.field("state").id();
    const record::FieldNumber remark = kind.field("remark").id();
    const Decision decision{kind, *before, *after, text_of(before->value(state)),
                            text_of(after->value(state))};
    const bool decides = decision.state_before != decision.state;
    for (const record::FieldState& field : after->fields) {
        const bool is_set = field.changed_at == judged.index;
        const bool is_officers = field.field == state || (field.field == remark && decides);
        if (is_set && !is_officers) {
            judged.breach(reasons::server_only, key, field.field);
        }
    }
    if (!decides) {
        return {};
    }
    if (is_servers(decision)) {
        judged.breach(reasons::server_only, key, state);
    } else if (!may_decide(judged, decision, places)) {
        judged.breach(reasons::not_the_decider, key, state);
    } else if (!is_complete(judged, decision)) {
        judged.breach(reasons::decision_incomplete, key, state);
    }
    return {};
}

}  // namespace zhibu::server::detail
