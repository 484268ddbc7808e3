#include "tests/client/roster/workbook_file.hpp"

#include <zip.h>

#include <cstddef>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace zhibu::client::test {

std::string zip_of(const std::map<std::string, std::string>& parts) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
    zip_source_keep(target);
    zip_t* archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error);
    for (const auto& [name, content] : parts) {
        zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
        zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    }
    if (zip_close(archive) != 0) {
        throw std::runtime_error("the zip of the test cannot be written");
    }
    zip_source_open(target);
    zip_source_seek(target, 0, SEEK_END);
    std::string bytes(static_cast<std::size_t>(zip_source_tell(target)), '\0');
    zip_source_seek(target, 0, SEEK_SET);
    zip_source_read(target, bytes.data(), bytes.size());
    zip_source_close(target);
    zip_source_free(target);
    return bytes;
}

std::map<std::string, std::string> workbook_parts(std::string_view sheet_xml) {
    constexpr std::string_view office =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const std::string relationships =
        R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)";
    const auto relationship = [&](std::string_view id, std::string_view type,
                                  std::string_view target) {
        return "<Relationship Id=\"" + std::string{id} + "\" Type=\"" + std::string{office} + "/" +
               std::string{type} + "\" Target=\"" + std::string{target} + "\"/>";
    };
    return {
        {"_rels/.rels", relationships + relationship("rId1", "officeDocument", "xl/workbook.xml") +
                            "</Relationships>"},
        {"xl/workbook.xml",
         R"(<workbook xmlns:r="urn:r"><sheets><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>)"},
        {"xl/_rels/workbook.xml.rels",
         relationships + relationship("rId1", "worksheet", "worksheets/sheet1.xml") +
             relationship("rId2", "styles", "styles.xml") +
             relationship("rId3", "sharedStrings", "/xl/sharedStrings.xml") + "</Relationships>"},
        {"xl/styles.xml",
         R"(<styleSheet><numFmts count="1"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts>)"
         R"(<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>)"
         R"(<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="2"/></cellXfs></styleSheet>)"},
        {"xl/sharedStrings.xml",
         R"(<sst><si><t>姓名</t></si><si><r><t>张</t></r><r><t xml:space="preserve"> 三</t></r><rPh><t>zhang</t></rPh></si></sst>)"},
        {"xl/worksheets/sheet1.xml", std::string{sheet_xml}},
    };
}

std::string worksheet(std::string_view rows, std::string_view after_rows) {
    return "<worksheet><sheetData>" + std::string{rows} + "</sheetData>" + std::string{after_rows} +
           "</worksheet>";
}

}  // namespace zhibu::client::test
