#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/embedded_codes.hpp"
#include "shared/record/check.hpp"

namespace zhibu::catalog {
namespace {

constexpr std::string_view header = "code\tname_zh\tname_en";

std::string_view take_until(std::string_view& text, char end) {
    const auto at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

/// A tab or carriage return that is left over would become part of a name.
bool is_clean(std::string_view text) {
    return !text.empty() && text.find_first_of("\t\r") == std::string_view::npos &&
           !text.starts_with(' ') && !text.ends_with(' ');
}

/// The files are part of the program: a wrong one is a bug and ends the process.
CodeList read_list(const detail::EmbeddedCodes& file) {
    CodeList list{file.name, {}};
    std::string_view text = file.text;
    ZHIBU_CHECK(take_until(text, '\n') == header);
    while (!text.empty()) {
        std::string_view row = take_until(text, '\n');
        const std::string_view code = take_until(row, '\t');
        const std::string_view zh = take_until(row, '\t');
        ZHIBU_CHECK(is_clean(code) && is_clean(zh) && is_clean(row));
        list.codes.push_back(Code{code, Label{zh, row}});
    }
    return list;
}

}  // namespace

std::vector<CodeList> standard_code_lists() {
    std::vector<CodeList> lists;
    for (const detail::EmbeddedCodes& file : detail::embedded_codes()) {
        lists.push_back(read_list(file));
    }
    return lists;
}

}  // namespace zhibu::catalog
