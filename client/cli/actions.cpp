#include "client/cli/actions.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/cli/lookup.hpp"
#include "client/cli/text_table.hpp"
#include "client/words/action_forms.hpp"
#include "client/words/forms.hpp"
#include "client/workflow/action.hpp"
#include "client/workflow/plan_of_action.hpp"
#include "client/workflow/undo.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

std::unexpected<WordError> off(std::string zh, std::string en) {
    return std::unexpected{WordError{std::move(zh), std::move(en)}};
}

std::expected<const ActionInput*, WordError> find_input(const catalog::Catalog& catalog,
                                                        const Action& action,
                                                        std::string_view word) {
    std::string known;
    for (const ActionInput& each : action.inputs) {
        const catalog::Field& field = catalog.kind(each.kind).field(each.field);
        if (word == each.name() || word == field.label.zh || word == field.label.en) {
            return &each;
        }
        known += (known.empty() ? "" : ", ") + std::string{each.name()};
    }
    return off("“" + std::string{action.label.zh} + "”不需要“" + std::string{word} + "”。可填：" +
                   known + "。",
               "The action " + std::string{action.name} + " asks for no \"" + std::string{word} +
                   "\". It takes: " + known + ".");
}

/// Where an input's name ends; a record's name may hold '=' only behind a field's.
bool is_input(const catalog::Catalog& catalog, const Action& action, std::string_view word) {
    const auto equals = word.find('=');
    const std::string_view before = word.substr(0, equals);
    const auto colon = before.rfind(':');
    return equals != std::string_view::npos &&
           find_input(catalog, action,
                      before.substr(colon == std::string_view::npos ? 0 : colon + 1))
               .has_value();
}

std::expected<void, WordError> take_input(Replica& replica, const catalog::Catalog& catalog,
                                          Doing& doing, std::string_view word) {
    const auto equals = word.find('=');
    std::string_view name = word.substr(0, equals);
    ActionValues* into = &doing.common;
    if (const auto colon = name.rfind(':'); colon != std::string_view::npos) {
        ZHIBU_TRY(record, find_one(replica, catalog, catalog.kind(doing.action->kind),
                                   name.substr(0, colon)));
        into = &doing.each[record.key.id];
        name.remove_prefix(colon + 1);
    }
    ZHIBU_TRY(input, find_input(catalog, *doing.action, name));
    ZHIBU_TRY(value, read_value(replica, catalog, catalog.kind(input->kind).field(input->field),
                                word.substr(equals + 1)));
    into->insert_or_assign(std::string{input->name()}, std::move(value));
    return {};
}

std::expected<Doing, WordError> read_doing(Replica& replica, const catalog::Catalog& catalog,
                                           const DoWords& words) {
    Doing doing;
    doing.action = find_action(words.action);
    if (doing.action == nullptr) {
        return off("没有“" + words.action + "”这项操作。全部操作见：zhibu actions。",
                   "There is no action \"" + words.action + "\". See: zhibu actions.");
    }
    for (const std::string& word : words.words) {
        if (is_input(catalog, *doing.action, word)) {
            ZHIBU_TRY_VOID(take_input(replica, catalog, doing, word));
            continue;
        }
        ZHIBU_TRY(found, find_one(replica, catalog, catalog.kind(doing.action->kind), word));
        if (std::ranges::find(doing.records, found.key.id) == doing.records.end()) {
            doing.records.push_back(found.key.id);
        }
    }
    const bool makes = doing.action->choice == Choice::none;
    if (makes != doing.records.empty()) {
        return makes ? off("“" + std::string{doing.action->label.zh} +
                               "”新建一条记录，不必指明记录。",
                           "This action makes a record; it takes none.")
                     : off("请指明对哪些记录办理“" + std::string{doing.action->label.zh} + "”。",
                           "Say with which records the action is done.");
    }
    return doing;
}

std::expected<std::optional<OwnGroup>, ReplicaError> newest_own_group(Replica& replica) {
    ZHIBU_TRY(groups, replica.own_groups(1));
    return groups.empty() ? std::nullopt : std::optional{std::move(groups.front())};
}

void print_plan(Console& console, Replica& replica, const PlanOfAction& plan) {
    const bool zh = console.language == Language::zh;
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const json::object form = plan_form(replica, catalog, plan, console.language);
    for (const json::value& each : form.at("records").as_array()) {
        const json::string& name = each.at("name").as_string();
        console.out << (name.empty() ? std::string{zh ? "新记录" : "new record"}
                                     : printable(std::string_view{name}))
                    << '\n';
        for (const json::value& change : each.at("changes").as_array()) {
            for (const json::value& field : change.at("fields").as_array()) {
                console.out << "  " << std::string_view{change.at("kind_text").as_string()} << ' '
                            << std::string_view{field.at("label").as_string()} << ": "
                            << printable(std::string_view{field.at("before").as_string()}) << " -> "
                            << printable(std::string_view{field.at("after").as_string()}) << '\n';
            }
        }
        for (const json::value& finding : each.at("findings").as_array()) {
            const bool refuses = std::string_view{finding.at("severity").as_string()} == "refuse";
            console.out << (refuses ? (zh ? "  不能办理：" : "  refused: ")
                                    : (zh ? "  提示：" : "  note: "))
                        << printable(std::string_view{finding.at("message").as_string()}) << " ("
                        << std::string_view{finding.at("rule").as_string()} << ")\n";
        }
    }
}

Exit show_plan(Console& console, Replica& replica, const PlanOfAction& plan, Exit exit,
               const WordError& ending) {
    if (console.json) {
        json::object form = plan_form(replica, catalog::standard_catalog(), plan, console.language);
        if (exit != Exit::done) {
            form["error"] = console.language == Language::zh ? ending.zh : ending.en;
        }
        console.out << json::serialize(form) << '\n';
        return exit;
    }
    print_plan(console, replica, plan);
    return exit == Exit::done ? exit : fail(console, exit, ending.zh, ending.en);
}

Exit report(Console& console, const PlanOfAction& plan, const Committed& committed) {
    json::array ids;
    for (const PlannedRecord& each : plan.records) {
        ids.emplace_back(to_text(each.record.id));
    }
    if (console.json) {
        console.out << json::serialize(json::object{{"sequence", committed.sequence.position},
                                                    {"records", std::move(ids)}})
                    << '\n';
        return Exit::done;
    }
    const std::string records = std::to_string(plan.records.size());
    const std::string group = std::to_string(committed.sequence.position);
    console.out << (console.language == Language::zh
                        ? "已办理 " + records + " 条，保存在本机，待上传。序号 " + group +
                              "；撤销：zhibu undo\n"
                        : "Done with " + records +
                              " record(s), saved on this machine, waiting to be sent. Group " +
                              group + "; to take it back: zhibu undo\n");
    return Exit::done;
}

}  // namespace

Exit do_action(Console& console, const DoWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto doing = read_doing(replica, catalog, words);
    if (!doing) {
        const WordError error = unsaved(doing.error());
        return fail(console, Exit::usage, error.zh, error.en);
    }
    const auto plan =
        plan_action(replica, catalog, record::shanghai_day(console.clock.now()), *doing);
    if (!plan) {
        return fail(console, plan.error());
    }
    if (plan->is_refused) {
        return show_plan(
            console, replica, *plan, Exit::refused,
            {"没有保存：有不符合规则的内容。", "Not saved: something breaks the rules."});
    }
    if (words.preview) {
        return show_plan(console, replica, *plan, Exit::done, {});
    }
    if (!words.yes && !warnings_of(*plan).empty()) {
        return show_plan(console, replica, *plan, Exit::refused,
                         {"没有保存：请看以上提示，确认无误后加 --yes 重试。",
                          "Not saved: read the notes; to go on all the same, add --yes."});
    }
    const auto sign = load_signer(console);
    if (!sign) {
        return sign.error();
    }
    const auto committed = replica.commit(plan->draft, *sign);
    return committed ? report(console, *plan, *committed) : fail(console, committed.error());
}

Exit undo_group(Console& console, std::uint64_t sequence) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const auto own =
        sequence == 0 ? newest_own_group(replica) : replica.own_group(record::Sequence{sequence});
    if (!own) {
        return fail(console, own.error());
    }
    if (!*own) {
        return fail(console, Exit::usage, "没有可撤销的操作；本机作过的操作见：zhibu groups。",
                    "There is nothing to undo; zhibu groups shows what this device did.");
    }
    const auto draft = plan_undo(replica, catalog::standard_catalog(), **own);
    if (!draft) {
        return fail(console, draft.error());
    }
    const auto sign = load_signer(console);
    if (!sign) {
        return sign.error();
    }
    const auto committed = replica.commit(*draft, *sign);
    if (!committed) {
        return fail(console, committed.error());
    }
    const std::uint64_t position = (*own)->group.name.sequence.position;
    const std::string undone = std::to_string(position);
    if (console.json) {
        console.out << json::serialize(json::object{{"undone", position},
                                                    {"sequence", committed->sequence.position}})
                    << '\n';
    } else {
        console.out << (console.language == Language::zh
                            ? "已撤销第 " + undone + " 组操作，保存在本机，待上传。\n"
                            : "Group " + undone +
                                  " is taken back; saved on this machine, waiting to be sent.\n");
    }
    return Exit::done;
}

Exit list_actions(Console& console) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    if (console.json) {
        json::array forms;
        for (const Action* each : actions()) {
            forms.emplace_back(action_form(catalog, *each));
        }
        console.out << json::serialize(forms) << '\n';
        return Exit::done;
    }
    const bool zh = console.language == Language::zh;
    std::vector<std::vector<std::string>> rows;
    for (const Action* each : actions()) {
        std::string inputs;
        for (const ActionInput& input : each->inputs) {
            inputs += (inputs.empty() ? "" : " ") + std::string{input.name()} +
                      (input.required ? "*" : "");
        }
        rows.push_back({std::string{each->name}, std::string{zh ? each->label.zh : each->label.en},
                        std::string{each->kind}, std::move(inputs)});
    }
    constexpr std::size_t cell_columns = 90;
    console.out << text_table(
        zh ? std::vector<std::string>{"操作", "名称", "记录", "内容（*必填）"}
           : std::vector<std::string>{"action", "label", "records", "inputs (* required)"},
        rows, cell_columns);
    return Exit::done;
}

}  // namespace zhibu::client
