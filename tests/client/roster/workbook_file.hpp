#pragma once

#include <map>
#include <string>
#include <string_view>

namespace zhibu::client::test {

/// A zip of the given parts, deflated, as bytes.
[[nodiscard]] std::string zip_of(const std::map<std::string, std::string>& parts);

/// The parts of a workbook with one sheet whose part holds `sheet_xml`; a test changes what it
/// needs.
[[nodiscard]] std::map<std::string, std::string> workbook_parts(std::string_view sheet_xml);

/// `<worksheet><sheetData>…</sheetData>…</worksheet>` around the rows.
[[nodiscard]] std::string worksheet(std::string_view rows, std::string_view after_rows = "");

}  // namespace zhibu::client::test
