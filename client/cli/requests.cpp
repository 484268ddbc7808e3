#include "client/cli/requests.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/cli/devices.hpp"
#include "client/cli/lookup.hpp"
#include "client/cli/records.hpp"
#include "client/cli/text_table.hpp"
#include "client/words/forms.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using catalog::Kind;
using record::Value;

constexpr std::uint32_t listed_max = 1'000;

// Codes of account_request_kind.
constexpr std::string_view opens = "1";
constexpr std::string_view changes_holder = "2";
constexpr std::string_view ends = "4";

const Kind& kind_of(std::string_view name) { return catalog::standard_catalog().kind(name); }

const Value& value_of(const record::RecordState& state, const Kind& kind, std::string_view field) {
    return state.value(kind.field(field).id());
}

std::string text_of(const record::RecordState& state, const Kind& kind, std::string_view field) {
    const auto* text = std::get_if<std::string>(&value_of(state, kind, field));
    return text == nullptr ? std::string{} : *text;
}

std::expected<std::vector<record::RecordState>, ReplicaError> listed(
    Replica& replica, const Kind& kind, std::vector<Condition> conditions) {
    ListQuery query;
    query.kind = kind.id();
    query.conditions = std::move(conditions);
    query.limit = listed_max;
    auto page = replica.list(query);
    if (!page) {
        return std::unexpected{std::move(page).error()};
    }
    return std::move(page->records);
}

Condition equal(const Kind& kind, std::string_view field, Value value) {
    return {kind.field(field).id(), Condition::Relation::equal, {std::move(value)}};
}

/// The one whose id begins so, or why there is none.
std::expected<record::RecordState, Exit> find_request(Console& console, Replica& replica,
                                                      const std::string& which) {
    auto all = listed(replica, kind_of("account_request"), {});
    if (!all) {
        return std::unexpected{client::fail(console, all.error())};
    }
    std::erase_if(*all, [&](const record::RecordState& state) {
        return which.empty() || !to_text(state.key.id).starts_with(which);
    });
    if (all->size() != 1) {
        return std::unexpected{
            client::fail(console, Exit::usage,
                         all->empty() ? "本机没有该编号的账号申请。"
                                      : "不止一份账号申请的编号以此开头，请多写几位。",
                         all->empty() ? "There is no account request of that id here."
                                      : "More than one account request's id begins so; give more "
                                        "of it.")};
    }
    return std::move(all->front());
}

/// A request of the own replica, which stays open with it.
struct OpenRequest {
    OpenReplica opened;
    record::RecordState request;
};

std::expected<OpenRequest, Exit> open_request(Console& console, const std::string& which) {
    ZHIBU_TRY(opened, open_replica(console));
    ZHIBU_TRY(request, find_request(console, *opened.replica, which));
    return OpenRequest{std::move(opened), std::move(request)};
}

record::Date today(const Console& console) { return record::shanghai_day(console.clock.now()); }

rules::Parameters parameters_of(Replica& replica) {
    const auto status = replica.status();
    return status && status->lease ? rules::from_list(status->lease->rules) : rules::Parameters{};
}

/// Days from today to the planned day, and whether the lead was kept.
struct Lead {
    std::optional<std::int64_t> days_left;
    bool is_short = false;
};

Lead lead_of(const record::RecordState& state, const record::Date& now, int notice_days) {
    const Kind& kind = kind_of("account_request");
    const auto* effective = std::get_if<record::Date>(&value_of(state, kind, "effective_on"));
    const auto* asked = std::get_if<record::Date>(&value_of(state, kind, "requested_on"));
    Lead lead;
    if (effective != nullptr) {
        lead.days_left = (record::shanghai_midnight(*effective).milliseconds -
                          record::shanghai_midnight(now).milliseconds) /
                         86'400'000;
        lead.is_short = asked != nullptr && record::add_days(*asked, notice_days) > *effective;
    }
    return lead;
}

/// Whose name stands under an answer: the account's holder, otherwise the account.
std::string answerer(Replica& replica, const Identity& identity) {
    const Kind& kind = kind_of("account");
    const auto own = replica.find({kind.id(), identity.account});
    const std::string holder = own && *own ? text_of(**own, kind, "holder") : std::string{};
    return holder.empty() ? identity.account_name : holder;
}

DraftField field(const Kind& kind, std::string_view name, Value value) {
    return {kind.field(name).id(), std::move(value)};
}

/// What the application says of the account, under the account's own names.
std::vector<DraftField> asked_fields(const record::RecordState& request) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> names{
        {{"account_name", "name"},
         {"nature", "nature"},
         {"level", "level"},
         {"permission", "permission"},
         {"expires_on", "expires_on"},
         {"holder", "holder"},
         {"post", "post"},
         {"phone", "phone"},
         {"reason", "reason"}}};
    const Kind& asked = kind_of("account_request");
    const Kind& account = kind_of("account");
    std::vector<DraftField> fields;
    for (const auto& [from, to] : names) {
        if (const Value& value = value_of(request, asked, from); !record::is_empty(value)) {
            fields.push_back(field(account, to, value));
        }
    }
    return fields;
}

using Changes = std::expected<std::vector<DraftChange>, Exit>;

/// The account as it was asked for.
DraftChange opening(const record::RecordState& request, const record::RecordId& id) {
    const Kind& account = kind_of("account");
    DraftChange change;
    change.record = {account.id(), id};
    change.operation = record::Operation::create;
    change.fields = asked_fields(request);
    change.fields.push_back(field(account, "organisation",
                                  value_of(request, kind_of("account_request"), "organisation")));
    change.fields.push_back(field(account, "state", Value{std::string{"1"}}));
    return change;
}

/// What the approval does to the account that the application names.
Changes changing(Console& console, Replica& replica, const record::RecordState& request,
                 const RequestWords& words) {
    const Kind& asked = kind_of("account_request");
    const Kind& kind = kind_of("account");
    const auto* account = std::get_if<record::RecordId>(&value_of(request, asked, "account"));
    if (account == nullptr) {
        return std::unexpected{
            client::fail(console, Exit::refused, "没有保存：该申请未写明现有账号。",
                         "Not saved: the request does not name the account that it is about.")};
    }
    std::vector<DraftChange> changes;
    DraftChange change{{kind.id(), *account}, record::Operation::update, {}};
    const std::string sort = text_of(request, asked, "request_kind");
    if (sort == ends) {
        change.fields = {field(kind, "state", Value{std::string{words.removes ? "3" : "2"}})};
    } else {
        change.fields = asked_fields(request);
    }
    if (sort == changes_holder) {
        auto revoked = revocations(replica, *account, "更换管理员");
        if (!revoked) {
            return std::unexpected{client::fail(console, revoked.error())};
        }
        changes = *std::move(revoked);
    }
    changes.push_back(std::move(change));
    return changes;
}

DraftChange answer(Console& console, Replica& replica, const Identity& identity,
                   const record::RecordState& request, std::string_view state,
                   const RequestWords& words) {
    const Kind& kind = kind_of("account_request");
    DraftChange change{request.key, record::Operation::update, {}};
    change.fields = {field(kind, "state", Value{std::string{state}}),
                     field(kind, "approved_by", Value{answerer(replica, identity)}),
                     field(kind, "approved_on", Value{today(console)})};
    if (!words.document.empty()) {
        change.fields.push_back(field(kind, "document", Value{words.document}));
    }
    if (!words.remark.empty()) {
        change.fields.push_back(field(kind, "remark", Value{words.remark}));
    }
    return change;
}

std::string shown_in(Replica& replica, const record::RecordState& state, std::string_view name,
                     Language language) {
    const Kind& kind = kind_of("account_request");
    return shown(replica, catalog::standard_catalog(), kind.field(name),
                 value_of(state, kind, name), language);
}

constexpr std::size_t short_id_characters = 13;

}  // namespace

Exit ask_for_account(Console& console, const RequestWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const Kind& kind = kind_of("account_request");
    auto fields = read_assignments(replica, catalog::standard_catalog(), kind, words.fields);
    if (!fields) {
        const WordError error = unsaved(fields.error());
        return client::fail(console, Exit::usage, error.zh, error.en);
    }
    const auto add_unless_given = [&](std::string_view name, Value value) {
        if (std::ranges::find(*fields, kind.field(name).id(), &DraftField::field) ==
            fields->end()) {
            fields->push_back(field(kind, name, std::move(value)));
        }
    };
    add_unless_given("request_kind", Value{std::string{opens}});
    add_unless_given("requested_on", Value{today(console)});
    add_unless_given("state", Value{std::string{rules::request_open}});
    DraftChange change{
        {kind.id(), replica.new_record_id()}, record::Operation::create, *std::move(fields)};
    const record::RecordId id = change.record.id;
    return commit_draft(console, replica, {"ask_for_account", {std::move(change)}}, id);
}

Exit list_requests(Console& console, const RequestWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const Kind& kind = kind_of("account_request");
    std::vector<Condition> conditions;
    if (!words.all) {
        conditions.push_back(equal(kind, "state", Value{std::string{rules::request_open}}));
    }
    const auto requests = listed(replica, kind, std::move(conditions));
    if (!requests) {
        return client::fail(console, requests.error());
    }
    const int notice_days = parameters_of(replica).account_notice_days;
    const bool zh = console.language == Language::zh;
    json::array forms;
    std::vector<std::vector<std::string>> rows;
    for (const record::RecordState& request : *requests) {
        const Lead lead = lead_of(request, today(console), notice_days);
        json::object form =
            record_form(replica, catalog::standard_catalog(), kind, request, console.language);
        if (lead.days_left) {
            form["days_left"] = *lead.days_left;
        }
        form["short_notice"] = lead.is_short;
        forms.emplace_back(std::move(form));
        const auto column = [&](std::string_view name) {
            return shown_in(replica, request, name, console.language);
        };
        std::string left = lead.days_left ? std::to_string(*lead.days_left) : std::string{};
        left += lead.is_short ? (zh ? "（不足" : " (under ") + std::to_string(notice_days) +
                                    (zh ? "天）" : ")")
                              : std::string{};
        rows.push_back({to_text(request.key.id).substr(0, short_id_characters),
                        column("request_kind"), column("organisation"), column("account_name"),
                        column("holder"), column("requested_on"), column("effective_on"),
                        std::move(left), column("state")});
    }
    if (console.json) {
        console.out << json::serialize(forms) << '\n';
        return Exit::done;
    }
    console.out << text_table(
        zh ? std::vector<std::string>{"编号", "类别", "管辖组织", "账号名称", "管理员", "申请日期",
                                      "计划日期", "剩余天数", "状态"}
           : std::vector<std::string>{"id", "kind", "scope", "account", "holder", "requested",
                                      "planned", "days left", "state"},
        rows);
    return Exit::done;
}

Exit print_request(Console& console, const RequestWords& words) {
    const auto found = open_request(console, words.which);
    if (!found) {
        return found.error();
    }
    Replica& replica = *found->opened.replica;
    const record::RecordState& request = found->request;
    // The paper goes to the office above, in its language.
    const Kind& kind = kind_of("account_request");
    console.out << "账号申请报告\n\n";
    for (const catalog::Field& each : kind.fields) {
        const std::string text = printable(shown_in(replica, request, each.name, Language::zh));
        if (!text.empty()) {
            console.out << each.label.zh << "：" << text << '\n';
        }
    }
    console.out << "数量：1\n编号：" << to_text(request.key.id)
                << "\n\n申请单位（盖章）：                    年    月    日\n"
                   "\n审批意见：\n\n审批单位（盖章）：                    年    月    日\n";
    return Exit::done;
}

Exit approve_request(Console& console, const RequestWords& words) {
    const auto found = open_request(console, words.which);
    if (!found) {
        return found.error();
    }
    Replica& replica = *found->opened.replica;
    const record::RecordState& request = found->request;
    DraftChange answered =
        answer(console, replica, found->opened.identity, request, rules::request_approved, words);
    const Kind& kind = kind_of("account_request");
    Draft draft{"approve_request", {}};
    if (text_of(request, kind, "request_kind") == opens) {
        const record::RecordId account = replica.new_record_id();
        draft.changes.push_back(opening(request, account));
        answered.fields.push_back(field(kind, "account", Value{account}));
    } else {
        auto changes = changing(console, replica, request, words);
        if (!changes) {
            return changes.error();
        }
        draft.changes = *std::move(changes);
    }
    draft.changes.push_back(std::move(answered));
    return commit_draft(console, replica, draft, request.key.id);
}

Exit decline_request(Console& console, const RequestWords& words) {
    const auto found = open_request(console, words.which);
    if (!found) {
        return found.error();
    }
    Replica& replica = *found->opened.replica;
    const record::RecordState& request = found->request;
    return commit_draft(console, replica,
                        {"decline_request",
                         {answer(console, replica, found->opened.identity, request, "3", words)}},
                        request.key.id);
}

}  // namespace zhibu::client
