#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

struct ReadOptions {
    std::string sheet_name;  // of a workbook; empty: the first visible one that has content
    SheetLimits limits;
};

/// Reads a roster's cells from the bytes of an .xlsx or .csv file, told apart by content. The
/// bytes are hostile: every failure is an error with its reason, and memory stays within the
/// limits.
/// @param file_name  only to word a refusal better (.et, .wps); may be empty
[[nodiscard]] std::expected<Sheet, RosterError> read_sheet(std::string_view bytes,
                                                           std::string_view file_name,
                                                           const ReadOptions& options);

/// The same for a file on disk, which is read whole (up to the limit) first.
[[nodiscard]] std::expected<Sheet, RosterError> read_sheet_file(const std::filesystem::path& path,
                                                                const ReadOptions& options);

}  // namespace zhibu::client
