#include "client/cli/casework.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/casework/casework.hpp"
#include "client/cli/lookup.hpp"
#include "client/cli/session.hpp"
#include "client/cli/text_table.hpp"
#include "client/words/casework_forms.hpp"
#include "client/words/forms.hpp"
#include "client/words/words.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::uint32_t listed_max = 1'000;
constexpr std::size_t cell_columns = 60;

using Row = std::vector<std::string>;

Exit no_such(Console& console, std::string_view zh, std::string_view en) {
    return fail(console, Exit::usage, "本机没有编号为此的" + std::string{zh} + "。",
                "There is no " + std::string{en} + " of that number here.");
}

std::string text_at(const json::object& form, std::string_view name) {
    const json::value* value = form.if_contains(name);
    if (value == nullptr) {
        return {};
    }
    if (const json::string* text = value->if_string()) {
        return std::string{*text};
    }
    return json::serialize(*value);
}

std::string minute_at(const json::object& form, std::string_view name) {
    const std::int64_t milliseconds = form.at(name).as_int64();
    return milliseconds == 0 ? std::string{} : local_minute(record::Instant{milliseconds});
}

std::string messages_of(const json::object& form) {
    std::string words;
    for (const json::value& reason : form.at("reasons").as_array()) {
        words += words.empty() ? "" : " ";
        words += text_at(reason.as_object(), "message");
    }
    return words;
}

/// Commits one after another; the first that is refused ends it.
Exit commit_all(Console& console, Replica& replica, const std::vector<Draft>& drafts) {
    const auto sign = load_signer(console);
    if (!sign) {
        return sign.error();
    }
    Committed last;
    for (const Draft& draft : drafts) {
        auto committed = replica.commit(draft, *sign);
        if (!committed) {
            return fail(console, committed.error());
        }
        last = *std::move(committed);
    }
    if (console.json) {
        console.out << json::serialize(json::object{
                           {"sequence", last.sequence.position},
                           {"saved", last.sequence.position != 0},
                           {"warnings", finding_forms(catalog::standard_catalog(), last.warnings,
                                                      console.language)}})
                    << '\n';
        return Exit::done;
    }
    const bool zh = console.language == Language::zh;
    if (last.sequence.position == 0) {
        console.out << (zh ? "没有变化，无需保存。\n" : "Nothing changed, so nothing was saved.\n");
    } else {
        console.out << (zh ? "已保存在本机，同步后由服务器执行。\n"
                           : "Saved on this machine; the server carries it out once you have "
                             "synchronised.\n");
    }
    return Exit::done;
}

/// Done: it may.
template <class Decision>
Exit check_officer(Console& console, Replica& replica, Decision decision) {
    const auto may = may_decide(replica, decision);
    if (!may) {
        return fail(console, may.error());
    }
    return *may ? Exit::done
                : fail(console, Exit::refused, rules::message("not_the_decider", Language::zh, {}),
                       rules::message("not_the_decider", Language::en, {}));
}

std::optional<CaseDecision> decision_of(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, CaseDecision>, 5> words{
        {{"accept", CaseDecision::accept},
         {"amend", CaseDecision::amend},
         {"return", CaseDecision::give_back},
         {"discard", CaseDecision::discard},
         {"withdraw", CaseDecision::withdraw}}};
    const auto* found =
        std::ranges::find(words, word, &std::pair<std::string_view, CaseDecision>::first);
    return found == words.end() ? std::nullopt : std::optional{found->second};
}

void print_content(Console& console, const json::object& form) {
    const bool zh = console.language == Language::zh;
    if (!form.contains("content")) {
        console.out << (zh ? "内容涉及本账号管辖范围以外的记录，由上级处理。\n"
                           : "It names records outside this account's scope; an officer further "
                             "above decides it.\n");
        return;
    }
    std::vector<Row> rows;
    std::size_t number = 0;
    for (const json::value& change : form.at("content").as_array()) {
        const json::object& object = change.as_object();
        const std::string which = std::to_string(++number) + " " +
                                  text_at(object, "operation_text") + " " +
                                  text_at(object, "kind_text");
        rows.push_back({which, "", "", ""});
        for (const json::value& field : object.at("fields").as_array()) {
            rows.push_back({"", text_at(field.as_object(), "label"),
                            text_at(field.as_object(), "value"),
                            text_at(field.as_object(), "previous")});
        }
    }
    console.out << text_table(
        zh ? Row{"修改", "字段", "新值", "原值"} : Row{"change", "field", "value", "before"}, rows,
        cell_columns);
}

Exit show_case(Console& console, Replica& replica, const std::string& number) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto found = find_case(replica, catalog, number);
    if (!found) {
        return fail(console, found.error());
    }
    if (!*found) {
        return no_such(console, "待审", "case");
    }
    const json::object form = case_form(replica, catalog, **found, console.language);
    if (console.json) {
        console.out << json::serialize(form) << '\n';
        return Exit::done;
    }
    const bool zh = console.language == Language::zh;
    console.out << text_table(zh ? Row{"项目", "内容"} : Row{"item", "content"},
                              {{zh ? "状态" : "state", text_at(form, "state_text")},
                               {zh ? "组织" : "organisation", text_at(form, "organisation")},
                               {zh ? "账号" : "account", text_at(form, "account")},
                               {zh ? "收到时间" : "arrived", minute_at(form, "arrived_at")},
                               {zh ? "原因" : "why", messages_of(form)},
                               {zh ? "依赖的待审" : "builds on case", text_at(form, "depends_on")},
                               {zh ? "处理意见" : "remark", text_at(form, "remark")},
                               {zh ? "处理人" : "decided by", text_at(form, "decided_by")}},
                              cell_columns * 2);
    print_content(console, form);
    return Exit::done;
}

/// "3:field=value" or "field=value": which change, and the rest.
std::pair<std::size_t, std::string> split_number(const std::string& word) {
    const auto colon = word.find(':');
    std::size_t number = 0;
    const char* end = word.data() + (colon == std::string::npos ? 0 : colon);
    const auto read = std::from_chars(word.data(), end, number);
    const bool is_number = colon != std::string::npos && read.ptr == end && number > 0;
    return is_number ? std::pair{number - 1, word.substr(colon + 1)}
                     : std::pair{std::size_t{0}, word};
}

/// The group's changes with what the officer sets otherwise.
std::expected<std::vector<DraftChange>, Exit> amended(Console& console, Replica& replica,
                                                      const QuarantineCase& of,
                                                      const std::vector<std::string>& words) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    if (!of.content) {
        return std::unexpected{fail(console, Exit::refused,
                                    "本账号看不到全部内容，不能修改后采纳。",
                                    "This account does not see all of it and cannot amend it.")};
    }
    auto wishes = wishes_of(replica, *of.content);
    if (!wishes) {
        return std::unexpected{fail(console, wishes.error())};
    }
    for (const std::string& word : words) {
        const auto [which, assignment] = split_number(word);
        if (which >= wishes->size()) {
            return std::unexpected{no_such(console, "修改", "change")};
        }
        DraftChange& wish = (*wishes)[which];
        const catalog::Kind* kind = catalog.find(wish.record.kind);
        auto fields = kind == nullptr ? std::expected<std::vector<DraftField>, WordError>{}
                                      : read_assignments(replica, catalog, *kind, {assignment});
        if (!fields) {
            return std::unexpected{
                fail(console, Exit::usage, fields.error().zh, fields.error().en)};
        }
        for (DraftField& field : *fields) {
            std::erase_if(wish.fields,
                          [&](const DraftField& each) { return each.field == field.field; });
            wish.fields.push_back(std::move(field));
        }
    }
    return *std::move(wishes);
}

Exit print_conflicts(Console& console, Replica& replica,
                     const std::expected<std::vector<FieldConflict>, ReplicaError>& found) {
    if (!found) {
        return fail(console, found.error());
    }
    const bool zh = console.language == Language::zh;
    json::array forms;
    std::vector<Row> rows;
    for (const FieldConflict& each : *found) {
        json::object form =
            conflict_form(replica, catalog::standard_catalog(), each, console.language);
        rows.push_back({text_at(form, "number"), text_at(form, "kind_text"), text_at(form, "name"),
                        text_at(form, "label"), text_at(form, "committed"),
                        text_at(form, "offered"), text_at(form, "committed_by"),
                        text_at(form, "offered_by"), text_at(form, "state_text")});
        forms.emplace_back(std::move(form));
    }
    if (console.json) {
        console.out << json::serialize(forms) << '\n';
        return Exit::done;
    }
    console.out << text_table(
        zh ? Row{"编号", "种类", "记录", "字段", "原有的值", "提出的值", "原修改人", "提出人",
                 "状态"}
           : Row{"no.", "kind", "record", "field", "stood", "offered", "by", "offered by", "state"},
        rows, cell_columns);
    return Exit::done;
}

/// Value of the word for a conflict's field, or the exit.
std::expected<record::Value, Exit> third_value(Console& console, Replica& replica,
                                               const FieldConflict& of, const std::string& word) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const catalog::Kind* kind = catalog.find(of.subject.kind);
    const catalog::Field* field = kind == nullptr ? nullptr : kind->find(of.field);
    if (field == nullptr) {
        return std::unexpected{fail(console, Exit::usage, "本程序不认识该字段，请升级。",
                                    "This program does not know that field; upgrade it.")};
    }
    auto value = read_value(replica, catalog, *field, word);
    if (!value) {
        return std::unexpected{fail(console, Exit::usage, value.error().zh, value.error().en)};
    }
    return *std::move(value);
}

Exit resubmit_loss(Console& console, Replica& replica, const std::string& number) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto found = find_conflict(replica, catalog, number);
    if (!found) {
        return fail(console, found.error());
    }
    if (!*found || !(*found)->is_own_loss) {
        return no_such(console, "被取代的修改", "lost value");
    }
    return commit_all(console, replica,
                      settle(catalog, **found, ConflictDecision::resubmit, {}, {}));
}

}  // namespace

Exit show_cases(Console& console, const CaseWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    if (!words.number.empty()) {
        return show_case(console, replica, words.number);
    }
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto cases = list_cases(replica, catalog, !words.all, listed_max);
    if (!cases) {
        return fail(console, cases.error());
    }
    const bool zh = console.language == Language::zh;
    json::array forms;
    std::vector<Row> rows;
    for (const QuarantineCase& each : *cases) {
        json::object form = case_form(replica, catalog, each, console.language);
        rows.push_back({text_at(form, "number"), text_at(form, "organisation"),
                        text_at(form, "account"), minute_at(form, "arrived_at"),
                        text_at(form, "changes"), text_at(form, "state_text"), messages_of(form)});
        forms.emplace_back(std::move(form));
    }
    if (console.json) {
        console.out << json::serialize(forms) << '\n';
        return Exit::done;
    }
    console.out << text_table(
        zh ? Row{"编号", "组织", "账号", "收到时间", "条数", "状态", "原因"}
           : Row{"no.", "organisation", "account", "arrived", "changes", "state", "why"},
        rows, cell_columns);
    return Exit::done;
}

Exit decide_case(Console& console, const CaseWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto found = find_case(replica, catalog, words.number);
    if (!found) {
        return fail(console, found.error());
    }
    if (!*found) {
        return no_such(console, "待审", "case");
    }
    const CaseDecision decision = decision_of(words.decision).value_or(CaseDecision::accept);
    if (const Exit may = check_officer(console, replica, decision); may != Exit::done) {
        return may;
    }
    std::vector<DraftChange> changes;
    if (decision == CaseDecision::amend) {
        auto wishes = amended(console, replica, **found, words.set);
        if (!wishes) {
            return wishes.error();
        }
        changes = *std::move(wishes);
    }
    const auto dependents = dependents_of(replica, catalog, **found);
    if (!dependents) {
        return fail(console, dependents.error());
    }
    return commit_all(
        console, replica,
        {decide(catalog, **found, decision, words.remark, *dependents, std::move(changes))});
}

Exit show_conflicts(Console& console, const ConflictWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    return print_conflicts(
        console, *opened->replica,
        list_conflicts(*opened->replica, catalog::standard_catalog(), !words.all, listed_max));
}

Exit settle_conflict(Console& console, const ConflictWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto found = find_conflict(replica, catalog, words.number);
    if (!found) {
        return fail(console, found.error());
    }
    if (!*found) {
        return no_such(console, "冲突", "conflict");
    }
    if (const Exit may = check_officer(console, replica, ConflictDecision::keep);
        may != Exit::done) {
        return may;
    }
    if (words.decision != "value") {
        return commit_all(console, replica,
                          settle(catalog, **found,
                                 words.decision == "mine" ? ConflictDecision::keep
                                                          : ConflictDecision::take_offered,
                                 {}, words.remark));
    }
    auto third = third_value(console, replica, **found, words.value);
    if (!third) {
        return third.error();
    }
    return commit_all(
        console, replica,
        settle(catalog, **found, ConflictDecision::third_value, *third, words.remark));
}

Exit show_losses(Console& console) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    return print_conflicts(console, *opened->replica,
                           list_losses(*opened->replica, catalog::standard_catalog(), listed_max));
}

Exit resubmit(Console& console, const std::string& what) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    if (what.contains('-')) {
        return resubmit_loss(console, replica, what);
    }
    const auto own = find_own_group(replica, what);
    if (!own) {
        return fail(console, own.error());
    }
    if (!*own) {
        return no_such(console, "修改", "group");
    }
    const auto draft = resubmit(replica, catalog::standard_catalog(), **own);
    if (!draft) {
        return fail(console, draft.error());
    }
    return commit_all(console, replica, {*draft});
}

}  // namespace zhibu::client
