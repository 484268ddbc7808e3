#include "client/roster/row_sorting.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/cell_reading.hpp"
#include "client/roster/plain_text.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_header.hpp"

namespace zhibu::client {
namespace {

constexpr std::uint32_t section_columns_min = 3;

constexpr std::string_view total_words[] = {"合计", "总计",   "小计", "共计",
                                            "累计", "总人数", "total"};

// With the colon or bracket that a form puts behind them, or as examples.
constexpr std::string_view footnote_words[] = {
    "填表人",   "填表日期", "填表时间", "填报人", "填报单位", "填报日期", "制表",  "审核人",
    "审核:",    "负责人:",  "联系人:",  "说明:",  "备注:",    "注:",      "注意:", "填表说明",
    "填写说明", "示例",     "样例",     "例:",    "(盖章)",   "盖章"};

template <std::size_t count>
bool starts_with_any(std::string_view text, const std::string_view (&words)[count]) {
    return std::ranges::any_of(words,
                               [&](std::string_view word) { return text.starts_with(word); });
}

/// "共12人", "(共12人)"
bool counts_people(std::string_view text) {
    if (text.starts_with('(')) {
        text.remove_prefix(1);
    }
    constexpr std::string_view together = "共";
    if (!text.starts_with(together)) {
        return false;
    }
    text.remove_prefix(together.size());
    const std::size_t digits = text.find_first_not_of("0123456789");
    return digits != 0 && digits != std::string_view::npos &&
           (text.substr(digits).starts_with("人") || text.substr(digits).starts_with("名"));
}

}  // namespace

RowSorting::RowSorting(const Sheet& sheet, const SheetHeader& header)
    : sheet_{sheet}, header_{header} {
    for (std::uint32_t number = header.first_row; number <= header.row; ++number) {
        const Sheet::Row* row = sheet.find_row(number);
        std::vector<std::string>& keys = header_keys_.emplace_back(sheet.column_count());
        for (std::uint32_t column = 1; row != nullptr && column <= keys.size(); ++column) {
            keys[column - 1] =
                header_key(shown_text(sheet.cell(*row, column), sheet.counts_from_1904));
        }
    }
    std::ranges::copy_if(
        sheet.merges(), std::back_inserter(wide_merges_), [](const MergedCells& merge) {
            return merge.last_column - merge.first_column + 1 >= section_columns_min;
        });
}

std::optional<SkipReason> RowSorting::skip_reason(const Sheet::Row& row) const {
    if (row.number < header_.first_row) {
        return SkipReason::title;
    }
    if (row.number <= header_.row) {
        return SkipReason::header;
    }
    if (repeats_header(row)) {
        return SkipReason::repeated_header;
    }
    if (const auto reason = by_words(row)) {
        return reason;
    }
    return is_section(row) ? std::optional{SkipReason::section} : by_columns(row);
}

bool RowSorting::repeats_header(const Sheet::Row& row) const {
    const auto cells = sheet_.cells_of(row);
    return std::ranges::any_of(header_keys_, [&](const std::vector<std::string>& keys) {
        std::size_t same = 0;
        for (const Sheet::StoredCell& stored : cells) {
            const std::string& key = keys[stored.column - 1U];
            const bool is_same = !key.empty() && stored.kind == CellKind::text &&
                                 key == header_key(sheet_.view(stored).text);
            same += is_same ? 1U : 0U;
        }
        return same >= 2 && same * 2 >= cells.size();
    });
}

std::optional<SkipReason> RowSorting::by_words(const Sheet::Row& row) const {
    std::size_t texts_seen = 0;
    for (const Sheet::StoredCell& stored : sheet_.cells_of(row)) {
        const Cell cell = sheet_.view(stored);
        if (cell.kind != CellKind::text || holds_nothing(cell)) {
            continue;
        }
        const std::string text = lower_ascii(compact(cell.text));
        if (starts_with_any(text, total_words) || counts_people(text)) {
            return SkipReason::total;
        }
        if (texts_seen == 0 && starts_with_any(text, footnote_words)) {
            return SkipReason::footnote;
        }
        // The words stand in front; an address may begin with any of them.
        if (++texts_seen == 2) {
            break;
        }
    }
    return std::nullopt;
}

std::optional<SkipReason> RowSorting::by_columns(const Sheet::Row& row) const {
    bool has_row_number = false;
    for (const Sheet::StoredCell& stored : sheet_.cells_of(row)) {
        if (holds_nothing(sheet_.view(stored))) {
            continue;
        }
        const ColumnUse use = header_.columns[stored.column - 1U].use;
        if (use == ColumnUse::field) {
            return std::nullopt;
        }
        has_row_number = has_row_number || use == ColumnUse::row_number;
    }
    return has_row_number ? SkipReason::only_row_number : SkipReason::nothing;
}

bool RowSorting::is_section(const Sheet::Row& row) const {
    const auto cells = sheet_.cells_of(row);
    if (cells.size() != 1) {
        return false;
    }
    const auto first =
        std::ranges::lower_bound(wide_merges_, row.number, {}, &MergedCells::first_row);
    for (auto merge = first; merge != wide_merges_.end() && merge->first_row == row.number;
         ++merge) {
        if (merge->covers(row.number, cells[0].column)) {
            return true;
        }
    }
    return false;
}

}  // namespace zhibu::client
