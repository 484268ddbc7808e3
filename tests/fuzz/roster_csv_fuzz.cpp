#include <cstddef>
#include <cstdint>
#include <string_view>

#include "client/roster/interpret.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_file.hpp"
#include "client/roster/roster_report.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "tests/fuzz/no_records.hpp"

/// Any bytes taken as a file are an error or a preview that can be reported, whatever they hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace zhibu;
    const std::string_view file{reinterpret_cast<const char*>(bytes), size};
    const auto sheet = client::read_sheet(file, "", {});
    if (!sheet) {
        ZHIBU_CHECK(!client::message_of(sheet.error()).zh.empty());
        return 0;
    }
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const fuzz::NoRecords nobody;
    if (const auto preview = client::interpret(*sheet, catalog, "person", {}, nobody)) {
        ZHIBU_CHECK(preview->accepted.size() + preview->refused.size() + preview->skipped.size() ==
                    sheet->rows().size());
        ZHIBU_CHECK(!client::text_report(catalog, *preview, catalog::Language::zh).empty());
        ZHIBU_CHECK(!client::json_report(catalog, *preview).empty());
    }
    return 0;
}
