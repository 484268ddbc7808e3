#include <algorithm>
#include <boost/json.hpp>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/replica/replica.hpp"
#include "client/words/forms.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/api/queries.hpp"
#include "client/workflow/named_filters.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"

/// Api's operations on lists: their records, the filters that have names, and what the pages want
/// kept on this device.
namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::size_t name_segment = 3;
constexpr std::size_t setting_bytes_max = 32'768;

bool is_setting_name(std::string_view name) {
    return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
               letter == '_' || letter == '.' || letter == '-';
    });
}

/// Settings by their names; what is kept is JSON that was checked when it came.
std::expected<json::object, ReplicaError> settings_of(Replica& replica, std::string_view prefix) {
    ZHIBU_TRY(notes, replica.notes(prefix));
    json::object found;
    for (const Note& note : notes) {
        boost::system::error_code fault;
        found[note.name] = json::parse(note.text, fault);
    }
    return found;
}

/// Takes above=true out of the parameters of a list of organisations.
bool wants_above(const catalog::Kind& kind, ApiQuery& parameters) {
    const auto given = parameters.find("above");
    const bool wanted =
        kind.name == "organisation" && given != parameters.end() && given->second == "true";
    if (wanted) {
        parameters.erase(given);
    }
    return wanted;
}

/// Behind the first page, those above whose names contain what is searched for.
void add_above(Replica& replica, const catalog::Catalog& catalog, const ListQuery& query,
               Language language, json::array& records) {
    const auto above = replica.above();
    if (!above || query.offset != 0) {
        return;
    }
    for (const sync::OrganisationAbove& each : *above) {
        if (each.name.contains(query.search)) {
            records.emplace_back(above_form(catalog, each, language));
        }
    }
}

json::object filter_form(const NamedFilter& filter) {
    return {{"name", filter.name},
            {"label", json::object{{"zh", filter.label.zh}, {"en", filter.label.en}}},
            {"group", json::object{{"zh", filter.group.zh}, {"en", filter.group.en}}}};
}

}  // namespace

std::expected<ListQuery, ReplicaError> Api::resolve(Replica& replica, const ListWish& wish) {
    ZHIBU_TRY(status, replica.status());
    const rules::Parameters parameters =
        status.lease ? rules::from_list(status.lease->rules) : rules::Parameters{};
    return resolved(
        wish, FilterTerms{*parts_.catalog, parameters, record::shanghai_day(parts_.clock->now())});
}

void Api::get_records(const ApiRequest& request, Language language, Respond respond) {
    const auto named = kind_named_by(*parts_.catalog, request.path);
    if (!named) {
        respond(problem(named.error(), language));
        return;
    }
    const catalog::Kind* kind = *named;
    ApiQuery parameters = request.query;
    const bool with_above = wants_above(*kind, parameters);
    auto wish = read_query(*parts_.catalog, *kind, parameters);
    if (!wish) {
        respond(problem(wish.error(), language));
        return;
    }
    parts_.desk->ask([this, kind, language, with_above, wish = *std::move(wish),
                      respond = std::move(respond)](Replica& replica) {
        const auto query = resolve(replica, wish);
        const auto page =
            query ? replica.list(*query)
                  : std::expected<ListPage, ReplicaError>{std::unexpected{query.error()}};
        if (!page) {
            respond(refusal(*parts_.catalog, page.error(), language));
            return;
        }
        json::array records;
        for (const record::RecordState& state : page->records) {
            records.emplace_back(
                wish.columns.empty()
                    ? record_form(replica, *parts_.catalog, *kind, state, language)
                    : record_form(replica, *parts_.catalog, *kind, state, wish.columns, language));
        }
        if (with_above) {
            add_above(replica, *parts_.catalog, *query, language, records);
        }
        respond(answer(json::object{{"total", page->total}, {"records", std::move(records)}}));
    });
}

void Api::get_filters(const ApiRequest& request, Language language, Respond respond) {
    const auto named = kind_named_by(*parts_.catalog, request.path);
    if (!named) {
        respond(problem(named.error(), language));
        return;
    }
    const catalog::Kind* kind = *named;
    json::array forms;
    for (const NamedFilter& each : named_filters()) {
        if (each.kind == kind->name) {
            forms.emplace_back(filter_form(each));
        }
    }
    respond(answer(forms));
}

void Api::get_settings(const ApiRequest& request, Language language, Respond respond) {
    const auto wanted = request.query.find("prefix");
    const std::string prefix = wanted == request.query.end() ? std::string{} : wanted->second;
    parts_.desk->ask([this, language, prefix, respond = std::move(respond)](Replica& replica) {
        const auto settings = settings_of(replica, prefix);
        respond(settings ? answer(*settings)
                         : refusal(*parts_.catalog, settings.error(), language));
    });
}

void Api::post_setting(const ApiRequest& request, Language language, Respond respond) {
    const std::string name{segment_at(request.path, name_segment)};
    const auto object = read_object(request.body);
    const json::value* value = object ? object->if_contains("value") : nullptr;
    if (!is_setting_name(name) || value == nullptr || object->size() != 1) {
        respond(problem(bad_body(value == nullptr ? "value" : "name"), language));
        return;
    }
    const std::string text = value->is_null() ? std::string{} : answer(*value).body;
    if (text.size() > setting_bytes_max) {
        respond(problem(bad_body("value"), language));
        return;
    }
    parts_.desk->ask([this, language, name, text, respond = std::move(respond)](Replica& replica) {
        const auto kept = replica.keep_note(name, text);
        respond(kept ? answer(json::object{{"kept", !text.empty()}})
                     : refusal(*parts_.catalog, kept.error(), language));
    });
}

}  // namespace zhibu::client
