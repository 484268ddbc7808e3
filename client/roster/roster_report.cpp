#include "client/roster/roster_report.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/roster/refusal.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_preview.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using catalog::Catalog;
using catalog::Language;

template <class Enum>
struct Word {
    Enum value;
    std::string_view name;
    std::string_view zh;
    std::string_view en;
};

constexpr Word<SkipReason> skip_words[] = {
    {SkipReason::title, "title", "标题行", "title"},
    {SkipReason::header, "header", "表头", "header"},
    {SkipReason::repeated_header, "repeated_header", "重复的表头", "header again"},
    {SkipReason::total, "total", "合计行", "total"},
    {SkipReason::section, "section", "分段标题", "section title"},
    {SkipReason::footnote, "footnote", "说明或示例", "note or example"},
    {SkipReason::only_row_number, "only_row_number", "只有序号", "row number alone"},
    {SkipReason::nothing, "nothing", "没有内容", "nothing in it"},
};

constexpr Word<ColumnUse> use_words[] = {
    {ColumnUse::field, "field", "已识别", "taken"},
    {ColumnUse::row_number, "row_number", "序号，不导入", "row number, not taken"},
    {ColumnUse::ignored, "ignored", "按选择不导入", "left out as chosen"},
    {ColumnUse::unknown, "unknown", "未识别，不导入", "not recognised, not taken"},
};

constexpr Word<RemarkKind> remark_words[] = {
    {RemarkKind::derived_from_id_number, "derived_from_id_number", "由身份证号得出",
     "from the id number"},
    {RemarkKind::completed_from_id_number, "completed_from_id_number", "由身份证号补足日",
     "day from the id number"},
    {RemarkKind::differs_from_id_number, "differs_from_id_number",
     "与身份证号不一致，导入后须填写说明", "differs from the id number; will need an explanation"},
    {RemarkKind::mark_taken_off_name, "mark_taken_off_name", "由姓名后的标记得出",
     "from the mark after the name"},
};

template <class Enum, std::size_t count>
const Word<Enum>& word_of(const Word<Enum> (&words)[count], Enum value) {
    const auto* found = std::ranges::find(words, value, &Word<Enum>::value);
    ZHIBU_CHECK(found != std::end(words));
    return *found;
}

const catalog::Field& field_of(const Catalog& catalog, record::KindNumber kind,
                               record::FieldNumber field) {
    const catalog::Kind* of = catalog.find(kind);
    ZHIBU_CHECK(of != nullptr);
    const catalog::Field* found = of->find(field);
    ZHIBU_CHECK(found != nullptr);
    return *found;
}

json::object values_json(const catalog::Kind& kind, const std::vector<FieldValue>& values) {
    json::object object;
    for (const FieldValue& value : values) {
        object[kind.find(value.field)->name] = record::to_text(value.value);
    }
    return object;
}

json::object accepted_json(const Catalog& catalog, const catalog::Kind& kind,
                           const AcceptedRow& row) {
    json::object object{{"row", row.row}, {"values", values_json(kind, row.values)}};
    json::array entries;
    for (const EntryValues& entry : row.entries) {
        const catalog::Kind& of = *catalog.find(entry.kind);
        entries.push_back(
            json::object{{"kind", of.name}, {"values", values_json(of, entry.values)}});
    }
    json::array remarks;
    for (const Remark& remark : row.remarks) {
        remarks.push_back(json::object{{"field", kind.find(remark.field)->name},
                                       {"remark", to_text(remark.kind)}});
    }
    object["entries"] = std::move(entries);
    object["remarks"] = std::move(remarks);
    return object;
}

json::object refusal_json(const Catalog& catalog, const CellRefusal& refusal) {
    const RosterMessage message = message_of(catalog, refusal);
    json::object object{
        {"column", refusal.column == 0 ? std::string{} : column_letters(refusal.column)},
        {"header", refusal.header},
        {"kind", catalog.find(refusal.kind)->name},
        {"field", field_of(catalog, refusal.kind, refusal.field).name},
        {"value", refusal.value},
        {"reason", to_text(refusal.reason)},
        {"rule", rule_of(refusal.reason)},
        {"message", json::object{{"zh", message.zh}, {"en", message.en}}}};
    if (refusal.other_row != 0) {
        object["other_row"] = refusal.other_row;
    }
    return object;
}

std::string in(Language language, std::string_view zh, std::string_view en) {
    return std::string{language == Language::zh ? zh : en};
}

void write_columns(std::string& report, const RosterPreview& preview, Language language) {
    for (const RosterColumn& column : preview.columns) {
        if (column.use != ColumnUse::field) {
            const auto& word = word_of(use_words, column.use);
            report += "  " + column_letters(column.column) + " “" + column.header +
                      "”: " + in(language, word.zh, word.en) + "\n";
        }
    }
}

void write_refused(std::string& report, const Catalog& catalog, const RosterPreview& preview,
                   Language language) {
    for (const RefusedRow& row : preview.refused) {
        for (const CellRefusal& refusal : row.refusals) {
            const RosterMessage message = message_of(catalog, refusal);
            report +=
                in(language, "  第 ", "  row ") + std::to_string(row.row) + in(language, " 行", "");
            if (refusal.column != 0) {
                report += in(language, " ", ", column ") + column_letters(refusal.column) +
                          in(language, " 列", "");
            }
            report += " [" + refusal.header + "] “" + refusal.value +
                      "”: " + in(language, message.zh, message.en) + "\n";
        }
    }
}

void write_skipped(std::string& report, const RosterPreview& preview, Language language) {
    std::map<SkipReason, std::string> rows;
    for (const SkippedRow& skipped : preview.skipped) {
        std::string& list = rows[skipped.reason];
        list += (list.empty() ? "" : ", ") + std::to_string(skipped.row);
    }
    for (const auto& [reason, list] : rows) {
        const auto& word = word_of(skip_words, reason);
        report += "  " + in(language, word.zh, word.en) + ": " + list + "\n";
    }
}

}  // namespace

std::string_view to_text(ColumnUse use) { return word_of(use_words, use).name; }

std::string_view to_text(RemarkKind kind) { return word_of(remark_words, kind).name; }

std::string_view to_text(SkipReason reason) { return word_of(skip_words, reason).name; }

RosterMessage message_of(const Catalog& catalog, const CellRefusal& refusal) {
    const catalog::Label label = field_of(catalog, refusal.kind, refusal.field).label;
    return message_of(refusal.reason,
                      RefusalPlace{std::string{label.zh}, std::string{label.en}, refusal.value,
                                   refusal.detail, refusal.other_row});
}

std::string text_report(const Catalog& catalog, const RosterPreview& preview, Language language) {
    std::string report =
        in(language, "可导入 ", "can be imported: ") + std::to_string(preview.accepted.size()) +
        in(language, " 行，被拒绝 ", " rows; refused: ") + std::to_string(preview.refused.size()) +
        in(language, " 行，跳过 ", " rows; skipped: ") + std::to_string(preview.skipped.size()) +
        in(language, " 行；表头在第 ", " rows; the header is row ") +
        std::to_string(preview.header_row) + in(language, " 行。\n", ".\n");
    if (!preview.other_sheets.empty()) {
        report += in(language, "未读取的工作表：", "sheets not read:");
        for (const std::string& name : preview.other_sheets) {
            report += " " + name;
        }
        report += "\n";
    }
    const auto is_taken = [](const RosterColumn& column) { return column.use == ColumnUse::field; };
    if (!std::ranges::all_of(preview.columns, is_taken)) {
        report += in(language, "未导入的列：\n", "columns not taken:\n");
        write_columns(report, preview, language);
    }
    if (!preview.refused.empty()) {
        report += in(language, "被拒绝的行：\n", "refused rows:\n");
        write_refused(report, catalog, preview, language);
    }
    if (!preview.skipped.empty()) {
        report += in(language, "跳过的行：\n", "skipped rows:\n");
        write_skipped(report, preview, language);
    }
    return report;
}

std::string json_report(const Catalog& catalog, const RosterPreview& preview) {
    const catalog::Kind* kind = catalog.find(preview.kind);
    ZHIBU_CHECK(kind != nullptr);
    json::array columns;
    for (const RosterColumn& column : preview.columns) {
        json::object object{{"column", column_letters(column.column)},
                            {"header", column.header},
                            {"use", to_text(column.use)}};
        if (column.use == ColumnUse::field) {
            object["kind"] = catalog.find(column.kind)->name;
            object["field"] = field_of(catalog, column.kind, column.field).name;
        }
        columns.push_back(std::move(object));
    }
    json::array accepted;
    for (const AcceptedRow& row : preview.accepted) {
        accepted.push_back(accepted_json(catalog, *kind, row));
    }
    json::array refused;
    for (const RefusedRow& row : preview.refused) {
        json::array refusals;
        for (const CellRefusal& refusal : row.refusals) {
            refusals.push_back(refusal_json(catalog, refusal));
        }
        refused.push_back(json::object{{"row", row.row}, {"refusals", std::move(refusals)}});
    }
    json::array skipped;
    for (const SkippedRow& row : preview.skipped) {
        skipped.push_back(json::object{{"row", row.row}, {"reason", to_text(row.reason)}});
    }
    return json::serialize(json::object{{"kind", kind->name},
                                        {"sheet", preview.sheet_name},
                                        {"header_row", preview.header_row},
                                        {"columns", std::move(columns)},
                                        {"accepted", std::move(accepted)},
                                        {"refused", std::move(refused)},
                                        {"skipped", std::move(skipped)}});
}

}  // namespace zhibu::client
