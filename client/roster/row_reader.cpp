#include "client/roster/row_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "client/roster/cell_date.hpp"
#include "client/roster/cell_reading.hpp"
#include "client/roster/interpret.hpp"
#include "client/roster/merged_view.hpp"
#include "client/roster/plain_text.hpp"
#include "client/roster/reference_lookup.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {
namespace {

using catalog::Field;
using catalog::FieldType;
using catalog::Kind;
using catalog::Misfit;
using record::Value;
using enum RefusalReason;

constexpr std::size_t shown_characters_max = 120;

// Before a person's name in the memory of answers, where organisations stand by their words alone.
constexpr char person_key[] = "\n";

template <class T>
std::expected<Value, RefusalReason> as_value(std::expected<T, RefusalReason> read) {
    if (!read) {
        return std::unexpected(read.error());
    }
    return Value{*std::move(read)};
}

RefusalReason reason_of(Misfit misfit) {
    switch (misfit) {
        case Misfit::too_long:
            return too_long;
        case Misfit::not_in_list:
            return not_in_list;
        case Misfit::negative:
            return negative;
        case Misfit::not_one_line:
        case Misfit::invisible_or_bidi:
            return unreadable_characters;
        case Misfit::month_not_allowed:
            return day_missing;
        case Misfit::wrong_type:
            break;
    }
    return not_readable;
}

/// References come after the columns that they may depend on: the person after its branch.
int reading_order(const Field& field) {
    if (field.type != FieldType::reference) {
        return 0;
    }
    return field.refers_to == "organisation" ? 1 : 2;
}

std::expected<Value, RefusalReason> only_one(const std::vector<record::RecordId>& found,
                                             std::string& detail) {
    if (found.size() == 1) {
        return Value{found.front()};
    }
    detail = std::to_string(found.size());
    return std::unexpected(found.empty() ? reference_unknown : reference_ambiguous);
}

constexpr std::string_view name_separators[] = {"、", ",", "，", ";", "；", "/"};

std::size_t separator_length(std::string_view text) {
    const auto* found = std::ranges::find_if(
        name_separators, [&](std::string_view separator) { return text.starts_with(separator); });
    return found == std::end(name_separators) ? 0 : found->size();
}

/// Where the first separator of names stands.
std::size_t name_separator(std::string_view text) {
    std::size_t first = std::string_view::npos;
    for (const std::string_view separator : name_separators) {
        first = std::min(first, text.find(separator));
    }
    return first;
}

}  // namespace

bool DraftRow::is_refused(record::KindNumber kind, record::FieldNumber field) const {
    return std::ranges::any_of(refusals, [&](const CellRefusal& refusal) {
        return refusal.kind == kind && refusal.field == field;
    });
}

RowReader::RowReader(const Sheet& sheet, const catalog::Catalog& catalog, const Kind& kind,
                     const std::vector<RosterColumn>& columns, const InterpretOptions& options,
                     const ReferenceLookup& references)
    : sheet_{sheet},
      catalog_{catalog},
      kind_{kind},
      columns_{columns},
      options_{options},
      references_{references},
      is_person_{kind.name == "person"} {
    for (const RosterColumn& column : columns_) {
        if (column.use != ColumnUse::field) {
            continue;
        }
        const Kind* of = catalog.find(column.kind);
        ZHIBU_CHECK(of != nullptr);
        const Field* field = of->find(column.field);
        ZHIBU_CHECK(field != nullptr);
        readings_.push_back({&column, of, field});
        if (field->type == FieldType::code) {
            const catalog::CodeList* list = catalog.find_codes(field->refers_to);
            ZHIBU_CHECK(list != nullptr);
            code_words_.try_emplace(std::string{list->name}, *list);
        }
    }
    std::ranges::sort(readings_, {}, [](const Reading& reading) {
        return std::pair{reading_order(*reading.field), reading.column->column};
    });
}

DraftRow RowReader::read(std::uint32_t row, const MergedView& view) {
    DraftRow draft;
    draft.row = row;
    for (const Reading& reading : readings_) {
        const Cell cell = view.cell(reading.column->column);
        const bool is_listed = reading.field->type == FieldType::code && !cell.is_empty() &&
                               code_words_.find(reading.field->refers_to)->second.read(cell);
        // 无 may be an entry of a code list; elsewhere it says that there is nothing.
        if (is_listed || !holds_nothing(cell)) {
            read_column(reading, cell, draft, view);
        }
    }
    fill_entries(draft);
    for (const FieldValue& given : options_.given) {
        if (!draft.is_refused(kind_.id(), given.field)) {
            draft.values.try_emplace(given.field, given.value);
        }
    }
    return draft;
}

void RowReader::read_column(const Reading& reading, const Cell& cell, DraftRow& draft,
                            const MergedView& view) {
    std::string detail;
    const bool is_own = reading.kind == &kind_;
    bool is_special = false;
    ReadValue value = is_own && is_person_ ? read_special(*reading.field, cell, draft, is_special)
                                           : ReadValue{record::Empty{}};
    if (!is_special) {
        value = read_value(*reading.field, cell, draft, detail);
    }
    if (value) {
        value = fitted(*reading.field, *std::move(value), detail);
    }
    if (!value) {
        CellRefusal refused = refusal(view, *reading.kind, *reading.field, value.error());
        refused.detail = std::move(detail);
        draft.refusals.push_back(std::move(refused));
        return;
    }
    if (record::is_empty(*value)) {
        return;
    }
    auto& values = is_own ? draft.values : draft.entries[reading.kind->id()];
    // The mark in the name has filled its field already, and stands against a column's 否.
    values.try_emplace(reading.field->id(), *std::move(value));
}

RowReader::ReadValue RowReader::read_special(const Field& field, const Cell& cell, DraftRow& draft,
                                             bool& is_special) const {
    is_special = true;
    if (field.name == "name") {
        const auto read = read_name(cell);
        if (!read) {
            return std::unexpected(read.error());
        }
        const Field* mark = kind_.find("unreachable");
        if (read->is_unreachable && mark != nullptr) {
            draft.values.insert_or_assign(mark->id(), Value{true});
            draft.remarks.push_back({mark->id(), RemarkKind::mark_taken_off_name});
        }
        return Value{read->name};
    }
    if (field.name == "id_number") {
        return as_value(read_id_number(cell));
    }
    if (field.name == "mobile") {
        return as_value(read_mobile(cell));
    }
    if (field.name == "unreachable" && cell.kind == CellKind::text &&
        means_unreachable(cell.text)) {
        return Value{true};
    }
    is_special = false;
    return Value{record::Empty{}};
}

RowReader::ReadValue RowReader::read_value(const Field& field, const Cell& cell, DraftRow& draft,
                                           std::string& detail) {
    switch (field.type) {
        case FieldType::text:
            return as_value(read_text(cell, sheet_.counts_from_1904, false));
        case FieldType::note:
            return as_value(read_text(cell, sheet_.counts_from_1904, true));
        case FieldType::integer:
            return as_value(read_integer(cell));
        case FieldType::money:
            return as_value(read_money(cell));
        case FieldType::boolean:
            return as_value(read_boolean(cell));
        case FieldType::day:
        case FieldType::month:
            return read_day(field, cell);
        case FieldType::code:
            return read_code(field, cell);
        case FieldType::reference:
            return read_reference(field, cell, draft, detail);
        case FieldType::instant:
        case FieldType::tags:
            break;
    }
    const auto text = read_text(cell, sheet_.counts_from_1904, false);
    if (!text) {
        return std::unexpected(text.error());
    }
    auto value = catalog::parse_value(catalog_, field, *text);
    return value ? ReadValue{*std::move(value)} : std::unexpected(not_readable);
}

RowReader::ReadValue RowReader::read_day(const Field& field, const Cell& cell) const {
    const auto date = read_date(cell, {sheet_.counts_from_1904, sheet_.source});
    if (!date) {
        return std::unexpected(date.error());
    }
    // A birth month waits for the id number to complete it.
    const bool waits = is_person_ && field.name == "birth_date";
    if (field.type == FieldType::day && date->is_month() && !waits) {
        return std::unexpected(day_missing);
    }
    return Value{*date};
}

RowReader::ReadValue RowReader::read_code(const Field& field, const Cell& cell) {
    return as_value(code_words_.find(field.refers_to)->second.read(cell));
}

std::optional<record::RecordId> RowReader::branch_of(const DraftRow& draft) const {
    for (const std::string_view name : kind_.placed_by) {
        const Field* field = kind_.find(name);
        if (field == nullptr) {
            continue;
        }
        const auto read = draft.values.find(field->id());
        if (read != draft.values.end() && std::holds_alternative<record::RecordId>(read->second)) {
            return std::get<record::RecordId>(read->second);
        }
        const auto given = std::ranges::find(options_.given, field->id(), &FieldValue::field);
        if (given != options_.given.end() &&
            std::holds_alternative<record::RecordId>(given->value)) {
            return std::get<record::RecordId>(given->value);
        }
    }
    return std::nullopt;
}

/// Two mentors or introducers often share one column: the field that takes the second name.
const Field* RowReader::second_of_two(const Field& field) const {
    if (!field.name.ends_with("_1")) {
        return nullptr;
    }
    const Field* second =
        kind_.find(std::string{field.name.substr(0, field.name.size() - 1)} + "2");
    const bool has_column = std::ranges::any_of(
        readings_, [&](const Reading& reading) { return reading.field == second; });
    return has_column ? nullptr : second;
}

RowReader::ReadValue RowReader::find_organisation(const std::string& words, std::string& detail) {
    auto known = found_.find({words, record::RecordId{}});
    if (known == found_.end()) {
        known =
            found_.emplace(std::pair{words, record::RecordId{}}, references_.organisations(words))
                .first;
    }
    return only_one(known->second, detail);
}

RowReader::ReadValue RowReader::find_person(std::string_view words, const DraftRow& draft,
                                            std::string& detail) {
    const auto read = read_name(Cell{CellKind::text, NumberShape::general, 0, words});
    if (!read) {
        return std::unexpected(read.error());
    }
    const auto branch = branch_of(draft);
    const auto key = std::pair{person_key + read->name, branch.value_or(record::RecordId{})};
    auto known = found_.find(key);
    if (known == found_.end()) {
        known = found_.emplace(key, references_.persons(read->name, branch)).first;
    }
    return only_one(known->second, detail);
}

RowReader::ReadValue RowReader::read_reference(const Field& field, const Cell& cell,
                                               DraftRow& draft, std::string& detail) {
    const auto words = read_text(cell, sheet_.counts_from_1904, false);
    if (!words) {
        return std::unexpected(words.error());
    }
    if (field.refers_to == "organisation") {
        return find_organisation(*words, detail);
    }
    if (field.refers_to != "person") {
        return std::unexpected(reference_unknown);
    }
    const Field* second = second_of_two(field);
    const std::size_t between = second == nullptr ? std::string::npos : name_separator(*words);
    if (between == std::string::npos) {
        return find_person(*words, draft, detail);
    }
    const std::string_view both = *words;
    const std::size_t next = between + separator_length(both.substr(between));
    ReadValue other = find_person(both.substr(next), draft, detail);
    if (!other) {
        return other;
    }
    draft.values.insert_or_assign(second->id(), *std::move(other));
    return find_person(both.substr(0, between), draft, detail);
}

/// An entry needs what the row says under the record's own field of that name: 学历 beside
/// 毕业院校.
void RowReader::fill_entries(DraftRow& draft) const {
    for (auto& [number, values] : draft.entries) {
        for (const Field& field : catalog_.find(number)->fields) {
            const Field* own = kind_.find(field.name);
            const auto said = own == nullptr ? draft.values.end() : draft.values.find(own->id());
            if (said != draft.values.end() && field.required == catalog::Required::yes &&
                own->type == field.type && own->refers_to == field.refers_to) {
                values.try_emplace(field.id(), said->second);
            }
        }
    }
}

RowReader::ReadValue RowReader::fitted(const Field& field, Value value, std::string& detail) const {
    const auto misfit = catalog::misfit(catalog_, field, value);
    // The month of a birth date is looked at once the id number is known.
    const bool waits =
        is_person_ && field.name == "birth_date" && misfit == Misfit::month_not_allowed;
    if (!misfit || waits) {
        return value;
    }
    if (*misfit == Misfit::too_long) {
        detail = std::to_string(field.width);
    }
    return std::unexpected(reason_of(*misfit));
}

CellRefusal RowReader::refusal(const MergedView& view, const Kind& kind, const Field& field,
                               RefusalReason reason) const {
    CellRefusal refused;
    refused.kind = kind.id();
    refused.field = field.id();
    refused.reason = reason;
    refused.header = std::string{field.label.zh};
    const auto reading = std::ranges::find(readings_, &field, &Reading::field);
    if (reading != readings_.end()) {
        const std::string shown =
            shown_text(view.cell(reading->column->column), sheet_.counts_from_1904);
        refused.column = reading->column->column;
        refused.header = reading->column->header;
        refused.value = shortened(tidy_line(shown), shown_characters_max);
    }
    return refused;
}

void RowReader::refuse_missing(DraftRow& draft, const MergedView& view) const {
    const auto refuse = [&](const Kind& kind, const auto& values) {
        for (const Field& field : kind.fields) {
            const bool is_owner = &kind != &kind_ && field.name == "owner";
            if (field.required == catalog::Required::yes && !is_owner &&
                !values.contains(field.id()) && !draft.is_refused(kind.id(), field.id())) {
                draft.refusals.push_back(refusal(view, kind, field, required_missing));
            }
        }
    };
    refuse(kind_, draft.values);
    for (const auto& [number, values] : draft.entries) {
        refuse(*catalog_.find(number), values);
    }
}

}  // namespace zhibu::client
