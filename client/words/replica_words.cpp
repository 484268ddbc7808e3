#include <string>
#include <string_view>
#include <utility>

#include "client/replica/replica.hpp"
#include "client/words/words.hpp"
#include "shared/record/change.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {
namespace {

struct Text {
    std::string_view zh;
    std::string_view en;

    [[nodiscard]] std::string_view in(Language language) const {
        return language == Language::zh ? zh : en;
    }
};

// One text for each fault: a table in the form of a switch, so that a new fault cannot lack one.
// NOLINTNEXTLINE(readability-function-size): a table
Text text_of(ReplicaFault fault) {
    using enum ReplicaFault;
    switch (fault) {
        case not_there:
            return {
                "本机还没有副本。请先用“zhibu enrol”登记本设备。",
                "There is no replica on this machine yet. Enrol this device first: zhibu enrol."};
        case already_there:
            return {"本机已有副本，没有覆盖。如要另设账号，请用 --data 指定另一个文件夹。",
                    "There is a replica already; it was not overwritten. For another account, name "
                    "another folder with --data."};
        case in_use:
            return {
                "副本正被另一个程序使用（例如正在运行的“zhibu serve”）。请在其中操作，或先关闭它。",
                "Another program is using the replica (a running zhibu serve, perhaps). Work "
                "there, or close it first."};
        case damaged:
            return {
                "副本文件已损坏，未作任何修改。请不要删除它，并联系党委管理员恢复。",
                "The replica's file is damaged; nothing was changed. Do not delete it; ask your "
                "committee how to restore it."};
        case other_version:
            return {"副本由较新版本的程序写成，未作任何修改。请升级本程序。",
                    "The replica was written by a newer program; nothing was changed. Upgrade this "
                    "program."};
        case storage_full:
            return {"磁盘已满，本次操作没有保存，之前保存的内容不受影响。请腾出空间后重试。",
                    "The disk is full: this was not saved, all that was saved before is safe. Make "
                    "room and try again."};
        case no_lease:
            return {
                "本机还没有离线许可，不能修改。请先连接服务器同步一次：zhibu sync。",
                "This machine has no permission to work offline yet. Connect once: zhibu sync."};
        case lease_over:
            return {
                "离线许可已到期，不能修改。已保存的修改不受影响。请连接服务器更新：zhibu sync。",
                "The permission to work offline has ended, so nothing can be edited. Saved "
                "changes are safe. Connect to renew it: zhibu sync."};
        case outside_window:
            return {"当前不在维护时段内，不能修改。已保存的修改不受影响。",
                    "This is outside the edit window, so nothing can be edited. Saved changes are "
                    "safe."};
        case read_only:
            return {"本账号为只读权限，不能修改。", "This account may read only; it cannot edit."};
        case refused:
        case wrong_value:
            return {"没有保存：", "Not saved: "};
        case unknown_record:
            return {"没有保存：本机副本中没有这条记录。",
                    "Not saved: there is no such record here."};
        case record_exists:
            return {"没有保存：该记录已存在。", "Not saved: the record exists already."};
        case record_retired:
            return {"没有保存：该记录已停用，请先恢复。",
                    "Not saved: the record is out of use. Restore it first."};
        case unknown_kind:
            return {"没有保存：没有这种记录。", "Not saved: there is no such kind of record."};
        case unknown_field:
            return {"没有保存：没有这个字段。", "Not saved: there is no such field."};
        case named_twice:
            return {"没有保存：同一记录或字段在一次操作中出现两次。",
                    "Not saved: one action names a record or a field twice."};
        case group_too_large:
            return {"没有保存：一次操作的内容过多，请分成几次。",
                    "Not saved: this is too much for one action. Do it in parts."};
        case storage_failed:
            return {"读写副本出错，本次操作没有保存，之前保存的内容不受影响。请检查磁盘后重试。",
                    "The replica cannot be read or written: this was not saved, all that was saved "
                    "before is safe. Check the disk and try again."};
        case clock_went_back:
            return {
                "本机时钟早于曾经记录的时间，为防止差错暂停修改。已保存的修改不受影响。请校正日期和"
                "时间。",
                "This machine's clock stands before a time already seen, so editing is stopped. "
                "Saved changes are safe. Correct the date and time."};
        case forked:
            return {
                "服务器上有本机副本没有的本机变更：副本曾被恢复到旧状态，或另有一份复制件在使用。本"
                "机的"
                "变更都已保存。请重新同步，系统将建立新的副本并交上这些变更。",
                "The server has changes of this replica that it does not hold: it was put back to "
                "an older state, or a copy of it is in use elsewhere. All changes made here are "
                "safe. Synchronise again: a new replica takes its place and hands them in."};
        case contradiction:
            return {
                "服务器发来的内容与本机副本不衔接，未予采用。本机内容不受影响。请将日志交给管理员"
                "。",
                "What the server sent does not fit this replica and was not taken. Everything "
                "here is safe. Show the log to your administrator."};
    }
    std::unreachable();
}

}  // namespace

std::string explain(const record::Reason& reason, Language language) {
    return rules::message(reason.rule, language, reason.parameters);
}

std::string explain(const ReplicaError& error, Language language) {
    std::string text{text_of(error.fault).in(language)};
    // The others, which would have been saved, are not why it was not.
    bool is_first = true;
    for (const rules::Finding& finding : error.findings) {
        if (finding.severity == rules::Severity::refuse) {
            text += language == Language::zh || is_first ? "" : " ";
            text += rules::message(finding.rule, language, finding.parameters);
            is_first = false;
        }
    }
    if (error.opens_next) {
        text += language == Language::zh ? "下次维护时段开始：" : " It opens next at ";
        text += local_minute(*error.opens_next);
        text += language == Language::zh ? "。" : ".";
    }
    if (error.seen) {
        text += language == Language::zh ? "曾记录的时间：" : " The time seen: ";
        text += local_minute(*error.seen);
        text += language == Language::zh ? "。" : ".";
    }
    const bool names_place = error.fault == ReplicaFault::unknown_field ||
                             error.fault == ReplicaFault::unknown_kind ||
                             error.fault == ReplicaFault::group_too_large;
    if (names_place && !error.place.empty()) {
        text += language == Language::zh ? "（" + error.place + "）" : " (" + error.place + ")";
    }
    return text;
}

}  // namespace zhibu::client
