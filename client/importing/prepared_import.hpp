#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <set>
#include <variant>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/roster/interpret.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {

/// What the rules say about a row of the file.
struct RowFinding {
    std::uint32_t row = 0;
    rules::Finding finding;
};

/// A roster as it would come in: its rows, those that the rules refuse taken out, as one group.
struct PreparedImport {
    RosterPreview preview;
    Draft draft;
    /// By row; also of the rows that were taken out.
    std::vector<RowFinding> findings;
    /// How many rows the rules, not the cells, refused.
    std::size_t refused_by_rules = 0;
};

using ImportError = std::variant<RosterError, ReplicaError>;

/// Reads the sheet's rows as records of the kind and asks the rules of the replica about them.
/// Writes nothing.
/// @param rows  to take, as the file numbers them; empty takes all that are accepted
/// Threads: the replica's.
[[nodiscard]] std::expected<PreparedImport, ImportError> prepare_import(
    Replica& replica, const catalog::Catalog& catalog, const catalog::Kind& kind,
    const Sheet& sheet, const InterpretOptions& options, const std::set<std::uint32_t>& rows);

}  // namespace zhibu::client
