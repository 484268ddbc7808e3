#include "client/roster/roster_error.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "client/roster/message_text.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

struct ErrorText {
    RosterErrorCode code;
    std::string_view name;
    std::string_view zh;
    std::string_view en;
};

using enum RosterErrorCode;

constexpr ErrorText error_texts[] = {
    {cannot_open, "cannot_open", "文件打不开（{detail}）。请确认文件存在、未被其他程序占用。",
     "The file cannot be opened ({detail}). Check that it exists and no other program holds it."},
    {empty_file, "empty_file", "文件是空的，没有可读的内容。请选择填好的名册。",
     "The file is empty. Choose a roster that has been filled in."},
    {too_large, "too_large", "文件超过 {limit} 字节的上限。请拆成几个文件分别导入。",
     "The file is larger than {limit} bytes. Split it into several files."},
    {old_excel, "old_excel",
     "这是旧版 Excel 格式（.xls）。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再导入。",
     "This is the old Excel format (.xls). Open it in Excel or WPS, save it as an Excel workbook "
     "(.xlsx) and import that."},
    {encrypted, "encrypted",
     "这个工作簿设有打开密码。请在 Excel 或 WPS 中取消密码、另存为 .xlsx 后再导入。",
     "This workbook asks for a password. Remove the password in Excel or WPS, save it as .xlsx and "
     "import that."},
    {wps_format, "wps_format",
     "这是 WPS 的专用格式（.et 或 .wps）。请用 WPS 打开，另存为 .xlsx 后再导入。",
     "This is a format of WPS's own (.et or .wps). Open it in WPS, save it as .xlsx and import "
     "that."},
    {html_in_disguise, "html_in_disguise",
     "这是网页文件，只是扩展名像表格（常见于系统导出）。请用 Excel 打开，另存为 .xlsx 后再导入。",
     "This is a web page with a spreadsheet's name, as some systems export it. Open it in Excel, "
     "save it as .xlsx and import that."},
    {not_a_spreadsheet, "not_a_spreadsheet",
     "这不是 .xlsx 工作簿，也不是 .csv 文本。请另存为其中一种后再导入。",
     "This is neither an .xlsx workbook nor a .csv text. Save it as one of these and import that."},
    {damaged_container, "damaged_container",
     "工作簿文件已损坏或不完整（可能没有下载完）。请重新取得文件，或在 Excel 中打开修复后另存。",
     "The workbook is damaged or incomplete. Fetch it again, or repair it in Excel and save it "
     "anew."},
    {part_missing, "part_missing",
     "工作簿缺少“{detail}”部分，无法读取。请在 Excel 中打开后另存为 .xlsx。",
     "The workbook lacks its part {detail}. Open it in Excel and save it anew as .xlsx."},
    {malformed_part, "malformed_part",
     "工作簿的“{detail}”部分有错误，无法读取。请在 Excel 中打开后另存为 .xlsx。",
     "The workbook's part {detail} is malformed. Open it in Excel and save it anew as .xlsx."},
    {document_type_refused, "document_type_refused",
     "工作簿的“{detail}”部分含有不允许的文档类型声明，已拒绝读取。请核实文件来源。",
     "The workbook's part {detail} declares a document type, which is refused. Check where the "
     "file "
     "comes from."},
    {expands_too_much, "expands_too_much",
     "工作簿解压后超过 {limit} 字节的上限，已停止读取。请核实文件来源，或拆成几个文件。",
     "The workbook unpacks to more than {limit} bytes; reading stopped. Check where the file comes "
     "from, or split it."},
    {too_many_rows, "too_many_rows", "有内容的行超过 {limit} 行的上限。请拆成几个文件分别导入。",
     "More than {limit} rows have content. Split the file."},
    {too_many_columns, "too_many_columns",
     "第 {row} 行在第 {limit} 列之后还有内容。请删除多余的列后再导入。",
     "Row {row} has content beyond column {limit}. Delete the columns that are not needed."},
    {cell_too_long, "cell_too_long", "第 {row} 行 {column} 列的内容超过 {limit} 字节的上限。",
     "The cell in row {row}, column {column} is longer than {limit} bytes."},
    {too_many_texts, "too_many_texts",
     "工作簿中的文字总量超过上限（{limit}）。请拆成几个文件分别导入。",
     "The workbook holds more text than the limit ({limit}). Split the file."},
    {sheet_not_found, "sheet_not_found", "工作簿中没有名为“{detail}”的工作表。",
     "The workbook has no sheet named {detail}."},
    {unknown_encoding, "unknown_encoding",
     "文本的编码既不是 UTF-8 也不是 GB18030（第 {row} 行附近）。请另存为 UTF-8 编码的 .csv 或 "
     ".xlsx。",
     "The text is neither UTF-8 nor GB18030 (near line {row}). Save it as UTF-8 .csv or as .xlsx."},
    {unclosed_quote, "unclosed_quote", "第 {row} 行开始的引号没有结束，文件可能不完整。",
     "A quotation mark that opens in row {row} is never closed; the file may be incomplete."},
    {no_header, "no_header",
     "没有找到表头：前面的行里没有一行写着两个以上的已知栏目（如姓名、身份证号）。请检查表头，"
     "或指定表头所在的行。",
     "No header row was found: none of the first rows names two known fields. Check the header or "
     "say in which row it stands."},
    {field_twice, "field_twice",
     "{column} 列与前面的列都表示“{detail}”。请删除一列，或指定用哪一列。",
     "Column {column} means {detail}, as an earlier column does. Delete one or choose one."},
    {unknown_field, "unknown_field", "指定的栏目“{detail}”不存在。", "There is no field {detail}."},
};

const ErrorText& text_of(RosterErrorCode code) {
    const auto* found = std::ranges::find(error_texts, code, &ErrorText::code);
    ZHIBU_CHECK(found != std::end(error_texts));
    return *found;
}

}  // namespace

std::string_view to_text(RosterErrorCode code) { return text_of(code).name; }

RosterMessage message_of(const RosterError& error) {
    const ErrorText& text = text_of(error.code);
    const detail::Placeholder placeholders[] = {
        {"detail", error.detail},
        {"limit", std::to_string(error.limit)},
        {"row", std::to_string(error.row)},
        {"column", error.column == 0 ? std::string{} : column_letters(error.column)},
    };
    return {detail::filled(text.zh, placeholders), detail::filled(text.en, placeholders)};
}

std::string column_letters(std::uint32_t column) {
    ZHIBU_CHECK(column > 0);
    std::string letters;
    for (; column > 0; column = (column - 1) / 26) {
        letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
    }
    return letters;
}

std::optional<std::uint32_t> column_number(std::string_view letters) {
    constexpr std::size_t letters_max = 3;
    if (letters.empty() || letters.size() > letters_max) {
        return std::nullopt;
    }
    std::uint32_t column = 0;
    for (const char letter : letters) {
        const bool upper = letter >= 'A' && letter <= 'Z';
        if (!upper && (letter < 'a' || letter > 'z')) {
            return std::nullopt;
        }
        column = column * 26 + static_cast<std::uint32_t>(letter - (upper ? 'A' : 'a')) + 1;
    }
    return column;
}

}  // namespace zhibu::client
