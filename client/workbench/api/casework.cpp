#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/casework/casework.hpp"
#include "client/replica/replica.hpp"
#include "client/words/casework_forms.hpp"
#include "client/words/forms.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/api/queries.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/rules/rules.hpp"

/// Api's operations on cases and conflicts.
namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::size_t number_segment = 3;
constexpr std::uint32_t listed_max = 1'000;

/// What a person decides, as the page says it.
struct Wish {
    std::string decision;
    std::string remark;
    std::string value;
    /// What an amended group writes.
    std::vector<DraftChange> changes;
};

std::expected<Wish, Problem> read_wish(const catalog::Catalog& catalog, std::string_view body) {
    const auto object = read_object(body);
    if (!object) {
        return std::unexpected{object.error()};
    }
    Wish wish;
    for (const auto& [name, value] : *object) {
        if (name == "changes") {
            auto changes = read_changes(catalog, value);
            if (!changes) {
                return std::unexpected{std::move(changes).error()};
            }
            wish.changes = *std::move(changes);
            continue;
        }
        std::string* into = name == "decision" ? &wish.decision
                            : name == "remark" ? &wish.remark
                            : name == "value"  ? &wish.value
                                               : nullptr;
        const json::string* text = value.if_string();
        if (into == nullptr || text == nullptr) {
            return std::unexpected{bad_body(std::string{name})};
        }
        *into = std::string{*text};
    }
    return wish;
}

/// The answer where what was looked for is not there, or could not be read.
template <class Found>
std::optional<ApiResponse> why_missing(
    const std::expected<std::optional<Found>, ReplicaError>& found, const catalog::Catalog& catalog,
    Language language) {
    if (!found) {
        return refusal(catalog, found.error(), language);
    }
    return *found ? std::nullopt : std::optional{problem(unknown_record_problem(), language)};
}

template <class Decision, std::size_t size>
std::optional<Decision> decision_of(
    const std::array<std::pair<std::string_view, Decision>, size>& words, std::string_view word) {
    for (const auto& [name, decision] : words) {
        if (name == word) {
            return decision;
        }
    }
    return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, CaseDecision>, 5> case_decisions{
    {{"accept", CaseDecision::accept},
     {"amend", CaseDecision::amend},
     {"return", CaseDecision::give_back},
     {"discard", CaseDecision::discard},
     {"withdraw", CaseDecision::withdraw}}};

constexpr std::array<std::pair<std::string_view, ConflictDecision>, 5> conflict_decisions{
    {{"keep", ConflictDecision::keep},
     {"take", ConflictDecision::take_offered},
     {"value", ConflictDecision::third_value},
     {"resubmit", ConflictDecision::resubmit},
     {"seen", ConflictDecision::seen}}};

bool is_asked(const ApiQuery& query, const std::string& name) {
    const auto found = query.find(name);
    return found != query.end() && found->second == "true";
}

/// No value: it may.
template <class Decision>
std::optional<ApiResponse> refused_officer(Replica& replica, const catalog::Catalog& catalog,
                                           Decision decision, Language language) {
    const auto may = may_decide(replica, decision);
    if (!may) {
        return refusal(catalog, may.error(), language);
    }
    if (*may) {
        return std::nullopt;
    }
    return problem(403, "not_the_decider", rules::message("not_the_decider", language, {}), {});
}

std::expected<record::Value, Problem> read_third(const catalog::Catalog& catalog,
                                                 const FieldConflict& of, std::string_view text) {
    const catalog::Kind* kind = catalog.find(of.subject.kind);
    const catalog::Field* field = kind == nullptr ? nullptr : kind->find(of.field);
    auto value = field == nullptr ? std::nullopt : catalog::parse_value(catalog, *field, text);
    if (!value) {
        return std::unexpected{Problem{422, "unreadable_value", "另定的值无法识别。",
                                       "The third value cannot be read."}};
    }
    return *std::move(value);
}

}  // namespace

void Api::commit(Replica& replica, const std::vector<Draft>& drafts, Language language,
                 const Respond& respond) {
    Committed last;
    for (const Draft& draft : drafts) {
        auto committed = commit_one(replica, draft, language);
        if (!committed) {
            respond(std::move(committed).error());
            return;
        }
        last = *std::move(committed);
    }
    respond(
        answer(json::object{{"sequence", last.sequence.position},
                            {"warnings", finding_forms(*parts_.catalog, last.warnings, language)}},
               201));
}

void Api::get_cases(const ApiRequest& request, Language language, Respond respond) {
    const bool waiting_alone = !is_asked(request.query, "all");
    parts_.desk->ask(
        [this, language, waiting_alone, respond = std::move(respond)](Replica& replica) {
            const auto cases = list_cases(replica, *parts_.catalog, waiting_alone, listed_max);
            if (!cases) {
                respond(refusal(*parts_.catalog, cases.error(), language));
                return;
            }
            json::array forms;
            for (const QuarantineCase& each : *cases) {
                forms.emplace_back(case_form(replica, *parts_.catalog, each, language));
            }
            respond(answer(forms));
        });
}

void Api::get_case(const ApiRequest& request, Language language, Respond respond) {
    const std::string number{segment_at(request.path, number_segment)};
    parts_.desk->ask([this, language, number, respond = std::move(respond)](Replica& replica) {
        const auto found = find_case(replica, *parts_.catalog, number);
        auto missing = why_missing(found, *parts_.catalog, language);
        respond(missing ? *std::move(missing)
                        : answer(case_form(replica, *parts_.catalog, **found, language)));
    });
}

void Api::post_case(const ApiRequest& request, Language language, Respond respond) {
    const auto wish = read_wish(*parts_.catalog, request.body);
    const auto decision = wish ? decision_of(case_decisions, wish->decision) : std::nullopt;
    if (!wish || !decision) {
        respond(problem(wish ? bad_body("decision") : wish.error(), language));
        return;
    }
    const std::string number{segment_at(request.path, number_segment)};
    parts_.desk->ask([this, language, number, wish = *wish, decision = *decision,
                      respond = std::move(respond)](Replica& replica) {
        const auto found = find_case(replica, *parts_.catalog, number);
        if (auto missing = why_missing(found, *parts_.catalog, language)) {
            respond(*std::move(missing));
            return;
        }
        if (auto refused = refused_officer(replica, *parts_.catalog, decision, language)) {
            respond(*std::move(refused));
            return;
        }
        const auto dependents = dependents_of(replica, *parts_.catalog, **found);
        if (!dependents) {
            respond(refusal(*parts_.catalog, dependents.error(), language));
            return;
        }
        const Draft changes = with_ids({"amend", wish.changes}, replica);
        commit(
            replica,
            {decide(*parts_.catalog, **found, decision, wish.remark, *dependents, changes.changes)},
            language, respond);
    });
}

void Api::get_conflicts(const ApiRequest& request, Language language, Respond respond) {
    const bool losses = is_asked(request.query, "losses");
    const bool waiting_alone = !is_asked(request.query, "all");
    parts_.desk->ask(
        [this, language, losses, waiting_alone, respond = std::move(respond)](Replica& replica) {
            const auto conflicts =
                losses ? list_losses(replica, *parts_.catalog, listed_max)
                       : list_conflicts(replica, *parts_.catalog, waiting_alone, listed_max);
            if (!conflicts) {
                respond(refusal(*parts_.catalog, conflicts.error(), language));
                return;
            }
            json::array forms;
            for (const FieldConflict& each : *conflicts) {
                forms.emplace_back(conflict_form(replica, *parts_.catalog, each, language));
            }
            respond(answer(forms));
        });
}

void Api::post_conflict(const ApiRequest& request, Language language, Respond respond) {
    const auto wish = read_wish(*parts_.catalog, request.body);
    const auto decision = wish ? decision_of(conflict_decisions, wish->decision) : std::nullopt;
    if (!wish || !decision || !wish->changes.empty()) {
        respond(problem(wish ? bad_body("decision") : wish.error(), language));
        return;
    }
    const std::string number{segment_at(request.path, number_segment)};
    parts_.desk->ask([this, language, number, wish = *wish, decision = *decision,
                      respond = std::move(respond)](Replica& replica) {
        const auto found = find_conflict(replica, *parts_.catalog, number);
        if (auto missing = why_missing(found, *parts_.catalog, language)) {
            respond(*std::move(missing));
            return;
        }
        if (auto refused = refused_officer(replica, *parts_.catalog, decision, language)) {
            respond(*std::move(refused));
            return;
        }
        record::Value third;
        if (decision == ConflictDecision::third_value) {
            auto read = read_third(*parts_.catalog, **found, wish.value);
            if (!read) {
                respond(problem(read.error(), language));
                return;
            }
            third = *std::move(read);
        }
        commit(replica, settle(*parts_.catalog, **found, decision, third, wish.remark), language,
               respond);
    });
}

void Api::post_resubmit(const ApiRequest& request, Language language, Respond respond) {
    go_on_from_group(request, language, std::move(respond), &resubmit);
}

void Api::go_on_from_group(const ApiRequest& request, Language language, Respond respond,
                           DraftOfGroup draft_of) {
    const std::string sequence{segment_at(request.path, number_segment)};
    parts_.desk->ask(
        [this, language, sequence, draft_of, respond = std::move(respond)](Replica& replica) {
            const auto own = find_own_group(replica, sequence);
            if (auto missing = why_missing(own, *parts_.catalog, language)) {
                respond(*std::move(missing));
                return;
            }
            const auto draft = draft_of(replica, *parts_.catalog, **own);
            if (!draft) {
                respond(refusal(*parts_.catalog, draft.error(), language));
                return;
            }
            commit(replica, {*draft}, language, respond);
        });
}

}  // namespace zhibu::client
