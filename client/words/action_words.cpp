#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "client/words/words.hpp"
#include "client/workflow/action.hpp"

namespace zhibu::client {
namespace {

struct Word {
    std::string_view action;
    std::string_view zh;
    std::string_view en;
};

/// Groups that no named action (client/workflow) makes.
constexpr std::array<Word, 18> words{{
    {"edit", "修改", "edit"},
    {"create", "新增", "create"},
    {"retire", "停用", "retire"},
    {"restore", "恢复", "restore"},
    {"import", "导入", "import"},
    {"export", "导出", "export"},
    {"undo", "撤销操作", "undo"},
    {"survey", "登记提醒", "note of reminders"},
    {"resubmit", "重新提交", "send once more"},
    {"decide_case", "处理待审", "decide a case"},
    {"withdraw_case", "撤回待审", "withdraw a case"},
    {"settle_conflict", "裁定冲突", "settle a conflict"},
    {"invite", "生成登记码", "enrolment code"},
    {"approve_request", "批准账号申请", "approve an application"},
    {"enrol_device", "登记设备", "enrol a device"},
    {"end_account", "账号到期", "end of an account"},
    {"report_incident", "报告事件", "report of an incident"},
    {"found_space", "建立组织空间", "founding"},
}};

}  // namespace

std::string name_of_action(std::string_view action, Language language) {
    if (const Action* named = find_action(action)) {
        return std::string{language == Language::zh ? named->label.zh : named->label.en};
    }
    const auto* found = std::ranges::find(words, action, &Word::action);
    if (found == words.end()) {
        return std::string{action};
    }
    return std::string{language == Language::zh ? found->zh : found->en};
}

}  // namespace zhibu::client
