#include <array>
#include <span>

#include "shared/rules/detail/rule.hpp"

namespace zhibu::rules::detail {
namespace {

// What only the engine says: about rights, windows, the form of a change; and what an action says
// before there is a change to judge. Ids stay; verdicts that name them are kept for ever.
constexpr std::array judgements{
    Judgement{"R-901",
              {"当前不在维护时段内，账号暂不可用。",
               "This is outside the edit window, so the account cannot be used now."}},
    Judgement{"outside_window",
              {"该修改不是在维护时段内作出的，已转入待审区，等待党委审核。修改内容已保留。",
               "This change was made outside every edit window. It is kept and waits for the "
               "committee's decision."}},
    Judgement{"R-917",
              {"该修改在时段结束后才上传，等待党委审核。",
               "This change was sent after the window's end. It is kept and waits for the "
               "committee's decision."}},
    Judgement{"wrong_clock",
              {"作出该修改时本机时钟快于服务器5分钟以上，已转入待审区。请校正本机日期和时间。",
               "The machine's clock was more than 5 minutes ahead when this change was made. It is "
               "kept and waits for the committee's decision; correct the clock."}},
    Judgement{
        "account_disabled",
        {"账号已停用，该修改已转入待审区，等待党委审核。请联系上级管理员。",
         "The account is disabled. The change is kept and waits for the committee's decision; "
         "ask the administrator above you."}},
    Judgement{"account_deleted",
              {"账号已删除，该修改已转入待审区，等待党委审核。",
               "The account has been deleted. The change is kept and waits for the committee's "
               "decision."}},
    Judgement{"author_unknown",
              {"服务器不认识作出该修改的账号，修改已转入待审区。",
               "The server does not know the account that made this change. It is kept and waits "
               "for the committee's decision."}},
    Judgement{"R-905",
              {"本账号为只读权限，不能修改。", "This account may read only; it changes nothing."}},
    Judgement{"out_of_scope",
              {"该记录不在本账号管辖范围内，修改未生效，已转入待审区。",
               "The record is outside this account's scope. The change is kept and waits for the "
               "committee's decision."}},
    Judgement{"R-906",
              {"不能创建或设置高于本级的账号。",
               "An account cannot be given a level, scope or permission above its creator's."}},
    Judgement{"R-907",
              {"只有党委权限管理员可以管理账号、维护时段和设备，且只限下属组织。",
               "Only an account with the right to manage, of an organisation above, manages "
               "accounts, edit windows and devices."}},
    Judgement{"R-908",
              {"不能停用、删除本人账号或提高本人权限。",
               "Nobody disables, deletes or widens the own account."}},
    Judgement{"R-909",
              {"至少保留一个可用的党委管理员账号。",
               "At least one active committee account with the right to manage must remain."}},
    Judgement{"not_the_answerer",
              {"账号申请由上级党组织的权限管理员审批。",
               "An application for an account is answered by an officer of an organisation "
               "above."}},
    Judgement{"code_valid_too_long",
              {"登记码的有效期不得超过60分钟。",
               "An enrolment code may be good for 60 minutes at most."}},
    Judgement{"server_only", {"此处只能由服务器写入。", "Only the server writes this."}},
    Judgement{"unknown_kind",
              {"服务器不认识这种记录，修改已转入待审区。请升级服务器或本程序。",
               "The server does not know this kind of record. The change is kept; the server or "
               "this program needs an upgrade."}},
    Judgement{"unknown_field",
              {"服务器不认识其中的字段，修改已转入待审区。请升级服务器或本程序。",
               "The server does not know one of the fields. The change is kept; the server or this "
               "program needs an upgrade."}},
    Judgement{"wrong_type",
              {"“{字段}”的值类型不对。", "The value of \"{field}\" is of the wrong type."}},
    Judgement{"too_long",
              {"“{字段}”超过{上限}个字符。", "\"{field}\" is longer than {limit} characters."}},
    Judgement{"R-112",
              {"“{字段}”的值不在代码表中。", "The value of \"{field}\" is not in its code list."}},
    Judgement{"negative", {"“{字段}”不能为负数。", "\"{field}\" cannot be negative."}},
    Judgement{"not_one_line",
              {"“{字段}”含有换行或控制字符。",
               "\"{field}\" has a line break or another control character."}},
    Judgement{"invisible_or_bidi",
              {"“{字段}”含有不可见字符或改变书写方向的字符。",
               "\"{field}\" has invisible characters, or ones that change the direction of "
               "writing."}},
    Judgement{"month_not_allowed",
              {"“{字段}”须填写到日。", "\"{field}\" needs the day, not only the month."}},
    Judgement{"required_missing", {"“{字段}”为必填项。", "\"{field}\" is required."}},
    Judgement{"record_missing",
              {"服务器上没有这条记录，修改已转入待审区。",
               "The server has no such record. The change is kept and waits for the committee's "
               "decision."}},
    Judgement{"record_exists",
              {"服务器上已有这条记录，新增已转入待审区。",
               "The server has this record already. The change is kept and waits for the "
               "committee's decision."}},
    Judgement{"record_retired",
              {"该记录已停用，修改已转入待审区，由上级决定是否恢复。",
               "The record has been taken out of use. The change is kept; an officer above decides "
               "whether the record comes back."}},
    Judgement{"reference_missing",
              {"“{字段}”所指的记录不存在。", "What \"{field}\" refers to does not exist."}},
    Judgement{"reference_retired",
              {"“{字段}”所指的记录已停用或撤销。",
               "What \"{field}\" refers to has been taken out of use."}},
    Judgement{"malformed_change",
              {"该修改的内容不完整或自相矛盾，已转入待审区。请将日志交给管理员。",
               "The change contradicts itself. It is kept; show the log to your administrator."}},
    Judgement{"base_unknown",
              {"该修改所依据的内容在服务器上不存在，已转入待审区。请将日志交给管理员。",
               "The change builds on something that the server does not have. It is kept; show the "
               "log to your administrator."}},
    Judgement{"owner_changed",
              {"不能把记录移到另一条记录名下。", "An entry cannot be moved to another record."}},
    Judgement{"not_the_decider",
              {"只有上级组织有管理权限的账号可以处理，本人不能处理自己的待审。",
               "An account with the right to manage, of an organisation above, decides this, and "
               "nobody decides an own case."}},
    Judgement{"decision_incomplete",
              {"处理意见与所作修改不一致：采用的值、另定的值或修改后的内容须在同一操作中写入。",
               "The decision and the changes do not agree: what is taken, typed or amended is "
               "written in the same action."}},
    Judgement{"depends_on_quarantined",
              {"它所依据的前一项修改正在待审，本修改一并等待。",
               "It builds on an earlier change that waits for a decision, so it waits with it."}},
    Judgement{
        "behind_gap",
        {"此项修改之前的一项在设备上已损坏、没有送达。此项已完整保留在待审区，尚未生效，请由上级"
         "组织处理。",
         "A change before this one was damaged on its device and has not arrived. This one is "
         "kept whole in quarantine and has no effect yet; the organisation above decides."}},
    Judgement{"fork",
              {"同一设备以同一序号发送了不同的内容（设备可能被复制或恢复）。两份都已保留，设备已暂"
               "停使用。",
               "The same device sent two different changes under one number; it may have been "
               "copied or restored. Both are kept, and the device is suspended."}},
    Judgement{"group_too_large", {"一次操作的内容过多。", "This is too much for one action."}},
    Judgement{"action_not_for",
              {"“{操作}”不适用于此记录：{字段}为“{状态}”。",
               "\"{action}\" is not for this record: its {field} is \"{state}\"."}},
    Judgement{"record_out_of_use",
              {"该记录已停用，请先恢复。", "The record is out of use. Restore it first."}},
    Judgement{"letter_without_person",
              {"本机没有该介绍信上的党员信息，请同步后重试；仍然没有的，请联系上级组织。",
               "The member whom the letter names is not on this machine. Synchronise, then try "
               "again; if that does not help, ask the organisation above."}},
    Judgement{"nobody_asked_for",
              {"本组织范围内没有姓名和身份证号都相符的党员；如申请有误，请拒绝申请并说明。",
               "Nobody of this name and id number is in this account's scope. If the request is "
               "wrong, decline it and say why."}},
    Judgement{"nothing_to_join",
              {"请选择另一条仍在使用的记录；不能与自身合并。",
               "Choose another record that is in use; a record cannot be joined with itself."}},
    Judgement{"organisation_into_itself",
              {"党员和介绍信不能转给被合并或撤销的组织自身，请另选组织。",
               "Members and letters cannot go to the organisation that ends: choose another."}},
    Judgement{"letter_is_received_there",
              {"转入组织使用本系统，由转入组织接收，不登记回执。",
               "The receiving organisation works with this system and accepts the letter itself; "
               "no receipt is entered."}},
    Judgement{
        "undo_superseded",
        {"不能撤销：“{字段}”此后又有改动。请先撤销后来的操作，或直接修改。",
         "This cannot be undone: \"{field}\" has changed since. Undo what came later first, or "
         "edit it."}},
    Judgement{"undo_without_effect",
              {"该操作没有生效（待审、未采纳或已搁置），不必撤销；可在“待审与冲突”中撤回。",
               "The action has had no effect (it waits, was turned down or set aside), so there is "
               "nothing to undo; it can be withdrawn among the cases."}},
    Judgement{"evicted",
              {"该记录已转出本账号管辖范围，未上传的修改已搁置并保留。",
               "The record has left this account's scope. The change that was not yet sent is set "
               "aside and kept."}},
};

}  // namespace

std::span<const Judgement> engine_judgements() { return judgements; }

}  // namespace zhibu::rules::detail
