#include "client/roster/workbook_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_builder.hpp"
#include "client/roster/workbook_package.hpp"
#include "client/roster/workbook_parts.hpp"
#include "client/roster/worksheet_handler.hpp"
#include "client/roster/xml_reader.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

std::expected<void, RosterError> read_part(WorkbookPackage& package, const std::string& part,
                                           XmlHandler& handler) {
    XmlReader reader(part, handler);
    return package.read(
        part, [&](std::string_view piece, bool is_last) { return reader.feed(piece, is_last); });
}

/// The folder of a part with its slash: "xl/" for "xl/workbook.xml".
std::string folder_of(const std::string& part) {
    const std::size_t slash = part.rfind('/');
    return slash == std::string::npos ? std::string{} : part.substr(0, slash + 1);
}

/// A relationship's target as a part's name in the package.
std::string resolved(const std::string& folder, std::string target) {
    if (target.starts_with('/')) {
        return target.substr(1);
    }
    std::string base = folder;
    while (target.starts_with("../") && !base.empty()) {
        target.erase(0, 3);
        base.pop_back();
        base = folder_of(base);
    }
    return base + target;
}

std::string relationships_part(const std::string& part) {
    const std::string folder = folder_of(part);
    return folder + "_rels/" + part.substr(folder.size()) + ".rels";
}

class WorkbookScan {
public:
    WorkbookScan(WorkbookPackage package, const SheetLimits& limits)
        : package_{std::move(package)}, limits_{limits}, shared_texts_{limits} {}

    std::expected<Sheet, RosterError> run(std::string_view sheet_name) {
        ZHIBU_TRY_VOID(read_workbook_part());
        ZHIBU_TRY_VOID(read_styles_and_texts());
        for (const WorkbookHandler::SheetEntry& entry : workbook_.sheets) {
            if (sheet_name.empty() ? entry.is_hidden : entry.name != sheet_name) {
                continue;
            }
            auto sheet = read_sheet_part(entry);
            const bool try_next =
                sheet_name.empty() && !sheet && sheet.error().code == RosterErrorCode::empty_file;
            if (!try_next) {
                return sheet;
            }
        }
        if (sheet_name.empty()) {
            return std::unexpected(RosterError{RosterErrorCode::empty_file, 0, 0, 0, {}});
        }
        return std::unexpected(
            RosterError{RosterErrorCode::sheet_not_found, 0, 0, 0, std::string{sheet_name}});
    }

private:
    std::expected<void, RosterError> read_workbook_part() {
        RelationshipsHandler roots;
        if (package_.has("_rels/.rels")) {
            ZHIBU_TRY_VOID(read_part(package_, "_rels/.rels", roots));
        }
        part_ = resolved("", roots.target_of_type("/officeDocument"));
        if (part_.empty()) {
            part_ = "xl/workbook.xml";
        }
        // A text document or a binary workbook is a zip with such relationships too.
        if (!part_.ends_with(".xml") || !part_.contains("workbook") || !package_.has(part_)) {
            return std::unexpected(RosterError{RosterErrorCode::not_a_spreadsheet, 0, 0, 0, {}});
        }
        ZHIBU_TRY_VOID(read_part(package_, part_, workbook_));
        return read_part(package_, relationships_part(part_), relationships_);
    }

    std::expected<void, RosterError> read_styles_and_texts() {
        const std::string folder = folder_of(part_);
        if (const std::string styles = relationships_.target_of_type("/styles"); !styles.empty()) {
            ZHIBU_TRY_VOID(read_part(package_, resolved(folder, styles), styles_));
        }
        if (const std::string texts = relationships_.target_of_type("/sharedStrings");
            !texts.empty()) {
            ZHIBU_TRY_VOID(read_part(package_, resolved(folder, texts), shared_texts_));
        }
        return {};
    }

    std::expected<Sheet, RosterError> read_sheet_part(const WorkbookHandler::SheetEntry& entry) {
        const std::string target = relationships_.target_of(entry.relationship);
        if (target.empty()) {
            return std::unexpected(RosterError{RosterErrorCode::part_missing, 0, 0, 0, entry.name});
        }
        const std::string part = resolved(folder_of(part_), target);
        SheetBuilder builder(limits_);
        WorksheetHandler handler(part, limits_, styles_, shared_texts_, builder);
        ZHIBU_TRY_VOID(read_part(package_, part, handler));
        ZHIBU_TRY(sheet, builder.finish());
        sheet.source = SheetSource::workbook;
        sheet.counts_from_1904 = workbook_.counts_from_1904;
        sheet.name = entry.name;
        for (const WorkbookHandler::SheetEntry& other : workbook_.sheets) {
            if (&other != &entry) {
                sheet.other_sheets.push_back(other.name);
            }
        }
        return sheet;
    }

    WorkbookPackage package_;
    SheetLimits limits_;
    std::string part_;
    WorkbookHandler workbook_;
    RelationshipsHandler relationships_;
    StylesHandler styles_;
    SharedTextsHandler shared_texts_;
};

}  // namespace

std::expected<Sheet, RosterError> read_workbook(std::string_view bytes, std::string_view sheet_name,
                                                const SheetLimits& limits) {
    ZHIBU_TRY(package, WorkbookPackage::open(bytes, limits));
    return WorkbookScan{std::move(package), limits}.run(sheet_name);
}

}  // namespace zhibu::client
