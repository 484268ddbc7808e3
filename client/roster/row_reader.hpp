#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/roster/cell_date.hpp"
#include "client/roster/code_words.hpp"
#include "client/roster/interpret.hpp"
#include "client/roster/merged_view.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// One row while it is read: values so far, by field, and what was refused.
struct DraftRow {
    std::uint32_t row = 0;
    std::map<record::FieldNumber, record::Value> values;
    std::map<record::KindNumber, std::map<record::FieldNumber, record::Value>> entries;
    std::vector<Remark> remarks;
    std::vector<CellRefusal> refusals;

    /// Whether a cell of that field of the roster's kind was refused.
    [[nodiscard]] bool is_refused(record::KindNumber kind, record::FieldNumber field) const;
};

/// Reads the cells of one row after another by the columns' meanings. Fields alone; what spans
/// fields is PersonRow's and the rules' business. Threads: not synchronised.
class RowReader {
public:
    /// All outlive the reader.
    RowReader(const Sheet& sheet, const catalog::Catalog& catalog, const catalog::Kind& kind,
              const std::vector<RosterColumn>& columns, const InterpretOptions& options,
              const ReferenceLookup& references);

    /// Reads the row at which `view` stands.
    [[nodiscard]] DraftRow read(std::uint32_t row, const MergedView& view);

    /// The refusal of a field, with its column's place and its cell's text where there is one.
    [[nodiscard]] CellRefusal refusal(const MergedView& view, const catalog::Kind& kind,
                                      const catalog::Field& field, RefusalReason reason) const;

    /// The kind's fields and its entries' that a record cannot lack and that the row lacks.
    void refuse_missing(DraftRow& draft, const MergedView& view) const;

private:
    /// A column with what reading it needs.
    struct Reading {
        const RosterColumn* column = nullptr;
        const catalog::Kind* kind = nullptr;
        const catalog::Field* field = nullptr;
    };

    using ReadValue = std::expected<record::Value, RefusalReason>;

    void read_column(const Reading& reading, const Cell& cell, DraftRow& draft,
                     const MergedView& view);
    [[nodiscard]] ReadValue read_value(const catalog::Field& field, const Cell& cell,
                                       DraftRow& draft, std::string& detail);
    [[nodiscard]] ReadValue read_special(const catalog::Field& field, const Cell& cell,
                                         DraftRow& draft, bool& is_special) const;
    [[nodiscard]] ReadValue read_day(const catalog::Field& field, const Cell& cell) const;
    [[nodiscard]] ReadValue read_code(const catalog::Field& field, const Cell& cell);
    [[nodiscard]] ReadValue read_reference(const catalog::Field& field, const Cell& cell,
                                           DraftRow& draft, std::string& detail);
    [[nodiscard]] ReadValue find_person(std::string_view words, const DraftRow& draft,
                                        std::string& detail);
    [[nodiscard]] ReadValue find_organisation(const std::string& words, std::string& detail);
    [[nodiscard]] const catalog::Field* second_of_two(const catalog::Field& field) const;
    void fill_entries(DraftRow& draft) const;
    [[nodiscard]] ReadValue fitted(const catalog::Field& field, record::Value value,
                                   std::string& detail) const;
    [[nodiscard]] std::optional<record::RecordId> branch_of(const DraftRow& draft) const;

    const Sheet& sheet_;
    const catalog::Catalog& catalog_;
    const catalog::Kind& kind_;
    const std::vector<RosterColumn>& columns_;
    const InterpretOptions& options_;
    const ReferenceLookup& references_;
    bool is_person_;
    std::vector<Reading> readings_;  // references last: they may need the row's branch
    std::map<std::string, CodeWords, std::less<>> code_words_;
    std::map<std::pair<std::string, record::RecordId>, std::vector<record::RecordId>> found_;
};

}  // namespace zhibu::client
