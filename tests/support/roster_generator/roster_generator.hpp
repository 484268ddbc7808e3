#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "tests/support/roster_generator/sheet_writer.hpp"

namespace zhibu::test {

struct RosterPlan {
    std::uint32_t rows = 20;  // of people
    std::uint64_t seed = 1;
    double messy = 0;  // 0: as the program would like it; 1: as offices are at their worst
    std::string path;  // ends in .xlsx or .csv
    CsvEncoding encoding = CsvEncoding::utf8;
    std::vector<std::string> branches{"第一党支部", "第二党支部"};
};

/// Writes a roster of invented people and beside it, at the path and ".truth.json", what an import
/// must make of each of its rows. Equal plans give equal files. Headers are words of the catalog.
/// Throws std::runtime_error when a file cannot be written.
///
/// The truth: {"header_row": n, "unmapped": [headers], "rows": [one object a row, in order]}, with
/// "row" and "outcome": "accepted" ("values" by field name, an entry's as "kind.field", a branch
/// by its name), "refused" ("refusals": field and reason) or "skipped" ("reason").
void generate_roster(const RosterPlan& plan, const catalog::Catalog& catalog);

}  // namespace zhibu::test
