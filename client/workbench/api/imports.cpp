#include <boost/json.hpp>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/importing/prepared_import.hpp"
#include "client/importing/sheet_fixes.hpp"
#include "client/replica/replica.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_file.hpp"
#include "client/roster/roster_report.hpp"
#include "client/words/forms.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/api/drafts.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/base64.hpp"
#include "shared/record/check.hpp"

/// Api's operations on rosters. The page keeps the file and sends it with each question; nothing of
/// it is kept here.
namespace zhibu::client {
namespace {

namespace json = boost::json;

struct ImportWish {
    std::vector<std::uint8_t> bytes;
    std::string file_name;
    const catalog::Kind* kind = nullptr;
    std::string sheet;
    InterpretOptions options;
    CellFixes fixes;
};

std::unexpected<Problem> wrong_at(const std::string& place) {
    return std::unexpected{bad_body(place)};
}

std::string text_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{*text};
}

/// {"C": "name", "D": ""}: what a column means, or that it is left out.
std::expected<std::vector<ColumnChoice>, Problem> read_columns(const json::object& object) {
    std::vector<ColumnChoice> choices;
    const json::value* given = object.if_contains("columns");
    if (given == nullptr) {
        return choices;
    }
    const json::object* columns = given->if_object();
    if (columns == nullptr) {
        return wrong_at("columns");
    }
    for (const auto& [letters, field] : *columns) {
        const auto column = column_number(std::string_view{letters});
        const json::string* name = field.if_string();
        if (!column || name == nullptr) {
            return wrong_at("columns." + std::string{letters});
        }
        choices.push_back(ColumnChoice{*column, std::string{*name}});
    }
    return choices;
}

/// {"stage": "50"}: what rows have that bring none of their own.
std::expected<std::vector<FieldValue>, Problem> read_given(const catalog::Catalog& catalog,
                                                           const catalog::Kind& kind,
                                                           const json::object& object) {
    std::vector<FieldValue> values;
    const json::value* given = object.if_contains("given");
    if (given == nullptr) {
        return values;
    }
    const json::object* fields = given->if_object();
    if (fields == nullptr) {
        return wrong_at("given");
    }
    for (const auto& [name, value] : *fields) {
        const catalog::Field* field = kind.find(std::string_view{name});
        const json::string* text = value.if_string();
        auto read = field == nullptr || text == nullptr
                        ? std::nullopt
                        : catalog::parse_value(catalog, *field, std::string_view{*text});
        if (!read) {
            return wrong_at("given." + std::string{name});
        }
        values.push_back(FieldValue{field->id(), *std::move(read)});
    }
    return values;
}

/// [{"row": 5, "column": "C", "value": "…"}].
std::expected<CellFixes, Problem> read_fixes(const json::object& object) {
    CellFixes fixes;
    const json::value* given = object.if_contains("fixes");
    if (given == nullptr) {
        return fixes;
    }
    const json::array* list = given->if_array();
    if (list == nullptr) {
        return wrong_at("fixes");
    }
    for (const json::value& each : *list) {
        const json::object* fix = each.if_object();
        const json::value* row = fix == nullptr ? nullptr : fix->if_contains("row");
        const std::int64_t* number = row == nullptr ? nullptr : row->if_int64();
        const auto column = fix == nullptr ? std::nullopt : column_number(text_at(*fix, "column"));
        if (number == nullptr || *number < 1 ||
            *number > std::numeric_limits<std::int32_t>::max() || !column) {
            return wrong_at("fixes[" + std::to_string(fixes.size()) + "]");
        }
        fixes[{static_cast<std::uint32_t>(*number), *column}] = text_at(*fix, "value");
    }
    return fixes;
}

std::expected<ImportWish, Problem> read_import(const catalog::Catalog& catalog,
                                               std::string_view body) {
    ZHIBU_TRY(object, read_object(body));
    ImportWish wish;
    auto bytes = record::from_base64(text_at(object, "file"));
    wish.kind = catalog.find(text_at(object, "kind"));
    if (!bytes || wish.kind == nullptr) {
        return wrong_at(bytes ? "kind" : "file");
    }
    wish.bytes = *std::move(bytes);
    wish.file_name = text_at(object, "name");
    wish.sheet = text_at(object, "sheet");
    ZHIBU_TRY(choices, read_columns(object));
    ZHIBU_TRY(given, read_given(catalog, *wish.kind, object));
    ZHIBU_TRY(fixes, read_fixes(object));
    wish.options.choices = std::move(choices);
    wish.options.given = std::move(given);
    wish.fixes = std::move(fixes);
    return wish;
}

ApiResponse unreadable(const RosterError& error, Language language) {
    const RosterMessage message = message_of(error);
    return problem(Problem{422, std::string{to_text(error.code)}, message.zh, message.en},
                   language);
}

json::object import_form(const catalog::Catalog& catalog, const PreparedImport& prepared,
                         Language language) {
    json::array findings;
    for (const RowFinding& each : prepared.findings) {
        json::array forms = finding_forms(catalog, {each.finding}, language);
        json::object& form = forms.front().as_object();
        form["row"] = each.row;
        findings.emplace_back(std::move(form));
    }
    json::array sheets;
    for (const std::string& sheet : prepared.preview.other_sheets) {
        sheets.emplace_back(sheet);
    }
    return {{"good", prepared.preview.accepted.size()},
            {"refused_by_rules", prepared.refused_by_rules},
            {"other_sheets", std::move(sheets)},
            {"report", json::parse(json_report(catalog, prepared.preview))},
            {"findings", std::move(findings)}};
}

/// What one group of changes may hold is far below a roster's limits; pages wait meanwhile.
SheetLimits limits() {
    SheetLimits lower;
    lower.unzipped_bytes_max = std::size_t{64} << 20U;
    lower.rows_max = 20'000;
    return lower;
}

/// The sheet with what was put right in it.
std::expected<Sheet, RosterError> sheet_of(const ImportWish& wish) {
    const std::string_view bytes{
        static_cast<const char*>(static_cast<const void*>(wish.bytes.data())), wish.bytes.size()};
    ZHIBU_TRY(sheet, read_sheet(bytes, wish.file_name, ReadOptions{wish.sheet, limits()}));
    return wish.fixes.empty() ? std::expected<Sheet, RosterError>{std::move(sheet)}
                              : with_fixes(sheet, wish.fixes);
}

}  // namespace

void Api::preview_import(const ApiRequest& request, Language language, Respond respond) {
    take_import(request, false, language, std::move(respond));
}

void Api::post_import(const ApiRequest& request, Language language, Respond respond) {
    take_import(request, true, language, std::move(respond));
}

void Api::take_import(const ApiRequest& request, bool commits, Language language, Respond respond) {
    auto wish = read_import(*parts_.catalog, request.body);
    if (!wish) {
        respond(problem(wish.error(), language));
        return;
    }
    auto sheet = sheet_of(*wish);
    if (!sheet) {
        respond(unreadable(sheet.error(), language));
        return;
    }
    parts_.desk->ask([this, language, commits, kind = wish->kind,
                      options = std::move(wish->options), sheet = *std::move(sheet),
                      respond = std::move(respond)](Replica& replica) {
        const auto prepared = prepare_import(replica, *parts_.catalog, *kind, sheet, options, {});
        if (!prepared) {
            const auto* roster = std::get_if<RosterError>(&prepared.error());
            respond(
                roster != nullptr
                    ? unreadable(*roster, language)
                    : refusal(*parts_.catalog, std::get<ReplicaError>(prepared.error()), language));
        } else if (!commits) {
            respond(answer(import_form(*parts_.catalog, *prepared, language)));
        } else if (prepared->draft.changes.empty()) {
            respond(problem({422, "nothing_to_import", "没有可导入的行，没有作任何更改。",
                             "There is no row to import; nothing was changed."},
                            language));
        } else {
            commit(replica, {prepared->draft}, language, respond);
        }
    });
}

}  // namespace zhibu::client
