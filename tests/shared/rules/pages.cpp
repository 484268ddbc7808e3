#include "tests/shared/rules/pages.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/menu_sections.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/rights.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules {
namespace {

constexpr std::string_view rules_head = R"(# The rules

Made from `shared/rules` by `build/dev/bin/write_rule_pages docs`; a test fails when it is no longer
true. Every rule is one function, declared once, and called by form, import, client and server.

Severity. `refuse`: the change is not saved. `warn`: saved, the person is told. `不允许项`: saved, counted
in 信息校核, zero before the annual report. `需说明项`: saved, counted, must carry an explanation (kinds
`*_explanation`). What came in by import, merge or from before a rule and breaks a `refuse` is counted as
`不允许项` in the survey; a `refuse` that is judged on the day alone keeps a step back: a report, an export.

When. `change`: when one of its fields changes, or the record is new. `day`: in the survey of what
stands (`survey()`): reminders, and what many records say together. `always`: both. A rule is never asked
about fields that a change leaves alone, so that old data can still be edited.

Dates are days of Asia/Shanghai. A month later is the same day of the next month, or its last day. An age
is reached on the birthday; who was born on 29 February reaches it on 1 March in other years.

Sources. S: the users' guidance of November 2015. 章程: 《中国共产党章程》. 细则14, 细则26:
《中国共产党发展党员工作细则》 of 2014 and its revision of May 2026. 教管: 《中国共产党党员教育管理工作条例》. 支部:
《中国共产党支部工作条例（试行）》. 选举: 《中国共产党基层组织选举工作条例》. 任期: 《关于党的基层组织任期的意见》. 党费:
《关于中国共产党党费收缴、使用和管理的规定》. GB: national standards. GK: general knowledge or this project's own
decision, the first to be questioned. 条号待核: the article's number was not verified.

## Declared

| id | severity | when | kind: fields | 中文 | English | source | file |
|---|---|---|---|---|---|---|---|
)";

constexpr std::array elsewhere{
    Elsewhere{"R-401", "computed: `conversion_due` in shared/rules/computed.cpp"},
    Elsewhere{"R-612", "not built: batch payment"},
    Elsewhere{"R-902",
              "kept by rights: only an account with the right to manage, of an organisation above, "
              "writes account.state"},
    Elsewhere{"R-1003", "not built (the day: `next_last_friday`; see R-413, R-523)"},
    Elsewhere{"R-1005", "not built"},
    Elsewhere{"R-1006", "not built"},
    Elsewhere{"R-1007", "not built"},
    Elsewhere{"R-1008", "not built (the count: `survey_organisation`)"},
    Elsewhere{"R-1010", "not built (the pairs: R-108)"},
    Elsewhere{"R-1011", "not built"},
    Elsewhere{"R-1012", "not built"},
    Elsewhere{"R-1013", "not built"},
    Elsewhere{"R-1014", "not built"},
    Elsewhere{"R-1015", "not built"},
    Elsewhere{"R-1016", "not built"},
    Elsewhere{"R-1017", "not built"},
    Elsewhere{"R-1018", "not built"},
    Elsewhere{"R-1019", "not built"},
    Elsewhere{"R-1020", "not built"},
};

std::string_view word_for(Severity severity) {
    switch (severity) {
        case Severity::refuse:
            return "refuse";
        case Severity::warn:
            return "warn";
        case Severity::not_allowed:
            return "不允许项";
        case Severity::needs_explanation:
            return "需说明项";
    }
    std::unreachable();
}

std::string_view word_for(When when) {
    switch (when) {
        case When::always:
            return "always";
        case When::change:
            return "change";
        case When::day:
            return "day";
    }
    std::unreachable();
}

std::string row(std::initializer_list<std::string_view> cells) {
    std::string text = "|";
    for (const std::string_view cell : cells) {
        text += " " + std::string{cell} + " |";
    }
    return text + "\n";
}

std::string fields_of(const Described& rule) {
    if (rule.kinds == "*") {
        return "every date of a thing done";
    }
    return std::string{rule.kinds} + ": " + std::string{rule.fields};
}

std::string rules_page() {
    std::string text{rules_head};
    for (const Described& rule : described_rules()) {
        if (!rule.kinds.empty()) {
            text += row({rule.id, word_for(rule.severity), word_for(rule.when), fields_of(rule),
                         rule.message.zh, rule.message.en, rule.source, rule.declared_in});
        }
    }
    text += "\n## Judged by the engine\n\n| id | 中文 | English |\n|---|---|---|\n";
    for (const Described& rule : described_rules()) {
        if (rule.kinds.empty()) {
            text += row({rule.id, rule.message.zh, rule.message.en});
        }
    }
    text +=
        "\n## Numbers\n\nA committee sets them in `server.toml`, section `rules`; a lease carries "
        "them to its devices.\n\n| name | default | from | to | rules |\n|---|---|---|---|---|\n";
    const Parameters defaults;
    for (const ParameterLine& line : parameter_table()) {
        text += row({line.name, std::to_string(defaults.*line.member), std::to_string(line.least),
                     std::to_string(line.most), line.rules});
    }
    text += "\n## Kept elsewhere, or not built yet\n\n| id | where |\n|---|---|\n";
    for (const Elsewhere& each : elsewhere) {
        text += row({each.id, each.where});
    }
    return text;
}

std::string_view mark(Reach reach) {
    switch (reach) {
        case Reach::no:
            return "—";
        case Reach::yes:
            return "✓";
        case Reach::peer:
            return "root: the others' alone";
    }
    std::unreachable();
}

std::string_view asks(const Right& right) {
    if (right.asks_officer) {
        return "读写, officer";
    }
    return right.asks_write ? "读写" : "any";
}

std::string rights_page() {
    std::string text =
        "# Rights\n\nMade from the table of `shared/rules/rights.cpp` by "
        "`build/dev/bin/write_rule_pages docs`; a test fails when it is no\nlonger true. The "
        "server asks it about every change, on its state at that moment; `tests/server/committer/"
        "role_table_test.cpp`\nholds every cell through the committer. An officer: the right to "
        "manage, level 党委 or 党总支, not temporary.\n\n| 操作 | deed | asks | self | below | "
        "above | beside |\n|---|---|---|---|---|---|---|\n";
    for (const Right& right : rights()) {
        text += row({right.title.zh, right.title.en, asks(right), mark(right.self),
                     mark(right.below), mark(right.above), mark(right.beside)});
    }
    text +=
        "\n## Sections\n\nAn account may be 只读 in one section of the menu while it writes in "
        "the others.\n\n| 分区 | section | kinds | field of the account "
        "|\n|---|---|---|---|\n";
    for (const catalog::MenuSection& section : catalog::menu_sections()) {
        std::string kinds;
        for (const catalog::Kind& kind : catalog::standard_catalog().kinds()) {
            if (catalog::menu_section_of(catalog::standard_catalog(), kind) == &section) {
                kinds += (kinds.empty() ? "" : ", ") + std::string{kind.name};
            }
        }
        text += row({section.label.zh, section.label.en, kinds, section.permission});
    }
    return text;
}

std::string_view condition(Guard guard) {
    switch (guard) {
        case Guard::none:
            return "";
        case Guard::not_extended:
            return "未延长过 no extension before";
        case Guard::extended:
            return "已延长过 extended before";
        case Guard::special_join:
            return "加入类型04至07 join types 04 to 07";
        case Guard::came_back:
            return "曾转出 had been transferred out";
        case Guard::by_date:
            return "由日期得出 by the calendar, never by hand";
    }
    std::unreachable();
}

const catalog::CodeList& codes_of(const LifeCycle& cycle) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    return *catalog.find_codes(catalog.kind(cycle.kind).field(cycle.field).refers_to);
}

std::string node(std::string_view state) {
    return state.empty() ? "[*]" : "s" + std::string{state};
}

std::string diagram(const LifeCycle& cycle) {
    std::string text = "```mermaid\nstateDiagram-v2\n";
    for (const catalog::Code& code : codes_of(cycle).codes) {
        text += "    state \"" + std::string{code.code} + " " + std::string{code.label.zh} +
                "\" as " + node(code.code) + "\n";
    }
    for (const Move& move : cycle.moves) {
        text += "    " + node(move.from) + " --> " + node(move.to) + " : " +
                std::string{move.action.zh} + "\n";
    }
    for (const std::string_view state : cycle.finals) {
        text += "    " + node(state) + " --> [*]\n";
    }
    return text + "```\n";
}

std::string state_text(const LifeCycle& cycle, std::string_view state) {
    const catalog::Code* code = codes_of(cycle).find(state);
    return code == nullptr ? "—"
                           : std::string{state} + " " + std::string{code->label.zh} + " " +
                                 std::string{code->label.en};
}

std::string life_cycle_page() {
    std::string text =
        "# Life cycles\n\nMade from the tables of `shared/rules/life_cycle.cpp` by "
        "`build/dev/bin/write_rule_pages docs`; a test\nfails when it is no longer true. Every "
        "move "
        "that is not here is refused by the rule named.\n";
    for (const LifeCycle* cycle : life_cycles()) {
        text += "\n## " + std::string{cycle->title.zh} + " · " + std::string{cycle->title.en} +
                "\n\n`" + std::string{cycle->kind} + "." + std::string{cycle->field} +
                "`, codes of `" + std::string{cycle->name} + "`, rule " + std::string{cycle->rule} +
                ".\n\n" + diagram(*cycle) +
                "\n| from | to | action | only if |\n|---|---|---|---|\n";
        for (const Move& move : cycle->moves) {
            text += row({state_text(*cycle, move.from), state_text(*cycle, move.to),
                         std::string{move.action.zh} + " " + std::string{move.action.en},
                         condition(move.guard)});
        }
    }
    return text;
}

constexpr std::array all_pages{Page{"rules.md", &rules_page}, Page{"rights.md", &rights_page},
                               Page{"life-cycle.md", &life_cycle_page}};

}  // namespace

std::span<const Page> pages() { return all_pages; }

std::span<const Elsewhere> kept_elsewhere() { return elsewhere; }

}  // namespace zhibu::rules
