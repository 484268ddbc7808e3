#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "client/cli/records.hpp"
#include "client/cli/text_table.hpp"
#include "client/words/casework_forms.hpp"
#include "client/words/forms.hpp"
#include "client/workflow/action.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

std::string editing_words(const ReplicaStatus& status, record::Instant now, Language language) {
    const bool zh = language == Language::zh;
    if (!status.lease) {
        return zh ? "尚未连接过服务器，不能修改" : "never connected; editing is not possible";
    }
    const sync::Lease& lease = *status.lease;
    if (!lease.may_write) {
        return zh ? "只读权限" : "read only";
    }
    for (const sync::EditPeriod& period : lease.periods) {
        if (period.starts_at <= now && now < period.ends_at) {
            return (zh ? "维护时段开放至 " : "the edit window is open until ") +
                   local_minute(period.ends_at);
        }
        if (now < period.starts_at && !lease.always_open) {
            return (zh ? "当前不在维护时段内，下次开始："
                       : "outside the edit window; it opens next at ") +
                   local_minute(period.starts_at);
        }
    }
    if (lease.always_open) {
        return now < lease.expires_at
                   ? (zh ? "长期账号，离线许可至 " : "long-term account, offline until ") +
                         local_minute(lease.expires_at)
                   : std::string{zh ? "离线许可已到期，请同步"
                                    : "the offline permission has ended; sync"};
    }
    return zh ? "当前不在维护时段内，尚未安排下次时段" : "outside the edit window; none is planned";
}

json::object to_json(const ReplicaStatus& status, const Identity& identity,
                     const ServerHistory& history, record::Instant now) {
    json::object out{{"account", identity.account_name},
                     {"space", to_text(status.space)},
                     {"device", to_text(status.device)},
                     {"incarnation", to_text(status.incarnation)},
                     {"epoch", to_text(status.epoch)},
                     {"confirmed", status.confirmed.position},
                     {"last_sequence", status.last_sequence.position},
                     {"last_verdict", status.last_verdict.position},
                     {"waiting", status.waiting},
                     {"quarantined", status.quarantined},
                     {"rejected", status.rejected},
                     {"parked", status.parked},
                     {"editing", editing_words(status, now, Language::en)}};
    if (status.last_contact) {
        out["last_contact"] = status.last_contact->milliseconds;
    }
    json::array findings;
    for (const NotedFinding& noted : history.findings()) {
        json::object finding = finding_form(noted.finding, Language::en);
        finding["noticed_at"] = noted.noticed_at.milliseconds;
        findings.emplace_back(std::move(finding));
    }
    out["findings"] = std::move(findings);
    if (status.lease) {
        json::array periods;
        for (const sync::EditPeriod& period : status.lease->periods) {
            periods.emplace_back(json::object{{"starts_at", period.starts_at.milliseconds},
                                              {"ends_at", period.ends_at.milliseconds}});
        }
        out["lease"] = {{"serial", status.lease->serial},
                        {"may_write", status.lease->may_write},
                        {"manages", status.lease->manages},
                        {"always_open", status.lease->always_open},
                        {"expires_at", status.lease->expires_at.milliseconds},
                        {"periods", std::move(periods)}};
    }
    return out;
}

/// What an officer has decided about it, if it was set aside.
std::string decision_words(Replica& replica, const OwnGroup& own, Language language) {
    const json::object form = own_group_form(replica, catalog::standard_catalog(), own, language);
    const json::value* found = form.if_contains("case");
    if (found == nullptr) {
        return {};
    }
    std::string words;
    for (const char* part : {"number", "state_text", "remark"}) {
        words += ' ' + std::string{found->at(part).as_string()};
    }
    return words;
}

}  // namespace

std::string outcome_words(const OwnGroup& own, Language language) {
    std::string words;
    const auto append = [&words](std::string_view text) {
        words += words.empty() ? "" : " ";
        words += text;
    };
    for (const record::Reason& reason : own.parked_because) {
        append(explain(reason, language));
    }
    if (!own.verdict) {
        return words;
    }
    for (const record::Reason& reason : own.verdict->reasons) {
        append(explain(reason, language));
    }
    const catalog::Catalog& catalog = catalog::standard_catalog();
    for (const record::FieldDecision& decision : own.verdict->decisions) {
        const catalog::Kind* kind = catalog.find(decision.record.kind);
        const catalog::Field* field = kind == nullptr ? nullptr : kind->find(decision.field);
        if (field != nullptr) {
            append(std::string{language == Language::zh ? field->label.zh : field->label.en} +
                   ": " + std::string{name_of(decision.settlement, language)});
        }
    }
    return words;
}

Exit show_status(Console& console) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    const auto status = opened->replica->status();
    if (!status) {
        return fail(console, status.error());
    }
    const record::Instant now = console.clock.now();
    if (console.json) {
        console.out << json::serialize(to_json(*status, opened->identity, *opened->history, now))
                    << '\n';
        return Exit::done;
    }
    const bool zh = console.language == Language::zh;
    const auto line = [&console](std::string_view name, std::string_view value) {
        console.out << name << value << '\n';
    };
    line(zh ? "账号：      " : "account:      ", printable(opened->identity.account_name));
    line(zh ? "服务器：    " : "server:       ", printable(opened->identity.server_host) + ":" +
                                                     std::to_string(opened->identity.server_port));
    line(zh ? "维护时段：  " : "editing:      ", editing_words(*status, now, console.language));
    line(zh ? "日志序号：  " : "log index:    ", std::to_string(status->confirmed.position));
    line(zh ? "最近连接：  " : "last contact: ",
         status->last_contact ? local_minute(*status->last_contact) : (zh ? "从未" : "never"));
    line(zh ? "待上传：    " : "waiting:      ", std::to_string(status->waiting));
    line(zh ? "待审：      " : "quarantined:  ", std::to_string(status->quarantined));
    line(zh ? "未接受：    " : "rejected:     ", std::to_string(status->rejected));
    line(zh ? "搁置：      " : "parked:       ", std::to_string(status->parked));
    for (const NotedFinding& noted : opened->history->findings()) {
        line(zh ? "注意：      " : "attention:    ",
             local_minute(noted.noticed_at) + " " + explain(noted.finding, console.language));
    }
    return Exit::done;
}

Exit list_groups(Console& console, std::uint32_t limit) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    const auto groups = opened->replica->own_groups(limit);
    if (!groups) {
        return fail(console, groups.error());
    }
    if (console.json) {
        json::array out;
        for (const OwnGroup& own : *groups) {
            out.emplace_back(own_group_form(*opened->replica, catalog::standard_catalog(), own,
                                            console.language));
        }
        console.out << json::serialize(out) << '\n';
        return Exit::done;
    }
    const bool zh = console.language == Language::zh;
    std::vector<std::vector<std::string>> rows;
    for (const OwnGroup& own : *groups) {
        rows.push_back({std::to_string(own.group.name.sequence.position),
                        name_of_action(own.group.action, console.language),
                        std::to_string(own.group.changes.size()),
                        std::string{name_of(own.stage, console.language)},
                        own.verdict ? std::to_string(own.verdict->index.position) : "",
                        outcome_words(own, console.language) +
                            decision_words(*opened->replica, own, console.language)});
    }
    console.out << text_table(
        zh ? std::vector<std::string>{"序号", "操作", "变更数", "裁定", "日志序号", "说明"}
           : std::vector<std::string>{"no.", "action", "changes", "verdict", "log index", "why"},
        rows, 90);
    return Exit::done;
}

}  // namespace zhibu::client
