#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {

// What a committee asks of the office above before it opens an account or changes who holds one.
// clang-format off: a table, one line for each field
// NOLINTNEXTLINE(readability-function-size): a table, one line for each field
std::vector<Kind> account_request_kinds() {
    return {
        Kind{53, "account_request", {"账号申请", "Account request"}, "", {"organisation"}, Writers::scope, {
            ref(1, "organisation", "管辖组织", "Scope", "organisation").must().ask(),
            code(2, "request_kind", "申请类别", "Kind", "account_request_kind").must().ask(),
            ref(3, "account", "现有账号", "Account", "account"),
            text(4, "account_name", "账号名称", "Account name", 50),
            code(5, "nature", "账号性质", "Nature", "account_nature"),
            code(6, "level", "级别", "Level", "account_level"),
            code(7, "permission", "系统权限", "Permission", "account_permission"),
            text(8, "reason", "原因", "Reason", 500),
            text(9, "holder", "管理员姓名", "Holder", 50).personal(),
            text(10, "post", "职务", "Post", 50),
            text(11, "phone", "联系方式", "Contact", 30).personal(),
            day(12, "requested_on", "申请日期", "Requested on").happened().must(),
            day(13, "effective_on", "计划调整日期", "To take effect on"),
            code(14, "state", "审批状态", "State", "account_request_state").must().above(),
            text(15, "approved_by", "审批人", "Decided by", 50).above().personal(),
            day(16, "approved_on", "审批日期", "Decided on").happened().above(),
            text(17, "document", "报告文号", "Report", 100),
            note(18, "remark", "备注", "Remark"),
            day(19, "expires_on", "结束日期", "Ends on"),
        }},
    };
}

// clang-format on

}  // namespace zhibu::catalog::detail
