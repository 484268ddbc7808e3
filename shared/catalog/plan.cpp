#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {

// clang-format off: a table, one line for each field
std::vector<Kind> plan_kinds() {
    return {
        Kind{5, "plan", {"计划发展党员数上报", "Plan"}, "", {"organisation"}, Writers::scope, {
            ref(1, "organisation", "组织", "Organisation", "organisation").must().ask(),
            integer(2, "year", "年度", "Year").must().ask(),
            integer(3, "reported", "上报数", "Reported").must(),
            integer(4, "approved", "审批数", "Approved").above(),
            text(5, "reviewed_by", "领导审核", "Reviewed by", 50).personal(),
            day(6, "reviewed_on", "审核日期", "Reviewed on").happened(),
            day(7, "notice_date", "审批通知日期", "Notice of approval on").happened().above(),
            note(8, "remark", "备注", "Remark"),
        }},
    };
}

// clang-format on

}  // namespace zhibu::catalog::detail
