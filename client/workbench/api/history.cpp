#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/replica/replica.hpp"
#include "client/words/forms.hpp"
#include "client/words/words.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/queries.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"

/// Api's operation on the history of a record: what the log has told, and what waits here.
namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::uint32_t groups_max = 1'000;

std::string_view label_in(const catalog::Field& field, Language language) {
    return language == Language::zh ? field.label.zh : field.label.en;
}

json::object field_form(Replica& replica, const catalog::Catalog& catalog,
                        const catalog::Field& field, const record::Value& before,
                        const record::Value& after, Language language) {
    return {{"field", field.name},
            {"label", label_in(field, language)},
            {"before", shown(replica, catalog, field, before, language)},
            {"after", shown(replica, catalog, field, after, language)}};
}

std::string_view word_of(HistoryStep::Step step) {
    switch (step) {
        case HistoryStep::Step::entered:
            return "entered";
        case HistoryStep::Step::changed:
            return "changed";
        case HistoryStep::Step::retired:
            return "retired";
        case HistoryStep::Step::restored:
            return "restored";
    }
    std::unreachable();
}

json::object step_form(Replica& replica, const catalog::Catalog& catalog, const catalog::Kind& kind,
                       const HistoryStep& step, Language language) {
    json::array fields;
    for (std::size_t at = 0; at < step.after.size() && at < step.before.size(); ++at) {
        if (const catalog::Field* field = kind.find(step.after[at].field)) {
            fields.emplace_back(field_form(replica, catalog, *field, step.before[at].value,
                                           step.after[at].value, language));
        }
    }
    const record::RecordKey author{catalog.kind("account").id(), step.author};
    const record::RecordKey device{catalog.kind("device").id(), record::RecordId{step.device.uuid}};
    return {{"step", word_of(step.step)},
            {"log_index", step.index.position},
            {"at", step.committed_at.milliseconds},
            {"account", name_of(replica, catalog, author, language)},
            {"device", name_of(replica, catalog, device, language)},
            {"device_id", to_text(step.device)},
            {"action", step.action},
            {"action_text", name_of_action(step.action, language)},
            {"fields", std::move(fields)}};
}

/// A change of this device that the log has not told of, or never will.
json::object own_form(Replica& replica, const catalog::Catalog& catalog, const catalog::Kind& kind,
                      const OwnGroup& own, const record::Change& change, Language language) {
    json::array fields;
    for (const record::FieldChange& each : change.fields) {
        if (const catalog::Field* field = kind.find(each.field)) {
            fields.emplace_back(
                field_form(replica, catalog, *field, each.previous, each.value, language));
        }
    }
    json::object form = group_form(catalog, own, language);
    form["at"] = own.group.made_at.instant().milliseconds;
    form["step"] = "own";
    form["fields"] = std::move(fields);
    return form;
}

bool is_in_log(const OwnGroup& own) {
    return own.verdict && (own.stage == GroupStage::accepted || own.stage == GroupStage::merged);
}

}  // namespace

void Api::get_history(const ApiRequest& request, Language language, Respond respond) {
    const auto named = record_named_by(*parts_.catalog, request.path);
    if (!named) {
        respond(problem(named.error(), language));
        return;
    }
    parts_.desk->ask([this, language, kind = named->kind, key = named->key,
                      respond = std::move(respond)](Replica& replica) {
        const auto groups = replica.own_groups(groups_max);
        const auto steps = replica.history(key);
        if (!groups || !steps) {
            respond(refusal(*parts_.catalog, groups ? steps.error() : groups.error(), language));
            return;
        }
        json::array waiting;
        json::object verdicts;
        for (const OwnGroup& own : *groups) {
            const auto change = std::ranges::find(own.group.changes, key, &record::Change::record);
            if (change == own.group.changes.end()) {
                continue;
            }
            if (is_in_log(own)) {
                verdicts[std::to_string(own.verdict->index.position)] =
                    group_form(*parts_.catalog, own, language);
            } else {
                waiting.emplace_back(
                    own_form(replica, *parts_.catalog, *kind, own, *change, language));
            }
        }
        json::array told;
        for (const HistoryStep& step : *steps) {
            json::object form = step_form(replica, *parts_.catalog, *kind, step, language);
            if (const json::value* verdict =
                    verdicts.if_contains(std::to_string(step.index.position))) {
                form["decision"] = *verdict;
            }
            told.emplace_back(std::move(form));
        }
        respond(answer(json::object{{"waiting", std::move(waiting)}, {"steps", std::move(told)}}));
    });
}

}  // namespace zhibu::client
