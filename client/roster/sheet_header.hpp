#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/roster_error.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// Headers to the fields that they name: by label in either language, name and synonyms; of the
/// kind itself first, then of the entry kinds that it owns where no two entry kinds claim the
/// words. Threads: immutable once made.
class HeaderWords {
public:
    struct Meaning {
        record::KindNumber kind;
        record::FieldNumber field;

        friend auto operator<=>(const Meaning&, const Meaning&) = default;
    };

    HeaderWords(const catalog::Catalog& catalog, const catalog::Kind& kind);

    /// @param group  the header of the row above that spans this column, or empty
    [[nodiscard]] std::optional<Meaning> find(std::string_view leaf, std::string_view group) const;

private:
    void add(const catalog::Kind& kind);
    [[nodiscard]] std::optional<Meaning> find_key(const std::string& key) const;

    record::KindNumber own_kind_;
    std::map<std::string, Meaning> own_;
    std::map<std::string, std::optional<Meaning>> entries_;  // no value: several claim it
};

/// Which column a caller wants read as what; overrides the header's words.
struct ColumnChoice {
    std::uint32_t column = 0;  // from 1
    /// A field's name, "entry_kind.field", or empty to leave the column out.
    std::string field;
};

struct SheetHeader {
    std::uint32_t row = 0;
    /// The first row that belongs to the header: `row`, or the row of groups above it.
    std::uint32_t first_row = 0;
    std::vector<RosterColumn> columns;
};

/// Finds the header among the first rows and maps each column that has a header or content.
/// @param chosen_row  0: find it
[[nodiscard]] std::expected<SheetHeader, RosterError> find_header(
    const Sheet& sheet, const catalog::Catalog& catalog, const catalog::Kind& kind,
    std::uint32_t chosen_row, const std::vector<ColumnChoice>& choices);

}  // namespace zhibu::client
