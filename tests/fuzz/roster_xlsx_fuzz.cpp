#include <cstddef>
#include <cstdint>
#include <string_view>

#include "client/roster/interpret.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_builder.hpp"
#include "client/roster/workbook_parts.hpp"
#include "client/roster/worksheet_handler.hpp"
#include "client/roster/xml_reader.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "tests/fuzz/no_records.hpp"

/// Any bytes taken as a worksheet part, in two pieces, are an error or a sheet that can be
/// interpreted. The container around the part is libzip's; roster_csv meets it with whole files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace zhibu;
    const std::string_view part{reinterpret_cast<const char*>(bytes), size};
    const client::SheetLimits limits;
    client::StylesHandler styles;
    styles.shapes = {client::NumberShape::general, client::NumberShape::day,
                     client::NumberShape::month, client::NumberShape::two_decimals};
    const client::SharedTextsHandler texts(limits);
    client::SheetBuilder builder(limits);
    client::WorksheetHandler handler("sheet1.xml", limits, styles, texts, builder);
    client::XmlReader reader("sheet1.xml", handler);
    if (!reader.feed(part.substr(0, size / 2), false) ||
        !reader.feed(part.substr(size / 2), true)) {
        return 0;
    }
    const auto sheet = builder.finish();
    if (!sheet) {
        return 0;
    }
    const fuzz::NoRecords nobody;
    const auto preview =
        client::interpret(*sheet, catalog::standard_catalog(), "person", {}, nobody);
    ZHIBU_CHECK(!preview ||
                preview->accepted.size() + preview->refused.size() + preview->skipped.size() ==
                    sheet->rows().size());
    return 0;
}
