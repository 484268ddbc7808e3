#include "client/cli/import.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "client/cli/lookup.hpp"
#include "client/cli/text_table.hpp"
#include "client/roster/interpret.hpp"
#include "client/roster/reference_lookup.hpp"
#include "client/roster/roster_file.hpp"
#include "client/roster/roster_report.hpp"
#include "client/words/forms.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::uint32_t matches_max = 5;

/// Answers a roster's words from the replica, which holds only what the account may see.
class ReplicaLookup final : public ReferenceLookup {
public:
    ReplicaLookup(Replica& replica, const catalog::Catalog& catalog)
        : replica_{replica}, catalog_{catalog} {}

    [[nodiscard]] std::vector<record::RecordId> organisations(
        std::string_view words) const override {
        const catalog::Kind& kind = catalog_.kind("organisation");
        for (const std::string_view field : {"name", "short_name", "code"}) {
            auto found = matching(kind, kind.field(field), std::string{words});
            if (!found.empty()) {
                return ids_of(found);
            }
        }
        return {};
    }

    [[nodiscard]] std::vector<record::RecordId> persons(
        std::string_view name, std::optional<record::RecordId> branch) const override {
        const catalog::Kind& kind = catalog_.kind("person");
        auto found = matching(kind, kind.field("name"), std::string{name});
        const record::FieldNumber place = kind.field("organisation").id();
        std::vector<record::RecordState> near;
        std::ranges::copy_if(found, std::back_inserter(near), [&](const auto& state) {
            return branch && state.value(place) == record::Value{*branch};
        });
        return ids_of(near.empty() ? found : near);
    }

private:
    [[nodiscard]] std::vector<record::RecordState> matching(const catalog::Kind& kind,
                                                            const catalog::Field& field,
                                                            std::string words) const {
        ListQuery query;
        query.kind = kind.id();
        query.limit = matches_max;
        query.conditions.push_back(
            Condition{field.id(), Condition::Relation::equal, {std::move(words)}});
        auto page = replica_.list(query);
        return page ? std::move(page->records) : std::vector<record::RecordState>{};
    }

    static std::vector<record::RecordId> ids_of(const std::vector<record::RecordState>& states) {
        std::vector<record::RecordId> ids;
        for (const record::RecordState& state : states) {
            ids.push_back(state.key.id);
        }
        return ids;
    }

    Replica& replica_;
    const catalog::Catalog& catalog_;
};

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
    ColumnChoice choice;
    for (const char letter : word.substr(0, equals)) {
        const bool upper = letter >= 'A' && letter <= 'Z';
        const bool lower = letter >= 'a' && letter <= 'z';
        if ((!upper && !lower) || choice.column > 1'000) {
            choice.column = 0;
            break;
        }
        choice.column =
            choice.column * 26 + static_cast<std::uint32_t>(letter - (upper ? 'A' : 'a')) + 1;
    }
    if (equals == std::string_view::npos || choice.column == 0) {
        return std::unexpected{
            WordError{"“" + std::string{word} + "”应写成 列=字段，例如 C=name。",
                      "Write \"" + std::string{word} + "\" as column=field, such as C=name."}};
    }
    choice.field = word.substr(equals + 1);
    return choice;
}

/// A row of the file as changes: the record, then its entries.
void add_row(Draft& draft, std::map<record::RecordId, std::uint32_t>& row_of, Replica& replica,
             const RosterPreview& preview, const AcceptedRow& row) {
    const auto to_change = [&](record::KindNumber kind, const std::vector<FieldValue>& values) {
        DraftChange change;
        change.record = record::RecordKey{kind, replica.new_record_id()};
        change.operation = record::Operation::create;
        for (const FieldValue& value : values) {
            change.fields.push_back(DraftField{value.field, value.value});
        }
        row_of[change.record.id] = row.row;
        return change;
    };
    draft.changes.push_back(to_change(preview.kind, row.values));
    const record::RecordId owner = draft.changes.back().record.id;
    for (const EntryValues& entry : row.entries) {
        DraftChange change = to_change(entry.kind, entry.values);
        std::erase_if(change.fields,
                      [](const DraftField& field) { return field.field.number == 1; });
        change.fields.insert(change.fields.begin(), DraftField{record::FieldNumber{1}, owner});
        draft.changes.push_back(std::move(change));
    }
}

/// What the rules say about a row of the file.
struct RowFinding {
    std::uint32_t row = 0;
    rules::Finding finding;
};

std::vector<RowFinding> by_row(const std::vector<rules::Finding>& findings,
                               const std::map<record::RecordId, std::uint32_t>& row_of) {
    std::vector<RowFinding> rows;
    for (const rules::Finding& finding : findings) {
        const auto found = row_of.find(finding.record.id);
        rows.push_back(RowFinding{found == row_of.end() ? 0 : found->second, finding});
    }
    std::ranges::stable_sort(rows, {}, &RowFinding::row);
    return rows;
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
        choose_rows();
        build();
        auto findings = replica_.preview(draft_);
        if (!findings) {
            return fail(console_, findings.error());
        }
        findings_ = by_row(*findings, row_of_);
        leave_out_refused();
        report();
        const bool refused = !preview_.refused.empty() || refused_by_rules_ > 0;
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
        if (draft_.changes.empty()) {
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
        auto preview =
            interpret(*sheet, catalog_, (*kind)->name, options, ReplicaLookup{replica_, catalog_});
        if (!preview) {
            return fail_with(message_of(preview.error()));
        }
        preview_ = *std::move(preview);
        auto rows = read_rows(words_.rows);
        if (!rows) {
            return off(rows.error());
        }
        chosen_ = *std::move(rows);
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

    void choose_rows() {
        if (!chosen_.empty()) {
            std::erase_if(preview_.accepted,
                          [this](const AcceptedRow& row) { return !chosen_.contains(row.row); });
        }
    }

    void build() {
        draft_ = Draft{"import", {}};
        row_of_.clear();
        for (const AcceptedRow& row : preview_.accepted) {
            add_row(draft_, row_of_, replica_, preview_, row);
        }
    }

    /// Rows that a rule refuses are taken out, so that the others can go on where that is wanted.
    void leave_out_refused() {
        std::set<std::uint32_t> refused;
        for (const RowFinding& each : findings_) {
            if (each.finding.severity == rules::Severity::refuse) {
                refused.insert(each.row);
            }
        }
        refused_by_rules_ = refused.size();
        if (!refused.empty()) {
            std::erase_if(preview_.accepted,
                          [&](const AcceptedRow& row) { return refused.contains(row.row); });
            build();
        }
    }

    void report() {
        if (console_.json) {
            return;
        }
        console_.out << printable_lines(text_report(catalog_, preview_, console_.language));
        if (refused_by_rules_ > 0) {
            const std::string rows = std::to_string(refused_by_rules_);
            console_.out << (console_.language == Language::zh
                                 ? "另有 " + rows + " 行不符合规则：\n"
                                 : rows + " more refused by the rules:\n");
        }
        print_findings(console_, findings_, rules::Severity::refuse);
        const auto warnings = std::ranges::count_if(findings_, [](const RowFinding& each) {
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
        for (const RowFinding& each : findings_) {
            json::array forms = finding_forms(catalog_, {each.finding}, console_.language);
            json::object& form = forms.front().as_object();
            form["row"] = each.row;
            findings.emplace_back(std::move(form));
        }
        return {{"imported", imported},
                {"refused", preview_.refused.size() + refused_by_rules_},
                {"report", json::parse(json_report(catalog_, preview_))},
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
        const auto committed = replica_.commit(draft_, *sign);
        if (!committed) {
            return fail(console_, committed.error());
        }
        const std::size_t rows = preview_.accepted.size();
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
    RosterPreview preview_;
    std::set<std::uint32_t> chosen_;
    Draft draft_;
    std::map<record::RecordId, std::uint32_t> row_of_;
    std::vector<RowFinding> findings_;
    std::size_t refused_by_rules_ = 0;
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
