#include <algorithm>
#include <boost/json.hpp>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/replica/replica.hpp"
#include "client/words/action_forms.hpp"
#include "client/words/forms.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/api/queries.hpp"
#include "client/workflow/action.hpp"
#include "client/workflow/plan_of_action.hpp"
#include "client/workflow/undo.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"

/// Api's operations on the actions by name.
namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::size_t name_segment = 3;

/// An action as a page wishes it.
struct ActionWish {
    Doing doing;
    std::set<std::string, std::less<>> accepted;
};

Problem unknown_action_problem() {
    return Problem{404, "unknown_action", "没有这项操作。", "There is no such action."};
}

Problem unreadable(const catalog::Field& field) {
    return Problem{422, "unreadable_value", "“" + std::string{field.label.zh} + "”的内容无法识别。",
                   "What stands in \"" + std::string{field.label.en} + "\" cannot be read."};
}

std::expected<ActionValues, Problem> read_values(const catalog::Catalog& catalog,
                                                 const Action& action, const json::value& given,
                                                 const std::string& place, bool single) {
    const json::object* object = given.if_object();
    if (object == nullptr) {
        return std::unexpected{bad_body(place)};
    }
    ActionValues values;
    for (const auto& [name, value] : *object) {
        const std::string_view called{name};
        const auto input = std::ranges::find(action.inputs, called, &ActionInput::name);
        const json::string* text = value.if_string();
        if (input == action.inputs.end() || text == nullptr || (single && !input->each)) {
            return std::unexpected{bad_body(place + "." + std::string{called})};
        }
        const catalog::Field& field = catalog.kind(input->kind).field(input->field);
        auto read = catalog::parse_value(catalog, field, std::string_view{*text});
        if (!read) {
            return std::unexpected{unreadable(field)};
        }
        values.emplace(std::string{called}, *std::move(read));
    }
    return values;
}

std::optional<record::RecordId> read_id(std::string_view text) {
    const auto uuid = record::parse_uuid(text);
    return uuid && !record::RecordId{*uuid}.is_none() ? std::optional{record::RecordId{*uuid}}
                                                      : std::nullopt;
}

std::expected<std::vector<record::RecordId>, Problem> read_records(const json::value& given) {
    const json::array* list = given.if_array();
    if (list == nullptr) {
        return std::unexpected{bad_body("records")};
    }
    std::vector<record::RecordId> records;
    for (const json::value& each : *list) {
        const json::string* text = each.if_string();
        const auto id = text == nullptr ? std::nullopt : read_id(std::string_view{*text});
        if (!id || std::ranges::find(records, *id) != records.end()) {
            return std::unexpected{bad_body("records[" + std::to_string(records.size()) + "]")};
        }
        records.push_back(*id);
    }
    return records;
}

std::expected<void, Problem> read_each(const catalog::Catalog& catalog, const json::value& given,
                                       Doing& doing) {
    const json::object* object = given.if_object();
    if (object == nullptr) {
        return std::unexpected{bad_body("each")};
    }
    for (const auto& [name, values] : *object) {
        const std::string place = "each." + std::string{std::string_view{name}};
        const auto id = read_id(std::string_view{name});
        if (!id || std::ranges::find(doing.records, *id) == doing.records.end()) {
            return std::unexpected{bad_body(place)};
        }
        auto read = read_values(catalog, *doing.action, values, place, true);
        if (!read) {
            return std::unexpected{std::move(read).error()};
        }
        doing.each.emplace(*id, *std::move(read));
    }
    return {};
}

std::expected<std::set<std::string, std::less<>>, Problem> read_accepted(const json::value& given) {
    const json::array* list = given.if_array();
    if (list == nullptr) {
        return std::unexpected{bad_body("accept_warnings")};
    }
    std::set<std::string, std::less<>> accepted;
    for (const json::value& each : *list) {
        const json::string* text = each.if_string();
        if (text == nullptr) {
            return std::unexpected{bad_body("accept_warnings")};
        }
        accepted.emplace(std::string_view{*text});
    }
    return accepted;
}

/// {"records": [id], "inputs": {name: text}, "each": {id: {name: text}}, "accept_warnings": [rule]}
std::expected<ActionWish, Problem> read_wish(const catalog::Catalog& catalog,
                                             const ApiRequest& request) {
    ActionWish wish;
    wish.doing.action = find_action(segment_at(request.path, name_segment));
    if (wish.doing.action == nullptr) {
        return std::unexpected{unknown_action_problem()};
    }
    const auto object = read_object(request.body);
    if (!object) {
        return std::unexpected{object.error()};
    }
    for (const auto& [name, value] : *object) {
        if (name != "records" && name != "inputs" && name != "each" && name != "accept_warnings") {
            return std::unexpected{bad_body(std::string{std::string_view{name}})};
        }
    }
    if (const json::value* given = object->if_contains("records")) {
        ZHIBU_TRY(records, read_records(*given));
        wish.doing.records = std::move(records);
    }
    if ((wish.doing.action->choice == Choice::none) != wish.doing.records.empty()) {
        return std::unexpected{bad_body("records")};
    }
    if (const json::value* given = object->if_contains("inputs")) {
        ZHIBU_TRY(values, read_values(catalog, *wish.doing.action, *given, "inputs", false));
        wish.doing.common = std::move(values);
    }
    if (const json::value* given = object->if_contains("each")) {
        ZHIBU_TRY_VOID(read_each(catalog, *given, wish.doing));
    }
    if (const json::value* given = object->if_contains("accept_warnings")) {
        ZHIBU_TRY(accepted, read_accepted(*given));
        wish.accepted = std::move(accepted);
    }
    return wish;
}

/// What keeps the plan from being done as it is, with all that it says; no value: nothing does.
std::optional<ApiResponse> held_back(Replica& replica, const catalog::Catalog& catalog,
                                     const ActionWish& wish, const PlanOfAction& plan,
                                     Language language) {
    const bool zh = language == Language::zh;
    const auto told = [&](unsigned status, std::string_view code, std::string_view message) {
        json::object form{
            {"error", json::object{{"code", code},
                                   {"message", message},
                                   {"findings", finding_forms(catalog, plan.findings, language)}}},
            {"plan", plan_form(replica, catalog, plan, language)}};
        return answer(form, status);
    };
    if (plan.is_refused) {
        return told(422, "refused",
                    zh ? "没有保存：有不符合规则的内容，请改正，或去掉这些记录后重试。"
                       : "Not saved: something breaks the rules. Put it right, or leave these "
                         "records out.");
    }
    const std::vector<std::string> warnings = warnings_of(plan);
    const bool accepted = std::ranges::all_of(
        warnings, [&](const std::string& rule) { return wish.accepted.contains(rule); });
    if (!accepted) {
        return told(
            409, "warnings_not_accepted",
            zh ? "没有保存：请先确认以下提示。" : "Not saved: please confirm what is noted first.");
    }
    return std::nullopt;
}

}  // namespace

void Api::get_actions(const ApiRequest& /*request*/, Language /*language*/, Respond respond) {
    json::array forms;
    for (const Action* each : actions()) {
        forms.emplace_back(action_form(*parts_.catalog, *each));
    }
    respond(answer(forms));
}

void Api::preview_action(const ApiRequest& request, Language language, Respond respond) {
    auto wish = read_wish(*parts_.catalog, request);
    if (!wish) {
        respond(problem(wish.error(), language));
        return;
    }
    parts_.desk->ask(
        [this, language, wish = *std::move(wish), respond = std::move(respond)](Replica& replica) {
            const auto plan = plan_action(replica, *parts_.catalog,
                                          record::shanghai_day(parts_.clock->now()), wish.doing);
            respond(plan ? answer(plan_form(replica, *parts_.catalog, *plan, language))
                         : refusal(*parts_.catalog, plan.error(), language));
        });
}

void Api::post_action(const ApiRequest& request, Language language, Respond respond) {
    auto wish = read_wish(*parts_.catalog, request);
    if (!wish) {
        respond(problem(wish.error(), language));
        return;
    }
    parts_.desk->ask(
        [this, language, wish = *std::move(wish), respond = std::move(respond)](Replica& replica) {
            const auto plan = plan_action(replica, *parts_.catalog,
                                          record::shanghai_day(parts_.clock->now()), wish.doing);
            if (!plan) {
                respond(refusal(*parts_.catalog, plan.error(), language));
                return;
            }
            if (auto kept_back = held_back(replica, *parts_.catalog, wish, *plan, language)) {
                respond(*std::move(kept_back));
                return;
            }
            const auto committed = commit_one(replica, plan->draft, language);
            if (!committed) {
                respond(committed.error());
                return;
            }
            json::array records;
            for (const PlannedRecord& each : plan->records) {
                records.emplace_back(to_text(each.record.id));
            }
            respond(saved(*committed, std::move(records), language));
        });
}

void Api::post_undo(const ApiRequest& request, Language language, Respond respond) {
    go_on_from_group(request, language, std::move(respond), &plan_undo);
}

}  // namespace zhibu::client
