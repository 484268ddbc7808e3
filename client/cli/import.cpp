#include "client/cli/import.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <set>
#include <utility>
#include <variant>

#include "client/cli/lookup.hpp"
#include "client/cli/text_table.hpp"
#include "client/importing/prepared_import.hpp"
#include "client/roster/interpret.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_file.hpp"
#include "client/roster/roster_report.hpp"
#include "client/words/forms.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

std::expected<std::uint32_t, WordError> row_number(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number == 0) {
        return std::unexpected{WordError{"行号“" + std::string{text} + "”不是数字。",
                                         "\"" + std::string{text} + "\" is no row number."}};
    }
    return number;
}

std::expected<std::set<std::uint32_t>, WordError> read_rows(const std::vector<std::string>& words) {
    std::set<std::uint32_t> rows;
    for (const std::string_view word : words) {
        const auto dash = word.find('-');
        const auto from = row_number(word.substr(0, dash));
        const auto to = dash == std::string_view::npos ? from : row_number(word.substr(dash + 1));
        if (!from || !to) {
            return std::unexpected{from ? to.error() : from.error()};
        }
        if (*to < *from || *to - *from > 1'000'000) {
            return std::unexpected{WordError{"行号范围“" + std::string{word} + "”不对。",
                                             "The range \"" + std::string{word} + "\" is wrong."}};
        }
        for (std::uint32_t row = *from; row <= *to; ++row) {
            rows.insert(row);
        }
    }
    return rows;
}

std::expected<ColumnChoice, WordError> read_choice(std::string_view word) {
    const auto equals = word.find('=');
    const auto column = column_number(word.substr(0, equals));
    if (equals == std::string_view::npos || !column) {
        return std::unexpected{
            WordError{"“" + std::string{word} + "”应写成 列=字段，例如 C=name。",
                      "Write \"" + std::string{word} + "\" as column=field, such as C=name."}};
    }
    return ColumnChoice{*column, std::string{word.substr(equals + 1)}};
}

void print_findings(Console& console, const std::vector<RowFinding>& findings,
                    rules::Severity severity) {
    const bool zh = console.language == Language::zh;
    for (const RowFinding& each : findings) {
        const bool refuses = each.finding.severity == rules::Severity::refuse;
        if (refuses != (severity == rules::Severity::refuse)) {
            continue;
        }
        console.out << (zh ? "  第 " : "  row ") << each.row << (zh ? " 行：" : ": ")
                    << printable(rules::message(each.finding.rule, console.language,
                                                each.finding.parameters))
                    << " (" << each.finding.rule << ")\n";
    }
}

/// Everything between reading the words and committing.
class Import {
public:
    Import(Console& console, const ImportWords& words, Replica& replica)
        : console_{console}, words_{words}, replica_{replica} {}

    Exit run() {
        const auto interpreted = read();
        if (interpreted != Exit::done) {
            return interpreted;
        }
        report();
        const bool refused = !prepared_.preview.refused.empty() || prepared_.refused_by_rules > 0;
        if (words_.dry_run) {
            return end_check(refused);
        }
        if (refused && !words_.accepted_only && words_.rows.empty()) {
            return refuse(
                {"有未通过的行，没有导入任何内容。请改正后重试，或用 --accepted-only "
                 "只导入通过的行。",
                 "Some rows are refused, so nothing was imported. Correct them, or take only the "
                 "good ones with --accepted-only."});
        }
        if (prepared_.draft.changes.empty()) {
            return refuse({"没有可导入的行，没有作任何更改。",
                           "There is no row to import; nothing was changed."});
        }
        return commit();
    }

private:
    Exit read() {
        const auto sheet = read_sheet_file(words_.file, ReadOptions{words_.sheet, {}});
        if (!sheet) {
            return fail_with(message_of(sheet.error()));
        }
        InterpretOptions options;
        for (const std::string& word : words_.columns) {
            auto choice = read_choice(word);
            if (!choice) {
                return off(choice.error());
            }
            options.choices.push_back(*std::move(choice));
        }
        const auto kind = find_kind(catalog_, words_.kind);
        if (!kind) {
            return off(kind.error());
        }
        auto given = read_assignments(replica_, catalog_, **kind, words_.given);
        if (!given) {
            return off(given.error());
        }
        for (DraftField& field : *given) {
            options.given.push_back(FieldValue{field.field, std::move(field.value)});
        }
        const auto rows = read_rows(words_.rows);
        if (!rows) {
            return off(rows.error());
        }
        auto prepared = prepare_import(replica_, catalog_, **kind, *sheet, options, *rows);
        if (!prepared) {
            const auto* unreadable = std::get_if<RosterError>(&prepared.error());
            return unreadable != nullptr ? fail_with(message_of(*unreadable))
                                         : fail(console_, std::get<ReplicaError>(prepared.error()));
        }
        prepared_ = *std::move(prepared);
        return Exit::done;
    }

    Exit fail_with(const RosterMessage& message) {
        return fail(console_, Exit::refused, "没有导入任何内容：" + message.zh,
                    "Nothing was imported: " + message.en);
    }

    Exit off(const WordError& error) {
        return fail(console_, Exit::usage, "没有导入任何内容：" + error.zh,
                    "Nothing was imported: " + error.en);
    }

    void report() {
        if (console_.json) {
            return;
        }
        console_.out << printable_lines(
            text_report(catalog_, prepared_.preview, console_.language));
        if (prepared_.refused_by_rules > 0) {
            const std::string rows = std::to_string(prepared_.refused_by_rules);
            console_.out << (console_.language == Language::zh
                                 ? "另有 " + rows + " 行不符合规则：\n"
                                 : rows + " more refused by the rules:\n");
        }
        print_findings(console_, prepared_.findings, rules::Severity::refuse);
        const auto warnings = std::ranges::count_if(prepared_.findings, [](const RowFinding& each) {
            return each.finding.severity != rules::Severity::refuse;
        });
        if (warnings > 0) {
            console_.out << (console_.language == Language::zh
                                 ? "另有 " + std::to_string(warnings) + " 处提示（不影响导入）。\n"
                                 : std::to_string(warnings) +
                                       " notes besides; they do not stop the import.\n");
        }
    }

    static std::string printable_lines(std::string_view text) {
        std::string out;
        while (!text.empty()) {
            const auto end = text.find('\n');
            out += printable(text.substr(0, end)) + '\n';
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
        return out;
    }

    /// For programs: what became of the rows, each finding with its row.
    [[nodiscard]] json::object answer(std::size_t imported) const {
        json::array findings;
        for (const RowFinding& each : prepared_.findings) {
            json::array forms = finding_forms(catalog_, {each.finding}, console_.language);
            json::object& form = forms.front().as_object();
            form["row"] = each.row;
            findings.emplace_back(std::move(form));
        }
        return {{"imported", imported},
                {"refused", prepared_.preview.refused.size() + prepared_.refused_by_rules},
                {"report", json::parse(json_report(catalog_, prepared_.preview))},
                {"findings", std::move(findings)}};
    }

    Exit refuse(const WordError& why) {
        if (!console_.json) {
            return fail(console_, Exit::refused, why.zh, why.en);
        }
        json::object told = answer(0);
        told["error"] = console_.language == Language::zh ? why.zh : why.en;
        console_.out << json::serialize(told) << '\n';
        return Exit::refused;
    }

    Exit end_check(bool refused) {
        if (console_.json) {
            console_.out << json::serialize(answer(0)) << '\n';
        } else {
            console_.out << (console_.language == Language::zh
                                 ? "只作检查，没有导入任何内容。\n"
                                 : "This was a check alone; nothing was imported.\n");
        }
        return refused ? Exit::refused : Exit::done;
    }

    Exit commit() {
        const auto sign = load_signer(console_);
        if (!sign) {
            return sign.error();
        }
        const auto committed = replica_.commit(prepared_.draft, *sign);
        if (!committed) {
            return fail(console_, committed.error());
        }
        const std::size_t rows = prepared_.preview.accepted.size();
        if (console_.json) {
            json::object told = answer(rows);
            told["sequence"] = committed->sequence.position;
            console_.out << json::serialize(told) << '\n';
            return Exit::done;
        }
        console_.out
            << (console_.language == Language::zh
                    ? "已导入 " + std::to_string(rows) + " 行，保存在本机，待上传。\n"
                    : std::to_string(rows) +
                          " rows imported and saved on this machine, waiting to be sent.\n");
        return Exit::done;
    }

    Console& console_;
    const ImportWords& words_;
    Replica& replica_;
    const catalog::Catalog& catalog_ = catalog::standard_catalog();
    PreparedImport prepared_;
};

}  // namespace

Exit import_roster(Console& console, const ImportWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    return Import{console, words, *opened->replica}.run();
}

}  // namespace zhibu::client
