#include "client/roster/interpret.hpp"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "client/roster/merged_view.hpp"
#include "client/roster/person_row.hpp"
#include "client/roster/reference_lookup.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/row_reader.hpp"
#include "client/roster/row_sorting.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_header.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {
namespace {

using catalog::Catalog;
using catalog::Kind;

std::vector<FieldValue> flat(std::map<record::FieldNumber, record::Value>& values) {
    std::vector<FieldValue> fields;
    fields.reserve(values.size());
    for (auto& [field, value] : values) {
        fields.push_back({field, std::move(value)});
    }
    return fields;
}

AcceptedRow accepted_row(DraftRow& draft) {
    AcceptedRow row{draft.row, flat(draft.values), {}, std::move(draft.remarks)};
    for (auto& [kind, values] : draft.entries) {
        row.entries.push_back({kind, flat(values)});
    }
    std::ranges::sort(row.remarks, {}, &Remark::field);
    return row;
}

/// Where each id number of the file stands, and what its refusal would say.
class IdNumberRows {
public:
    IdNumberRows(const Kind& kind, const RowReader& reader)
        : kind_{kind},
          reader_{reader},
          field_{kind.name == "person" ? kind.find("id_number") : nullptr} {}

    /// Notes the row's id number, if it has one.
    void add(const DraftRow& draft) {
        if (field_ == nullptr) {
            return;
        }
        const auto found = draft.values.find(field_->id());
        if (found != draft.values.end()) {
            rows_[std::get<std::string>(found->second)].push_back(draft.row);
        }
    }

    /// The refusal for each row whose id number stands in another row too.
    [[nodiscard]] std::unordered_map<std::uint32_t, CellRefusal> repeated(
        const Sheet& sheet) const {
        std::unordered_map<std::uint32_t, CellRefusal> refusals;
        const MergedView nowhere(sheet);
        for (const auto& [id_number, rows] : rows_) {
            for (const std::uint32_t row : rows.size() > 1 ? rows : std::vector<std::uint32_t>{}) {
                CellRefusal refusal =
                    reader_.refusal(nowhere, kind_, *field_, RefusalReason::duplicate_in_file);
                refusal.value = id_number;
                refusal.other_row = row == rows.front() ? rows[1] : rows.front();
                refusals.emplace(row, std::move(refusal));
            }
        }
        return refusals;
    }

private:
    const Kind& kind_;
    const RowReader& reader_;
    const catalog::Field* field_;  // in the catalog; null: the kind has no id numbers
    std::unordered_map<std::string, std::vector<std::uint32_t>> rows_;
};

/// Moves rows that repeat an id number from the accepted to the refused.
void refuse_repeated(std::unordered_map<std::uint32_t, CellRefusal> repeated,
                     RosterPreview& preview) {
    if (repeated.empty()) {
        return;
    }
    for (RefusedRow& row : preview.refused) {
        if (const auto found = repeated.find(row.row); found != repeated.end()) {
            row.refusals.push_back(std::move(found->second));
            repeated.erase(found);
        }
    }
    std::erase_if(preview.accepted,
                  [&](const AcceptedRow& row) { return repeated.contains(row.row); });
    for (auto& [row, refusal] : repeated) {
        preview.refused.push_back({row, {std::move(refusal)}});
    }
}

void put_in_order(RosterPreview& preview) {
    std::ranges::sort(preview.refused, {}, &RefusedRow::row);
    for (RefusedRow& row : preview.refused) {
        std::ranges::sort(row.refusals, {}, [](const CellRefusal& refusal) {
            return std::tuple{refusal.column, refusal.kind, refusal.field, refusal.reason};
        });
    }
}

}  // namespace

std::expected<RosterPreview, RosterError> interpret(const Sheet& sheet, const Catalog& catalog,
                                                    std::string_view kind_name,
                                                    const InterpretOptions& options,
                                                    const ReferenceLookup& references) {
    const Kind& kind = catalog.kind(kind_name);
    ZHIBU_TRY(header, find_header(sheet, catalog, kind, options.header_row, options.choices));
    RosterPreview preview;
    preview.kind = kind.id();
    preview.sheet_name = sheet.name;
    preview.other_sheets = sheet.other_sheets;
    preview.header_row = header.row;

    const RowSorting sorting(sheet, header);
    RowReader reader(sheet, catalog, kind, header.columns, options, references);
    IdNumberRows id_numbers(kind, reader);
    MergedView view(sheet);
    for (const Sheet::Row& row : sheet.rows()) {
        if (const auto reason = sorting.skip_reason(row)) {
            preview.skipped.push_back({row.number, *reason});
            continue;
        }
        view.move_to(row.number);
        DraftRow draft = reader.read(row.number, view);
        if (kind.name == "person") {
            complete_person(draft, view, reader, kind);
        }
        reader.refuse_missing(draft, view);
        id_numbers.add(draft);
        if (draft.refusals.empty()) {
            preview.accepted.push_back(accepted_row(draft));
        } else {
            preview.refused.push_back({row.number, std::move(draft.refusals)});
        }
    }
    refuse_repeated(id_numbers.repeated(sheet), preview);
    put_in_order(preview);
    preview.columns = std::move(header.columns);
    std::erase_if(preview.columns, [](const RosterColumn& column) {
        return column.use == ColumnUse::unknown && column.header.empty();
    });
    return preview;
}

}  // namespace zhibu::client
