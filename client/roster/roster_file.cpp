#include "client/roster/roster_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>

#include "client/roster/csv_reader.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/workbook_reader.hpp"

namespace zhibu::client {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view zip_magic = "PK\x03\x04"sv;
constexpr std::string_view empty_zip_magic = "PK\x05\x06"sv;
constexpr std::string_view ole_magic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv;

std::unexpected<RosterError> refused(RosterErrorCode code, std::uint64_t limit = 0) {
    return std::unexpected(RosterError{code, 0, 0, limit, {}});
}

std::string lower_case(std::string_view text) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    });
    return lower;
}

/// An OLE container is an old workbook, a workbook under a password or WPS's own. Streams carry
/// UTF-16 names.
RosterErrorCode ole_code(std::string_view bytes, std::string_view file_name) {
    constexpr std::string_view encrypted_stream =
        "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"sv;
    if (bytes.contains(encrypted_stream)) {
        return RosterErrorCode::encrypted;
    }
    const std::string name = lower_case(file_name);
    const bool is_wps = name.ends_with(".et") || name.ends_with(".ett") || name.ends_with(".wps");
    return is_wps ? RosterErrorCode::wps_format : RosterErrorCode::old_excel;
}

bool looks_like_markup(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) {
        bytes.remove_prefix(3);
    }
    const std::size_t begin = bytes.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || bytes[begin] != '<') {
        return false;
    }
    const std::string head = lower_case(bytes.substr(begin, 512));
    return std::ranges::any_of(
        std::to_array({"<html"sv, "<!doctype"sv, "<table"sv, "<?xml"sv, "<meta"sv, "<head"sv}),
        [&](std::string_view tag) { return head.starts_with(tag); });
}

bool has_control_bytes(std::string_view bytes) {
    return std::ranges::any_of(bytes, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f';
    });
}

}  // namespace

std::expected<Sheet, RosterError> read_sheet(std::string_view bytes, std::string_view file_name,
                                             const ReadOptions& options) {
    if (bytes.size() > options.limits.file_bytes_max) {
        return refused(RosterErrorCode::too_large, options.limits.file_bytes_max);
    }
    if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return refused(RosterErrorCode::empty_file);
    }
    if (bytes.starts_with(ole_magic)) {
        return refused(ole_code(bytes, file_name));
    }
    if (bytes.starts_with(zip_magic) || bytes.starts_with(empty_zip_magic)) {
        return read_workbook(bytes, options.sheet_name, options.limits);
    }
    if (looks_like_markup(bytes)) {
        return refused(RosterErrorCode::html_in_disguise);
    }
    const bool is_utf16 = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
    if (!is_utf16 && has_control_bytes(bytes)) {
        return refused(RosterErrorCode::not_a_spreadsheet);
    }
    return read_csv(bytes, options.limits);
}

std::expected<Sheet, RosterError> read_sheet_file(const std::filesystem::path& path,
                                                  const ReadOptions& options) {
    const auto cannot_open = [](const std::error_code& error) {
        return std::unexpected(RosterError{RosterErrorCode::cannot_open, 0, 0, 0, error.message()});
    };
    std::error_code error;
    // A pipe or a device would never end.
    if (!std::filesystem::is_regular_file(path, error)) {
        return cannot_open(error ? error : std::make_error_code(std::errc::invalid_argument));
    }
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error) {
        return cannot_open(error);
    }
    if (size > options.limits.file_bytes_max) {
        return refused(RosterErrorCode::too_large, options.limits.file_bytes_max);
    }
    std::ifstream file(path, std::ios::binary);
    std::string bytes(static_cast<std::size_t>(size), '\0');
    if (!file || !file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
        return cannot_open(std::make_error_code(std::errc::io_error));
    }
    return read_sheet(bytes, path.filename().string(), options);
}

}  // namespace zhibu::client
