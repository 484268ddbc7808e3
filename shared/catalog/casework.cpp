#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {

// What waits for a person is a record like any other: the server makes it in the transaction that
// sets the work aside, it comes to devices with the log, and an officer decides by an edit.
// Values stand in it as the codec writes them (sync_protocol/casework), never as a branch typed
// them: whatever was typed is legible here, and breaks nothing.
// clang-format off: a table, one line for each field
// NOLINTNEXTLINE(readability-function-size): a table, one line for each field
std::vector<Kind> casework_kinds() {
    return {
        Kind{40, "case", {"待审", "Quarantine case"}, "", {"organisation"}, Writers::decider, {
            ref(1, "organisation", "提交组织", "Submitted by", "organisation"),
            text(2, "number", "编号", "Number", 20).must(),
            ref(3, "author", "账号", "Account", "account"),
            ref(4, "device", "设备", "Device", "device"),
            text(5, "incarnation", "副本编号", "Incarnation", 36),
            integer(6, "sequence", "修改序号", "Sequence"),
            text(7, "group_hash", "内容摘要", "Hash", 64),
            text(8, "action", "操作", "Action", 64),
            integer(9, "changes", "修改条数", "Changes"),
            tags(10, "kinds", "记录种类", "Kinds of record", 40),
            integer(11, "bytes", "大小", "Size"),
            instant(12, "made_at", "修改时间", "Made at"),
            instant(13, "arrived_at", "收到时间", "Arrived at"),
            tags(14, "rules", "原因", "Reasons", 64),
            note(15, "reasons", "原因明细", "Reasons in full", 65'535),
            ref(16, "depends_on", "依赖的待审", "Waits for the case", "case"),
            code(17, "state", "状态", "State", "case_state").must().once(),
            note(18, "remark", "处理意见", "Remark", 500).once(),
            ref(19, "decided_by", "处理人", "Decided by", "account"),
            instant(20, "decided_at", "处理时间", "Decided at"),
            integer(21, "applied_at", "生效序号", "Took effect at"),
            boolean(22, "failed", "采纳未成功", "Could not be accepted"),
        }},
        // Placed apart from its case: at the nearest organisation that sees everything in it.
        Kind{41, "case_content", {"待审内容", "Content of a case"}, "", {"organisation"}, Writers::server, {
            ref(1, "organisation", "可见组织", "Seen by", "organisation"),
            ref(2, "case", "待审", "Case", "case").must(),
            integer(3, "part", "分段", "Part"),
            note(4, "content", "内容", "Content", 65'535).must().sensitive(),
        }},
        Kind{42, "conflict", {"冲突", "Conflict"}, "", {"organisation", "second_organisation"}, Writers::decider, {
            ref(1, "organisation", "组织", "Organisation", "organisation"),
            ref(2, "second_organisation", "另一组织", "Second organisation", "organisation"),
            text(3, "number", "编号", "Number", 30).must(),
            integer(4, "kind", "记录种类", "Kind of record"),
            text(5, "record", "记录", "Record", 36),
            integer(6, "field", "字段", "Field"),
            note(7, "offered", "提出的值", "Offered value", 65'535).sensitive(),
            note(8, "committed", "原有的值", "Committed value", 65'535).sensitive(),
            ref(9, "offered_by", "提出人", "Offered by", "account"),
            ref(10, "committed_by", "原修改人", "Committed by", "account"),
            integer(11, "offered_at", "提出序号", "Offered at"),
            integer(12, "committed_at", "原修改序号", "Committed at"),
            boolean(13, "life", "记录已停用", "Record was out of use"),
            ref(14, "loser", "未被采用的账号", "Whose value lost", "account"),
            code(15, "state", "状态", "State", "conflict_state").must().once(),
            note(16, "remark", "处理意见", "Remark", 500).once(),
            ref(17, "decided_by", "处理人", "Decided by", "account"),
            instant(18, "decided_at", "处理时间", "Decided at"),
        }},
    };
}

// clang-format on

}  // namespace zhibu::catalog::detail
