#pragma once

#include <string>

#include "client/roster/roster_preview.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// The message of one refusal, for people.
[[nodiscard]] RosterMessage message_of(const catalog::Catalog& catalog, const CellRefusal& refusal);

/// The whole preview as text: counts, columns that were not taken, every refused cell with row,
/// column, value and reason, skipped rows. Holds personal data: for the person at the screen, never
/// for a log.
[[nodiscard]] std::string text_report(const catalog::Catalog& catalog, const RosterPreview& preview,
                                      catalog::Language language);

/// The same for programs, as one JSON object: "kind", "sheet", "header_row", "columns", "accepted"
/// (values by field name, in record::to_text's form), "refused", "skipped".
[[nodiscard]] std::string json_report(const catalog::Catalog& catalog,
                                      const RosterPreview& preview);

}  // namespace zhibu::client
