#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {

// Who may work, when and from what is written through the same log as everything else: an account
// that is disabled, a window that is opened, is a change with an author, a verdict and a history.
// Passwords and keys are no fields: they never travel in the log.
// clang-format off: a table, one line for each field
// NOLINTNEXTLINE(readability-function-size): a table, one line for each field
std::vector<Kind> control_kinds() {
    return {
        Kind{6, "account", {"账号", "Account"}, "", {"organisation"}, Writers::administrator, {
            text(1, "name", "账号名称", "Account name", 50).must().above().called("账号|用户名"),
            ref(2, "organisation", "管辖组织", "Scope", "organisation").must().above(),
            code(3, "level", "级别", "Level", "account_level").must().above(),
            code(4, "nature", "账号性质", "Nature", "account_nature").must().above(),
            code(5, "permission", "系统权限", "Permission", "account_permission").must().above(),
            code(6, "state", "状态", "State", "account_state").must().above(),
            boolean(7, "manages", "管理下属账号", "Manages accounts").above(),
            text(8, "holder", "管理员姓名", "Holder", 50).above().personal().called("姓名"),
            text(9, "post", "职务", "Post", 50).above(),
            text(10, "phone", "联系方式", "Contact", 30).above().personal().called("联系电话"),
            day(11, "expires_on", "结束日期", "Ends on").above(),
            text(12, "reason", "增设原因", "Reason", 500).above(),
            day(13, "password_changed_on", "密码更新日期", "Password changed on").above(),
            // One for each section of the menu (menu_sections.cpp); empty: as the whole account.
            code(14, "members_permission", "党员管理权限", "Permission: members", "account_permission").above(),
            code(15, "organisations_permission", "党组织管理权限", "Permission: organisations", "account_permission").above(),
            code(16, "affairs_permission", "党务管理权限", "Permission: affairs", "account_permission").above(),
            code(17, "reports_permission", "报表管理权限", "Permission: reports", "account_permission").above(),
            code(18, "system_permission", "系统管理权限", "Permission: system", "account_permission").above(),
            boolean(19, "second_factor", "双因素认证", "Second factor").above(),
        }},
        Kind{7, "window", {"维护时段", "Edit window"}, "", {"organisation"}, Writers::administrator, {
            ref(1, "organisation", "适用组织", "For the organisation", "organisation").must().above(),
            ref(2, "account", "适用账号", "For the account", "account").above(),
            code(3, "level", "适用级别", "For the level", "account_level").above(),
            instant(4, "starts_at", "开始时间", "Starts at").must().above(),
            instant(5, "ends_at", "结束时间", "Ends at").must().above(),
            integer(6, "grace_days", "宽限天数", "Grace in days").above(),
            note(7, "remark", "备注", "Remark").above(),
        }},
        Kind{8, "device", {"设备", "Device"}, "", {"organisation"}, Writers::administrator, {
            ref(1, "account", "账号", "Account", "account").must().above(),
            ref(2, "organisation", "管辖组织", "Scope", "organisation").must().above(),
            text(3, "label", "设备名称", "Label", 100).above(),
            text(4, "fingerprint", "指纹", "Fingerprint", 64).above(),
            instant(5, "enrolled_at", "登记时间", "Enrolled at").above(),
            code(6, "state", "状态", "State", "device_state").must().above(),
            text(7, "reason", "原因", "Reason", 500).above(),
        }},
        // The code itself is seen by the officer who makes it and by nobody else; the record keeps
        // its hash. The server alone marks it as used, in the transaction that makes the device.
        Kind{9, "enrolment_code", {"登记码", "Enrolment code"}, "", {"organisation"}, Writers::administrator, {
            ref(1, "account", "账号", "Account", "account").must().above(),
            ref(2, "organisation", "管辖组织", "Scope", "organisation").must().above(),
            text(3, "number", "登记码摘要", "Hash of the code", 64).must().above(),
            instant(4, "expires_at", "失效时间", "Expires at").must().above(),
            boolean(5, "activates", "登记后立即可用", "Device is active at once").above(),
            instant(6, "used_at", "使用时间", "Used at").above(),
            ref(7, "device", "登记的设备", "Enrolled device", "device").above(),
        }},
        // What a device found that must not be. Its place is the space's root.
        Kind{60, "incident", {"事件", "Incident"}, "", {"organisation"}, Writers::server, {
            ref(1, "organisation", "所属组织", "Organisation", "organisation").must().above(),
            code(2, "sort", "事件类别", "Sort", "incident_sort").must().above(),
            ref(3, "device", "报告的设备", "Reported by the device", "device").above(),
            ref(4, "account", "报告的账号", "Reported by the account", "account").above(),
            instant(5, "reported_at", "报告时间", "Reported at").must().above(),
            integer(6, "log_index", "日志序号", "Log index").above(),
            integer(7, "tree_size", "设备所存树头的叶数", "Leaves of the device's tree head").above(),
            text(8, "tree_root", "设备所存树头的根", "Root of the device's tree head", 64).above(),
            instant(9, "signed_at", "设备所存树头的签署时间", "The head was signed at").above(),
        }},
        // A record that was erased by law: for each organisation whose devices may hold it. Which it
        // was says its id, not its content; devices forget what their own groups say of it.
        Kind{61, "erasure", {"依法清除", "Erasure"}, "", {"organisation"}, Writers::server, {
            ref(1, "organisation", "所属组织", "Organisation", "organisation").must().above(),
            integer(2, "kind", "记录种类", "Kind of record").must().above(),
            text(3, "record", "记录编号", "Record", 36).must().above(),
            text(4, "reason", "清除依据", "Reason", 500).must().above(),
            text(5, "by", "经办人", "By", 50).must().above(),
            instant(6, "erased_at", "清除时间", "Erased at").must().above(),
            note(7, "positions", "涉及的日志序号", "Positions of the log", 65'535).above(),
        }},
    };
}

// clang-format on

}  // namespace zhibu::catalog::detail
