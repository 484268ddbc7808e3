#include "client/cli/records.hpp"

#include <array>
#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "client/cli/lookup.hpp"
#include "client/cli/text_table.hpp"
#include "client/words/forms.hpp"
#include "client/workflow/named_filters.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using catalog::Field;
using catalog::Kind;

Exit fail(Console& console, const WordError& error) {
    return client::fail(console, Exit::usage, error.zh, error.en);
}

std::string_view label(const catalog::Label& words, Language language) {
    return language == Language::zh ? words.zh : words.en;
}

struct Operator {
    std::string_view sign;
    Condition::Relation relation;
};

/// Longer signs first, so that "!=" is not read as "=".
constexpr std::array<Operator, 5> operators{{{"!=", Condition::Relation::not_equal},
                                             {"~", Condition::Relation::like},
                                             {"<", Condition::Relation::less},
                                             {">", Condition::Relation::greater},
                                             {"=", Condition::Relation::equal}}};

bool holds_text(const Field& field) {
    return field.type == catalog::FieldType::text || field.type == catalog::FieldType::note ||
           field.type == catalog::FieldType::code || field.type == catalog::FieldType::tags;
}

std::expected<Condition, WordError> read_condition(Replica& replica,
                                                   const catalog::Catalog& catalog,
                                                   const Kind& kind, std::string_view word) {
    for (const Operator& each : operators) {
        const auto at = word.find(each.sign);
        if (at == std::string_view::npos) {
            continue;
        }
        const auto field = find_field(kind, word.substr(0, at));
        if (!field) {
            return std::unexpected{field.error()};
        }
        const std::string_view text = word.substr(at + each.sign.size());
        if (each.relation == Condition::Relation::like) {
            if (!holds_text(**field)) {
                return std::unexpected{
                    WordError{"“~”只能用于文字，“" + std::string{(*field)->label.zh} + "”不是。",
                              "Only texts can be searched with ~, and \"" +
                                  std::string{(*field)->label.en} + "\" is none."}};
            }
            return Condition{(*field)->id(), each.relation, {std::string{text}}};
        }
        auto value = read_value(replica, catalog, **field, text);
        if (!value) {
            return std::unexpected{std::move(value).error()};
        }
        return Condition{(*field)->id(), each.relation, {*std::move(value)}};
    }
    return std::unexpected{
        WordError{"条件“" + std::string{word} + "”应写成 字段=值。",
                  "Write the condition \"" + std::string{word} + "\" as field=value."}};
}

/// A filter that needs a survey is the workbench's alone.
std::expected<Filter, WordError> named_condition(Replica& replica, const catalog::Catalog& catalog,
                                                 const Kind& kind, const std::string& word,
                                                 record::Date today) {
    const NamedFilter* filter = find_filter(kind.name, word);
    if (filter == nullptr || filter->condition == nullptr) {
        std::string known;
        for (const NamedFilter& each : named_filters()) {
            if (each.kind == kind.name && each.condition != nullptr) {
                known += (known.empty() ? "" : ", ") + std::string{each.name};
            }
        }
        return std::unexpected{
            WordError{"没有“" + word + "”这个筛选。可用：" + known + "。",
                      "There is no filter \"" + word + "\". Known: " + known + "."}};
    }
    const auto status = replica.status();
    const rules::Parameters parameters =
        status && status->lease ? rules::from_list(status->lease->rules) : rules::Parameters{};
    return filter->condition(FilterTerms{catalog, parameters, today});
}

std::expected<ListQuery, WordError> read_query(Replica& replica, const catalog::Catalog& catalog,
                                               const Kind& kind, const ListWords& words,
                                               record::Date today) {
    ListQuery query;
    query.kind = kind.id();
    query.search = words.search;
    query.offset = words.offset;
    query.limit = words.limit;
    query.with_retired = words.with_retired;
    for (const std::string& word : words.where) {
        auto condition = read_condition(replica, catalog, kind, word);
        if (!condition) {
            return std::unexpected{std::move(condition).error()};
        }
        query.conditions.push_back(*std::move(condition));
    }
    for (const std::string& word : words.filters) {
        ZHIBU_TRY(filter, named_condition(replica, catalog, kind, word, today));
        query.filter.parts.push_back(std::move(filter));
    }
    for (std::string_view word : words.order) {
        const bool descending = word.starts_with('-');
        const auto field = find_field(kind, word.substr(descending ? 1 : 0));
        if (!field) {
            return std::unexpected{field.error()};
        }
        query.order.push_back(SortKey{(*field)->id(), descending});
    }
    return query;
}

/// One record is shown as it is, however long its notes.
constexpr std::size_t whole_cells = std::numeric_limits<std::size_t>::max();

/// A device's fingerprint, which people compare digit by digit, is the widest that must be whole.
constexpr std::size_t list_cell_columns = 64;

/// A value in a table, in which a note's line breaks are marks.
std::string cell(Replica& replica, const Field& field, const record::Value& value,
                 Language language) {
    std::string text = shown(replica, catalog::standard_catalog(), field, value, language);
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) {
        text.replace(at, 1, " ⏎ ");
    }
    return text;
}

/// A column that is no field.
constexpr std::string_view id_column = "id";

/// The columns asked for, none standing for the id; otherwise the first eight fields that are not
/// notes or sensitive, and the id where nothing else names a record.
std::expected<std::vector<const Field*>, WordError> columns_for(
    const Kind& kind, const std::vector<std::string>& words) {
    std::vector<const Field*> columns;
    for (const std::string& word : words) {
        if (word == id_column) {
            columns.push_back(nullptr);
            continue;
        }
        const auto field = find_field(kind, word);
        if (!field) {
            return std::unexpected{field.error()};
        }
        columns.push_back(*field);
    }
    for (const Field& field : kind.fields) {
        if (words.empty() && columns.size() < 8 && field.type != catalog::FieldType::note &&
            field.confidentiality != catalog::Confidentiality::sensitive) {
            columns.push_back(&field);
        }
    }
    if (words.empty() && !has_naming_field(kind)) {
        columns.push_back(nullptr);
    }
    return columns;
}

void print_page(Console& console, Replica& replica, const Kind& kind, const ListPage& page,
                const std::vector<const Field*>& columns) {
    std::vector<std::string> header;
    for (const Field* field : columns) {
        header.emplace_back(field == nullptr ? label({"编号", "Id"}, console.language)
                                             : label(field->label, console.language));
    }
    std::vector<std::vector<std::string>> rows;
    for (const record::RecordState& state : page.records) {
        auto& row = rows.emplace_back();
        for (const Field* field : columns) {
            row.push_back(field == nullptr
                              ? to_text(state.key.id)
                              : cell(replica, *field, state.value(field->id()), console.language));
        }
    }
    console.out << text_table(header, rows, list_cell_columns);
    const std::string total = std::to_string(page.total);
    const std::string count = std::to_string(page.records.size());
    console.out << (console.language == Language::zh ? std::string{kind.label.zh} + "：共 " +
                                                           total + " 条，显示 " + count + " 条\n"
                                                     : std::string{kind.label.en} + ": " + total +
                                                           " in all, " + count + " shown\n");
}

Exit report_commit(Console& console, const std::expected<Committed, ReplicaError>& committed,
                   const record::RecordId& id) {
    if (!committed) {
        return client::fail(console, committed.error());
    }
    const bool saved = committed->sequence.position != 0;
    if (console.json) {
        console.out << json::serialize(json::object{
                           {"id", to_text(id)},
                           {"sequence", committed->sequence.position},
                           {"saved", saved},
                           {"warnings", finding_forms(catalog::standard_catalog(),
                                                      committed->warnings, console.language)}})
                    << '\n';
        return Exit::done;
    }
    const bool zh = console.language == Language::zh;
    if (!saved) {
        console.out << (zh ? "没有变化，无需保存。\n" : "Nothing changed, so nothing was saved.\n");
        return Exit::done;
    }
    console.out << (zh ? "已保存在本机，待上传。编号 "
                       : "Saved on this machine, waiting to be sent. Id ")
                << to_text(id) << '\n';
    for (const rules::Finding& finding : committed->warnings) {
        console.out << (zh ? "提示：" : "Note: ")
                    << printable(rules::message(finding.rule, console.language, finding.parameters))
                    << '\n';
    }
    return Exit::done;
}

Exit commit_one(Console& console, Replica& replica, std::string action, DraftChange change) {
    const record::RecordId id = change.record.id;
    return commit_draft(console, replica, {std::move(action), {std::move(change)}}, id);
}

enum class Use : std::uint8_t { reading, writing };

/// Opens the replica, finds kind and record, and hands them on.
template <class Then>
Exit with_record(Console& console, const std::string& kind_word, const std::string& which, Use use,
                 Then then) {
    const auto off = [&](const WordError& error) {
        return fail(console, use == Use::writing ? unsaved(error) : error);
    };
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto kind = find_kind(catalog, kind_word);
    if (!kind) {
        return off(kind.error());
    }
    const auto found = find_one(*opened->replica, catalog, **kind, which);
    if (!found) {
        return off(found.error());
    }
    return then(*opened->replica, **kind, *found);
}

Exit change_life(Console& console, const std::string& kind, const std::string& which,
                 record::Operation operation, std::string action) {
    return with_record(console, kind, which, Use::writing,
                       [&](Replica& replica, const Kind&, const record::RecordState& state) {
                           DraftChange change;
                           change.record = state.key;
                           change.operation = operation;
                           return commit_one(console, replica, action, std::move(change));
                       });
}

}  // namespace

Exit commit_draft(Console& console, Replica& replica, const Draft& draft,
                  const record::RecordId& named) {
    const auto sign = load_signer(console);
    if (!sign) {
        return sign.error();
    }
    return report_commit(console, replica.commit(draft, *sign), named);
}

Exit list_records(Console& console, const ListWords& words) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    Replica& replica = *opened->replica;
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto kind = find_kind(catalog, words.kind);
    if (!kind) {
        return fail(console, kind.error());
    }
    const auto query =
        read_query(replica, catalog, **kind, words, record::shanghai_day(console.clock.now()));
    if (!query) {
        return fail(console, query.error());
    }
    const auto columns = columns_for(**kind, words.columns);
    if (!columns) {
        return fail(console, columns.error());
    }
    const auto page = replica.list(*query);
    if (!page) {
        return client::fail(console, page.error());
    }
    if (!console.json) {
        print_page(console, replica, **kind, *page, *columns);
        return Exit::done;
    }
    json::array records;
    for (const record::RecordState& state : page->records) {
        records.emplace_back(record_form(replica, catalog, **kind, state, console.language));
    }
    console.out << json::serialize(
                       json::object{{"total", page->total}, {"records", std::move(records)}})
                << '\n';
    return Exit::done;
}

Exit show_record(Console& console, const std::string& kind, const std::string& which) {
    return with_record(
        console, kind, which, Use::reading,
        [&](Replica& replica, const Kind& of, const record::RecordState& state) {
            const catalog::Catalog& catalog = catalog::standard_catalog();
            if (console.json) {
                console.out << json::serialize(
                                   record_form(replica, catalog, of, state, console.language))
                            << '\n';
                return Exit::done;
            }
            const bool zh = console.language == Language::zh;
            std::vector<std::vector<std::string>> rows;
            for (const Field& field : of.fields) {
                const record::FieldState* held = state.find(field.id());
                if (held != nullptr && !record::is_empty(held->value)) {
                    rows.push_back({std::string{label(field.label, console.language)},
                                    cell(replica, field, held->value, console.language),
                                    held->changed_at.position == 0
                                        ? std::string{zh ? "待上传" : "waiting"}
                                        : std::to_string(held->changed_at.position)});
                }
            }
            console.out << label(of.label, console.language) << ' ' << to_text(state.key.id)
                        << (state.retired ? (zh ? "（已停用）" : " (out of use)") : "") << '\n'
                        << text_table(zh ? std::vector<std::string>{"字段", "值", "日志序号"}
                                         : std::vector<std::string>{"field", "value", "log index"},
                                      rows, whole_cells);
            return Exit::done;
        });
}

Exit edit_record(Console& console, const std::string& kind, const std::string& which,
                 const std::vector<std::string>& assignments) {
    return with_record(console, kind, which, Use::writing,
                       [&](Replica& replica, const Kind& of, const record::RecordState& state) {
                           auto fields = read_assignments(replica, catalog::standard_catalog(), of,
                                                          assignments);
                           if (!fields) {
                               return fail(console, unsaved(fields.error()));
                           }
                           DraftChange change;
                           change.record = state.key;
                           change.operation = record::Operation::update;
                           change.fields = *std::move(fields);
                           return commit_one(console, replica, "edit", std::move(change));
                       });
}

Exit create_record(Console& console, const std::string& kind_word,
                   const std::vector<std::string>& assignments) {
    auto opened = open_replica(console);
    if (!opened) {
        return opened.error();
    }
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const auto kind = find_kind(catalog, kind_word);
    if (!kind) {
        return fail(console, unsaved(kind.error()));
    }
    auto fields = read_assignments(*opened->replica, catalog, **kind, assignments);
    if (!fields) {
        return fail(console, unsaved(fields.error()));
    }
    DraftChange change;
    change.record = record::RecordKey{(*kind)->id(), opened->replica->new_record_id()};
    change.operation = record::Operation::create;
    change.fields = *std::move(fields);
    return commit_one(console, *opened->replica, "create", std::move(change));
}

Exit retire_record(Console& console, const std::string& kind, const std::string& which) {
    return change_life(console, kind, which, record::Operation::retire, "retire");
}

Exit restore_record(Console& console, const std::string& kind, const std::string& which) {
    return change_life(console, kind, which, record::Operation::restore, "restore");
}

}  // namespace zhibu::client
