#include "client/roster/sheet_header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/roster/cell_reading.hpp"
#include "client/roster/merged_view.hpp"
#include "client/roster/plain_text.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

using catalog::Catalog;
using catalog::Field;
using catalog::Kind;

constexpr std::size_t header_search_rows = 50;
constexpr std::size_t header_fields_min = 2;

constexpr std::string_view row_number_words[] = {"序号", "编号", "序", "no", "no.", "行号", "#"};

/// The words that name a field, each as a header's key.
std::vector<std::string> keys_of(const Field& field) {
    std::vector<std::string> keys{header_key(field.label.zh), header_key(field.label.en),
                                  header_key(field.name)};
    std::string_view rest = field.also_called;
    while (!rest.empty()) {
        const std::size_t bar = std::min(rest.find('|'), rest.size());
        keys.push_back(header_key(rest.substr(0, bar)));
        rest.remove_prefix(std::min(rest.size(), bar + 1));
    }
    return keys;
}

/// One row taken as the header: each column's own words and those of the group above.
struct HeaderRow {
    std::uint32_t row = 0;
    std::uint32_t first_row = 0;
    std::vector<std::string> leaves;  // by column - 1, one line
    std::vector<std::string> groups;
};

std::vector<std::string> line_of(const Sheet& sheet, const MergedView& view) {
    std::vector<std::string> texts;
    for (std::uint32_t column = 1; column <= sheet.column_count(); ++column) {
        texts.push_back(tidy_line(shown_text(view.cell(column), sheet.counts_from_1904)));
    }
    return texts;
}

/// The row's texts, and what the row above says where it is a group: not the same merged cell, and
/// not one cell over the whole width (a title). Without merges (in a .csv) a group's words stand
/// over its first column alone and belong to the columns after it too.
HeaderRow header_row_at(const Sheet& sheet, std::uint32_t row) {
    HeaderRow header;
    header.row = row;
    header.first_row = row;
    header.groups.resize(sheet.column_count());
    if (row == 1) {
        MergedView view(sheet);
        view.move_to(row);
        header.leaves = line_of(sheet, view);
        return header;
    }
    MergedView above(sheet);
    above.move_to(row - 1);
    MergedView view(sheet);
    view.move_to(row);
    header.leaves = line_of(sheet, view);
    const std::vector<std::string> over = line_of(sheet, above);
    const std::set<std::string> words(over.begin(), over.end());
    const bool is_title = words.size() - words.count("") <= 1;
    std::string last_group;
    for (std::uint32_t column = 1; column <= sheet.column_count() && !is_title; ++column) {
        const std::size_t i = column - 1;
        const MergedCells* merge = above.merge_at(column);
        const bool is_same_cell = merge != nullptr && merge == view.merge_at(column);
        if (is_same_cell) {
            last_group.clear();
            continue;
        }
        if (!over[i].empty()) {
            last_group = over[i];
        }
        if (header.leaves[i].empty()) {
            header.leaves[i] = over[i];
            last_group.clear();
        } else {
            header.groups[i] = last_group;
        }
    }
    return header;
}

std::size_t fields_named(const HeaderWords& words, const HeaderRow& header) {
    std::set<HeaderWords::Meaning> named;
    for (std::size_t i = 0; i < header.leaves.size(); ++i) {
        if (const auto meaning = words.find(header.leaves[i], header.groups[i])) {
            named.insert(*meaning);
        }
    }
    return named.size();
}

std::expected<HeaderRow, RosterError> best_row(const Sheet& sheet, const HeaderWords& words) {
    HeaderRow best;
    std::size_t most = 0;
    for (const Sheet::Row& row :
         sheet.rows().first(std::min(sheet.rows().size(), header_search_rows))) {
        HeaderRow candidate = header_row_at(sheet, row.number);
        const std::size_t named = fields_named(words, candidate);
        if (named > most) {
            most = named;
            best = std::move(candidate);
        }
    }
    if (most < header_fields_min) {
        return std::unexpected(RosterError{RosterErrorCode::no_header, 0, 0, 0, {}});
    }
    const bool has_groups =
        std::ranges::any_of(best.groups, [](const std::string& group) { return !group.empty(); });
    best.first_row = has_groups ? best.row - 1 : best.row;
    return best;
}

/// "name" of the kind, or "entry_kind.name".
const Field* find_field(const Catalog& catalog, const Kind& kind, std::string_view name,
                        record::KindNumber& of) {
    const std::size_t dot = name.find('.');
    const Kind* owner = &kind;
    if (dot != std::string_view::npos) {
        owner = catalog.find(name.substr(0, dot));
        name.remove_prefix(dot + 1);
        if (owner == nullptr || owner->owner != kind.name) {
            return nullptr;
        }
    }
    of = owner->id();
    return owner->find(name);
}

std::expected<void, RosterError> apply_choices(const Catalog& catalog, const Kind& kind,
                                               const std::vector<ColumnChoice>& choices,
                                               std::vector<RosterColumn>& columns) {
    for (const ColumnChoice& choice : choices) {
        auto column = std::ranges::find(columns, choice.column, &RosterColumn::column);
        record::KindNumber of;
        const Field* field =
            choice.field.empty() ? nullptr : find_field(catalog, kind, choice.field, of);
        if (column == columns.end() || (field == nullptr && !choice.field.empty())) {
            return std::unexpected(
                RosterError{RosterErrorCode::unknown_field, 0, choice.column, 0, choice.field});
        }
        column->use = field == nullptr ? ColumnUse::ignored : ColumnUse::field;
        column->kind = of;
        column->field = field == nullptr ? record::FieldNumber{} : field->id();
    }
    return {};
}

std::expected<void, RosterError> check_once(const Catalog& catalog,
                                            const std::vector<RosterColumn>& columns) {
    std::set<HeaderWords::Meaning> seen;
    for (const RosterColumn& column : columns) {
        if (column.use == ColumnUse::field && !seen.insert({column.kind, column.field}).second) {
            const Field* field = catalog.find(column.kind)->find(column.field);
            return std::unexpected(RosterError{RosterErrorCode::field_twice, 0, column.column, 0,
                                               std::string{field->label.zh}});
        }
    }
    return {};
}

RosterColumn column_of(const HeaderWords& words, const HeaderRow& header, std::uint32_t column) {
    const std::string& leaf = header.leaves[column - 1];
    const std::string& group = header.groups[column - 1];
    RosterColumn mapped{column, leaf, ColumnUse::unknown, {}, {}};
    if (const auto meaning = words.find(leaf, group)) {
        mapped.use = ColumnUse::field;
        mapped.kind = meaning->kind;
        mapped.field = meaning->field;
    } else if (std::ranges::find(row_number_words, header_key(leaf)) !=
               std::end(row_number_words)) {
        mapped.use = ColumnUse::row_number;
    }
    return mapped;
}

}  // namespace

HeaderWords::HeaderWords(const Catalog& catalog, const Kind& kind) : own_kind_{kind.id()} {
    add(kind);
    for (const Kind* entry : catalog.entries_of(kind)) {
        add(*entry);
    }
}

void HeaderWords::add(const Kind& kind) {
    const bool is_own = kind.id() == own_kind_;
    for (const Field& field : kind.fields) {
        if (!is_own && field.name == "owner") {
            continue;
        }
        const Meaning meaning{kind.id(), field.id()};
        for (const std::string& key : keys_of(field)) {
            if (is_own) {
                own_.emplace(key, meaning);
                continue;
            }
            const auto [at, is_new] = entries_.emplace(key, meaning);
            if (!is_new && at->second != meaning) {
                at->second.reset();
            }
            entries_.emplace(header_key(kind.label.zh) + key, meaning);
        }
    }
}

std::optional<HeaderWords::Meaning> HeaderWords::find_key(const std::string& key) const {
    if (const auto own = own_.find(key); own != own_.end()) {
        return own->second;
    }
    const auto entry = entries_.find(key);
    return entry == entries_.end() ? std::nullopt : entry->second;
}

std::optional<HeaderWords::Meaning> HeaderWords::find(std::string_view leaf,
                                                      std::string_view group) const {
    const std::string key = header_key(leaf);
    if (key.empty()) {
        return std::nullopt;
    }
    const std::string bare = without_notes(key);
    const std::string group_key = without_notes(header_key(group));
    // The group first: 家庭 over 住址 is 家庭住址, whatever 住址 alone may be.
    for (const std::string& words : {group_key + key, group_key + bare, key, bare}) {
        if (const auto meaning = words.empty() ? std::nullopt : find_key(words)) {
            return meaning;
        }
    }
    return std::nullopt;
}

std::expected<SheetHeader, RosterError> find_header(const Sheet& sheet, const Catalog& catalog,
                                                    const Kind& kind, std::uint32_t chosen_row,
                                                    const std::vector<ColumnChoice>& choices) {
    const HeaderWords words(catalog, kind);
    if (chosen_row != 0 && sheet.find_row(chosen_row) == nullptr) {
        return std::unexpected(RosterError{RosterErrorCode::no_header, chosen_row, 0, 0, {}});
    }
    auto header = chosen_row == 0
                      ? best_row(sheet, words)
                      : std::expected<HeaderRow, RosterError>{header_row_at(sheet, chosen_row)};
    if (!header) {
        return std::unexpected(std::move(header).error());
    }
    SheetHeader found{header->row, header->first_row, {}};
    for (std::uint32_t column = 1; column <= sheet.column_count(); ++column) {
        found.columns.push_back(column_of(words, *header, column));
    }
    ZHIBU_TRY_VOID(apply_choices(catalog, kind, choices, found.columns));
    ZHIBU_TRY_VOID(check_once(catalog, found.columns));
    return found;
}

}  // namespace zhibu::client
