#include "tests/shared/catalog/page.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/metadata.hpp"

namespace zhibu::catalog {
namespace {

constexpr std::string_view head = R"(# The catalog

Made from `shared/catalog` by `build/dev/bin/write_catalog_page docs/catalog.md`; a test fails when it is no longer true.
On the wire a kind and a field are their numbers, which are never used again; a record's value is one of the alternatives of
[protocol.md](protocol.md), 16.

| type | value on the wire | what it holds |
|---|---|---|
| text | 1 text | one line; at most as many characters (code points) as its width says |
| note | 1 text | likewise, with line breaks |
| integer | 2 signed number | 0 or more |
| money | 2 signed number | fen, 0 or more |
| boolean | 3 boolean | |
| day | 4 date | a full day |
| month | 4 date | a day, or a whole month |
| instant | 5 moment | |
| code | 1 text | a code of the list that stands beside it (the lists: below) |
| reference | 6 id | of a record of the kind that stands beside it |
| tags | 7 set of texts | each at most as many characters as the width |

Empty fits every field. `must`: a record is not created without it. `counted`: it may be missing, and counts against the
required-fields rate. The policy is what decides where both sides changed the field (protocol.md, 7). `compact`: no
spaces, half-width, upper case. `happened`: never later than today (R-116).

Who writes: `scope`, any account that may write and whose scope holds the record; `administrator`, one with the right to
manage, strictly above; `server`, the server alone; `decider`, its state and remark by who may decide (protocol.md, 12).
)";

/// In the page's own word where something is demanded.
std::string_view demanded(Required required) {
    switch (required) {
        case Required::no:
            return "";
        case Required::yes:
            return "must";
        case Required::counted:
            return to_text(required);
    }
    std::unreachable();
}

std::string row(std::initializer_list<std::string> cells) {
    std::string line = "|";
    for (const std::string& cell : cells) {
        line += cell.empty() ? " |" : " " + cell + " |";
    }
    return line + '\n';
}

std::string words_of(const Field& field) {
    std::string words{demanded(field.required)};
    const auto add = [&words](std::string_view word) {
        words += (words.empty() ? "" : ", ") + std::string{word};
    };
    if (field.spelling == Spelling::compact) {
        add("compact");
    }
    if (field.happened) {
        add("happened");
    }
    return words;
}

std::string section_of(const Kind& kind) {
    std::string text = "\n### " + std::to_string(kind.number) + " " + std::string{kind.name} +
                       "\n\n" + std::string{kind.label.zh} + " · " + std::string{kind.label.en} +
                       ". Written by: " + std::string{to_text(kind.writers)} + ".";
    if (!kind.owner.empty()) {
        text += " An entry of a record of kind `" + std::string{kind.owner} + "`.";
    }
    if (!kind.placed_by.empty()) {
        text += " Seen by the organisations that are named by:";
        for (const std::string_view field : kind.placed_by) {
            text += " `" + std::string{field} + "`";
        }
        text += ".";
    }
    text +=
        "\n\n| number | field | 中文 | English | type | width | | policy |\n"
        "|---|---|---|---|---|---|---|---|\n";
    for (const Field& field : kind.fields) {
        std::string type{to_text(field.type)};
        if (!field.refers_to.empty()) {
            type += " `" + std::string{field.refers_to} + "`";
        }
        text += row({std::to_string(field.number), std::string{field.name},
                     std::string{field.label.zh}, std::string{field.label.en}, type,
                     field.width == 0 ? "" : std::to_string(field.width), words_of(field),
                     std::string{to_text(field.policy)}});
    }
    return text;
}

}  // namespace

std::string page() {
    const Catalog& catalog = standard_catalog();
    std::string text{head};
    text += "\nThis is version " + std::to_string(catalog.version()) +
            " (`Hello.catalog_version`, `Group.catalog_version`).\n\n## Kinds\n";
    for (const Kind& kind : catalog.kinds()) {
        text += section_of(kind);
    }
    text +=
        "\n## Code lists\n\nA list of more than 150 codes is in `shared/catalog/codes` alone.\n\n"
        "| list | codes | |\n|---|---|---|\n";
    for (const CodeList& list : catalog.code_lists()) {
        constexpr std::size_t shown_max = 150;
        std::string shown;
        if (list.codes.size() <= shown_max) {
            for (const Code& code : list.codes) {
                shown += (shown.empty() ? "" : ", ") + std::string{code.code} + " " +
                         std::string{code.label.zh};
            }
        }
        text += row({std::string{list.name}, std::to_string(list.codes.size()), shown});
    }
    return text;
}

}  // namespace zhibu::catalog
