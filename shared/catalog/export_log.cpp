#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {

// That a list left the program is a record: what, by whom (its author), how many, since when. The
// next export of its sort begins on the day after it.
// clang-format off: a table, one line for each field
std::vector<Kind> export_kinds() {
    return {
        Kind{54, "export", {"导出记录", "Export"}, "", {"organisation"}, Writers::scope, {
            ref(1, "organisation", "组织", "Organisation", "organisation").must(),
            code(2, "sort", "导出内容", "What", "export_kind").must(),
            day(3, "since", "起", "From"),
            day(4, "until", "止", "Until").must(),
            integer(5, "year", "年度", "Year"),
            integer(6, "rows", "条数", "Rows").must(),
            text(7, "file_name", "文件名", "File name", 200).must(),
        }},
    };
}

// clang-format on

}  // namespace zhibu::catalog::detail
