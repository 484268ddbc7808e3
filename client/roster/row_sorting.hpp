#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_header.hpp"

namespace zhibu::client {

/// Tells rows that hold a record from those that only belong to the form.
/// Threads: immutable once made.
class RowSorting {
public:
    /// Both outlive it.
    RowSorting(const Sheet& sheet, const SheetHeader& header);

    /// Why the row holds no record; no value: it holds one.
    [[nodiscard]] std::optional<SkipReason> skip_reason(const Sheet::Row& row) const;

private:
    [[nodiscard]] bool repeats_header(const Sheet::Row& row) const;
    [[nodiscard]] bool is_section(const Sheet::Row& row) const;
    [[nodiscard]] std::optional<SkipReason> by_words(const Sheet::Row& row) const;
    [[nodiscard]] std::optional<SkipReason> by_columns(const Sheet::Row& row) const;

    const Sheet& sheet_;
    const SheetHeader& header_;
    std::vector<std::vector<std::string>> header_keys_;  // of each header row, by column - 1
    std::vector<MergedCells> wide_merges_;               // ascending by first row
};

}  // namespace zhibu::client
