#include "client/workbench/api/api.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "client/words/casework_forms.hpp"
#include "client/words/forms.hpp"
#include "client/workbench/api/detail/jobs.hpp"
#include "client/workbench/api/drafts.hpp"
#include "client/workbench/api/queries.hpp"
#include "shared/catalog/menu_sections.hpp"
#include "shared/catalog/metadata.hpp"
#include "shared/rules/own_contact.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

/// More than any code or recovery code has.
constexpr std::size_t second_factor_bytes_max = 100;

/// The account has a second factor, and the session ended for want of it.
bool wants_code(const SyncReport& report) {
    return report.refusal && (report.refusal->reason == sync::RefusalReason::second_factor_needed ||
                              report.refusal->reason == sync::RefusalReason::second_factor_wrong);
}

bool matches(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = take_segment(pattern);
        const std::string_view given = take_segment(path);
        if (!wanted.starts_with('{') && wanted != given) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

json::object editing_form(const sync::Lease& lease, record::Instant now) {
    json::object form{{"may_write", lease.may_write},
                      {"manages", lease.manages},
                      {"always_open", lease.always_open},
                      {"lease_ends_at", lease.expires_at.milliseconds}};
    json::array own_contact;
    for (const std::string_view field : rules::own_contact()) {
        own_contact.emplace_back(field);
    }
    form["own_contact"] = std::move(own_contact);
    json::array periods;
    for (const sync::EditPeriod& period : lease.periods) {
        periods.emplace_back(json::object{{"starts_at", period.starts_at.milliseconds},
                                          {"ends_at", period.ends_at.milliseconds}});
        if (period.starts_at <= now && now < period.ends_at) {
            form["open_until"] = period.ends_at.milliseconds;
        } else if (now < period.starts_at && !form.contains("opens_next")) {
            form["opens_next"] = period.starts_at.milliseconds;
        }
    }
    form["periods"] = std::move(periods);
    return form;
}

std::string scope_name(Replica& replica, const catalog::Catalog& catalog,
                       const sync::Lease& lease) {
    const catalog::Kind& kind = catalog.kind("organisation");
    const auto found = replica.find(record::RecordKey{kind.id(), lease.scope});
    return found && *found ? record::to_text((*found)->value(kind.field("name").id()))
                           : std::string{};
}

/// The kinds of those sections that the account only reads.
json::array kinds_read_only(Replica& replica, const catalog::Catalog& catalog,
                            record::RecordId own_account) {
    json::array kinds;
    const catalog::Kind& accounts = catalog.kind("account");
    const auto account = replica.find(record::RecordKey{accounts.id(), own_account});
    if (!account || !*account) {
        return kinds;
    }
    for (const catalog::Kind& kind : catalog.kinds()) {
        const catalog::MenuSection* section = catalog::menu_section_of(catalog, kind);
        if (section != nullptr && catalog::keeps_from_writing(record::to_text((*account)->value(
                                      accounts.field(section->permission).id())))) {
            kinds.emplace_back(kind.name);
        }
    }
    return kinds;
}

json::object status_form(Replica& replica, const catalog::Catalog& catalog,
                         const ReplicaStatus& status, record::Instant now) {
    json::object form{{"now", now.milliseconds},     {"confirmed", status.confirmed.position},
                      {"waiting", status.waiting},   {"quarantined", status.quarantined},
                      {"rejected", status.rejected}, {"parked", status.parked}};
    if (status.last_contact) {
        form["last_contact"] = status.last_contact->milliseconds;
    }
    if (status.lease) {
        form["scope"] = scope_name(replica, catalog, *status.lease);
        form["scope_id"] = to_text(status.lease->scope);
        form["account_id"] = to_text(status.lease->account);
        json::object editing = editing_form(*status.lease, now);
        editing["only_read"] = kinds_read_only(replica, catalog, status.account);
        form["editing"] = std::move(editing);
    }
    return form;
}

}  // namespace

Api::Api(ApiParts parts)
    : parts_{std::move(parts)},
      survey_{std::make_unique<Survey>()},
      exports_{std::make_unique<Exports>()} {}

Api::~Api() = default;

std::span<const Api::Route> Api::routes() {
    static constexpr std::array table{
        Route{"GET", "/api/catalog", &Api::get_catalog},
        Route{"GET", "/api/status", &Api::get_status},
        Route{"GET", "/api/records/{kind}", &Api::get_records},
        Route{"GET", "/api/records/{kind}/{id}", &Api::get_record},
        Route{"GET", "/api/records/{kind}/{id}/history", &Api::get_history},
        Route{"GET", "/api/filters/{kind}", &Api::get_filters},
        Route{"GET", "/api/settings", &Api::get_settings},
        Route{"POST", "/api/settings/{name}", &Api::post_setting},
        Route{"GET", "/api/reminders", &Api::get_reminders},
        Route{"GET", "/api/exports", &Api::get_exports},
        Route{"POST", "/api/exports", &Api::post_export},
        Route{"GET", "/api/exports/{number}", &Api::get_export},
        Route{"POST", "/api/exports/{number}/cancel", &Api::cancel_export},
        Route{"GET", "/api/exports/{number}/file", &Api::get_export_file},
        Route{"GET", "/api/groups", &Api::get_groups},
        Route{"POST", "/api/groups", &Api::post_group},
        Route{"POST", "/api/check", &Api::post_check},
        Route{"POST", "/api/imports/preview", &Api::preview_import},
        Route{"POST", "/api/imports", &Api::post_import},
        Route{"POST", "/api/groups/{sequence}/undo", &Api::post_undo},
        Route{"POST", "/api/groups/{sequence}/resubmit", &Api::post_resubmit},
        Route{"GET", "/api/actions", &Api::get_actions},
        Route{"POST", "/api/actions/{name}/preview", &Api::preview_action},
        Route{"POST", "/api/actions/{name}", &Api::post_action},
        Route{"GET", "/api/contacts", &Api::get_contacts},
        Route{"GET", "/api/cases", &Api::get_cases},
        Route{"GET", "/api/cases/{number}", &Api::get_case},
        Route{"POST", "/api/cases/{number}", &Api::post_case},
        Route{"GET", "/api/conflicts", &Api::get_conflicts},
        Route{"POST", "/api/conflicts/{number}", &Api::post_conflict},
        Route{"POST", "/api/records/account/{id}/code", &Api::post_code},
        Route{"POST", "/api/sync", &Api::post_sync},
    };
    return table;
}

void Api::handle(const ApiRequest& request, Respond respond) {
    const Language language = language_of(request.query);
    bool path_known = false;
    for (const Route& route : routes()) {
        if (!matches(route.path, request.path)) {
            continue;
        }
        path_known = true;
        if (route.method == request.method) {
            (this->*route.operation)(request, language, std::move(respond));
            return;
        }
    }
    respond(problem(path_known ? other_method_problem() : unknown_operation_problem(), language));
}

void Api::set_report(const SyncReport& report) {
    {
        const std::lock_guard lock{report_mutex_};
        report_ = report;
    }
    watcher_(ApiNews::sync);
}

void Api::watch(std::function<void(ApiNews)> watcher) { watcher_ = std::move(watcher); }

void Api::touch() {
    ++revision_;
    watcher_(ApiNews::changed);
}

void Api::get_catalog(const ApiRequest& /*request*/, Language /*language*/, Respond respond) {
    respond(ApiResponse{200, catalog::metadata_json(*parts_.catalog)});
}

void Api::get_status(const ApiRequest& /*request*/, Language language, Respond respond) {
    SyncReport report;
    {
        const std::lock_guard lock{report_mutex_};
        report = report_;
    }
    const std::uint64_t revision = revision_.load();
    parts_.desk->ask(
        [this, language, report, revision, respond = std::move(respond)](Replica& replica) {
            const auto status = replica.status();
            if (!status) {
                respond(refusal(*parts_.catalog, status.error(), language));
                return;
            }
            json::object form = status_form(replica, *parts_.catalog, *status, parts_.clock->now());
            form["revision"] = revision;
            form["account"] = parts_.account_name;
            form["sync"] = json::object{{"phase", static_cast<int>(report.phase)},
                                        {"phase_text", name_of(report.phase, language)},
                                        {"message", explain(report, language)},
                                        {"wants_code", wants_code(report)}};
            respond(answer(form));
        });
}

void Api::get_record(const ApiRequest& request, Language language, Respond respond) {
    const auto named = record_named_by(*parts_.catalog, request.path);
    if (!named) {
        respond(problem(named.error(), language));
        return;
    }
    parts_.desk->ask([this, language, kind = named->kind, key = named->key,
                      respond = std::move(respond)](Replica& replica) {
        const auto found = replica.find(key);
        if (!found) {
            respond(refusal(*parts_.catalog, found.error(), language));
        } else if (*found) {
            respond(answer(record_form(replica, *parts_.catalog, *kind, **found, language)));
        } else if (const auto above =
                       kind->name == "organisation" ? find_above(replica, key.id) : std::nullopt) {
            respond(answer(above_form(*parts_.catalog, *above, language)));
        } else {
            respond(problem(unknown_record_problem(), language));
        }
    });
}

void Api::get_groups(const ApiRequest& /*request*/, Language language, Respond respond) {
    constexpr std::uint32_t groups_max = 200;
    parts_.desk->ask([this, language, respond = std::move(respond)](Replica& replica) {
        const auto groups = replica.own_groups(groups_max);
        if (!groups) {
            respond(refusal(*parts_.catalog, groups.error(), language));
            return;
        }
        json::array forms;
        for (const OwnGroup& own : *groups) {
            forms.emplace_back(own_group_form(replica, *parts_.catalog, own, language));
        }
        respond(answer(forms));
    });
}

void Api::post_group(const ApiRequest& request, Language language, Respond respond) {
    auto wish = read_draft(*parts_.catalog, request.body);
    if (!wish) {
        respond(problem(wish.error(), language));
        return;
    }
    parts_.desk->ask([this, language, wish = *std::move(wish),
                      respond = std::move(respond)](Replica& replica) mutable {
        const Draft draft = with_ids(std::move(wish), replica);
        const auto committed = commit_one(replica, draft, language);
        if (!committed) {
            respond(committed.error());
            return;
        }
        json::array records;
        for (const DraftChange& change : draft.changes) {
            records.emplace_back(to_text(change.record.id));
        }
        respond(saved(*committed, std::move(records), language));
    });
}

std::expected<Committed, ApiResponse> Api::commit_one(Replica& replica, const Draft& draft,
                                                      Language language) {
    auto committed = replica.commit(draft, parts_.sign);
    if (!committed) {
        return std::unexpected{refusal(*parts_.catalog, committed.error(), language)};
    }
    if (committed->sequence.position != 0) {
        touch();
        parts_.group_made(committed->sequence);
    }
    return *std::move(committed);
}

ApiResponse Api::saved(const Committed& committed, json::array records, Language language) const {
    return answer(
        json::object{{"sequence", committed.sequence.position},
                     {"records", std::move(records)},
                     {"warnings", finding_forms(*parts_.catalog, committed.warnings, language)}},
        201);
}

/// The same judgement as post_group()'s, of a form that is still being filled in.
void Api::post_check(const ApiRequest& request, Language language, Respond respond) {
    auto wish = read_draft(*parts_.catalog, request.body);
    if (!wish) {
        respond(problem(wish.error(), language));
        return;
    }
    parts_.desk->ask([this, language, wish = *std::move(wish),
                      respond = std::move(respond)](Replica& replica) mutable {
        const auto findings = replica.preview(with_ids(std::move(wish), replica));
        respond(findings ? answer(json::object{
                               {"findings", finding_forms(*parts_.catalog, *findings, language)}})
                         : refusal(*parts_.catalog, findings.error(), language));
    });
}

/// Nothing, or {"code": what the account's authenticator shows}.
void Api::post_sync(const ApiRequest& request, Language language, Respond respond) {
    const auto body = read_object(request.body.empty() ? "{}" : request.body);
    if (!body) {
        respond(problem(body.error(), language));
        return;
    }
    std::string code;
    for (const auto& [name, value] : *body) {
        const json::string* text = value.if_string();
        if (name != "code" || text == nullptr || text->empty() ||
            text->size() > second_factor_bytes_max) {
            respond(problem(bad_body(std::string{std::string_view{name}}), language));
            return;
        }
        code.assign(text->begin(), text->end());
    }
    parts_.sync_now(std::move(code));
    respond(answer(json::object{{"started", true}}, 202));
}

}  // namespace zhibu::client
