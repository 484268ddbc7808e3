#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/replica/replica.hpp"
#include "client/words/forms.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/detail/jobs.hpp"
#include "client/workbench/api/queries.hpp"
#include "client/workflow/named_filters.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/rules.hpp"

/// Api's operations on what is to be done: the rules of the day, counted over the organisations of
/// this replica, and how much of what must be filled in is.
namespace zhibu::client {
namespace {

namespace json = boost::json;

/// Organisations surveyed before an answer, and in one turn after it; others ask in between.
constexpr std::size_t at_once = 8;
constexpr std::size_t a_turn = 4;
constexpr std::uint32_t page_max = 1000;

std::expected<std::vector<record::RecordId>, ReplicaError> organisations_of(
    Replica& replica, const catalog::Catalog& catalog) {
    std::vector<record::RecordId> ids;
    ListQuery query;
    query.kind = catalog.kind("organisation").id();
    query.limit = page_max;
    for (bool more = true; more; query.offset += page_max) {
        ZHIBU_TRY(page, replica.list(query));
        for (const record::RecordState& each : page.records) {
            ids.push_back(each.key.id);
        }
        more = ids.size() < page.total && !page.records.empty();
    }
    return ids;
}

bool is_of_the_day(std::string_view rule) {
    const auto described = rules::described_rules();
    const auto found = std::ranges::find(described, rule, &rules::Described::id);
    return found != described.end() && found->when == rules::When::day;
}

/// The message of the first of the records that a rule names, as it stands now.
std::vector<record::Parameter> parameters_of(Replica& replica, const SurveyCount& count) {
    const std::vector<record::RecordKey> keys{count.first};
    const auto findings = replica.survey(Draft{"survey", {}}, keys);
    if (!findings) {
        return {};
    }
    const auto found = std::ranges::find(*findings, count.rule, &rules::Finding::rule);
    return found == findings->end() ? std::vector<record::Parameter>{} : found->parameters;
}

std::string text_of(Replica& replica, const SurveyCount& count, Language language) {
    std::string text = rules::message(count.rule, language, parameters_of(replica, count));
    if (count.records > 1) {
        const std::string number = std::to_string(count.records);
        text += language == Language::zh ? "（共" + number + "条）" : " (" + number + " in all)";
    }
    return text;
}

json::object item_form(Replica& replica, const catalog::Catalog& catalog, const SurveyCount& count,
                       record::Date today, Language language) {
    rules::Finding finding;
    finding.rule = count.rule;
    finding.severity = count.severity;
    finding.record = count.first;
    const json::array shown = finding_forms(catalog, {finding}, language);
    const std::string_view kind = catalog.find(count.kind)->name;
    json::object form{{"rule", count.rule},
                      {"sort", is_of_the_day(count.rule) ? "reminder" : "check"},
                      {"severity", shown.front().at("severity")},
                      {"count", count.records},
                      {"text", text_of(replica, count, language)},
                      {"query", json::object{{"kind", kind}, {"finding", count.rule}}}};
    if (count.due) {
        form["deadline"] = to_text(*count.due);
        form["overdue"] = *count.due < today;
    }
    return form;
}

/// Exact: the page divides.
json::object filled_form(const Filled& filled) {
    json::array fields;
    for (const FilledField& each : filled.fields) {
        fields.emplace_back(json::object{{"field", each.field}, {"filled", each.filled}});
    }
    return {{"records", filled.records}, {"fields", std::move(fields)}};
}

}  // namespace

std::expected<void, ReplicaError> Api::begin_survey(Replica& replica) {
    const record::Date today = record::shanghai_day(parts_.clock->now());
    const std::uint64_t revision = revision_.load();
    if (survey_->running || (survey_->day == today && survey_->revision == revision)) {
        return {};
    }
    ZHIBU_TRY(organisations, organisations_of(replica, *parts_.catalog));
    if (survey_->day != today) {
        ZHIBU_TRY_VOID(replica.forget_survey());
    }
    survey_->total = organisations.size();
    survey_->left = std::move(organisations);
    survey_->day = today;
    survey_->revision = revision;
    return {};
}

std::expected<void, ReplicaError> Api::survey_some(Replica& replica, std::size_t organisations) {
    for (std::size_t each = 0; each < organisations && !survey_->left.empty(); ++each) {
        ZHIBU_TRY_VOID(replica.survey_organisation(survey_->left.back()));
        survey_->left.pop_back();
    }
    return {};
}

void Api::survey_on() {
    parts_.desk->ask([this](Replica& replica) {
        const auto done = survey_some(replica, a_turn);
        if (done && !survey_->left.empty()) {
            survey_on();
            return;
        }
        survey_->running = false;
        watcher_(ApiNews::changed);
    });
}

void Api::get_reminders(const ApiRequest& /*request*/, Language language, Respond respond) {
    parts_.desk->ask([this, language, respond = std::move(respond)](Replica& replica) {
        auto done = begin_survey(replica);
        if (done && !survey_->running) {
            done = survey_some(replica, at_once);
        }
        const auto counts = done ? replica.survey_counts()
                                 : std::expected<std::vector<SurveyCount>, ReplicaError>{
                                       std::unexpected{done.error()}};
        if (!counts) {
            respond(refusal(*parts_.catalog, counts.error(), language));
            return;
        }
        if (!survey_->left.empty() && !survey_->running) {
            survey_->running = true;
            survey_on();
        }
        json::array items;
        for (const SurveyCount& each : *counts) {
            items.emplace_back(item_form(replica, *parts_.catalog, each, *survey_->day, language));
        }
        json::object form{{"day", to_text(*survey_->day)},
                          {"complete", survey_->left.empty()},
                          {"done", survey_->total - survey_->left.size()},
                          {"total", survey_->total},
                          {"items", std::move(items)}};
        if (auto refused = add_filled(replica, form, language)) {
            respond(*std::move(refused));
            return;
        }
        respond(answer(form));
    });
}

std::optional<ApiResponse> Api::add_filled(Replica& replica, json::object& form,
                                           Language language) {
    json::object required;
    std::uint64_t filled = 0;
    std::uint64_t due = 0;
    for (const auto& [kind, filter] :
         {std::pair{"person", "all_members"}, std::pair{"organisation", ""}}) {
        ListWish wish;
        wish.query.kind = parts_.catalog->kind(kind).id();
        if (*filter != '\0') {
            wish.filters.push_back(find_filter(kind, filter));
        }
        const auto query = resolve(replica, wish);
        const auto counted =
            query ? replica.filled(*query)
                  : std::expected<Filled, ReplicaError>{std::unexpected{query.error()}};
        if (!counted) {
            return refusal(*parts_.catalog, counted.error(), language);
        }
        for (const FilledField& each : counted->fields) {
            filled += each.filled;
            due += counted->records;
        }
        required[kind] = filled_form(*counted);
    }
    required["filled"] = filled;
    required["due"] = due;
    form["required"] = std::move(required);
    return std::nullopt;
}

}  // namespace zhibu::client
