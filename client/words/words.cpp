#include "client/words/words.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/agent/sync_agent.hpp"
#include "client/replica/replica.hpp"
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "sync_protocol/message/message.hpp"
#include "sync_protocol/session/client_session.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::client {
namespace {

struct Text {
    std::string_view zh;
    std::string_view en;

    [[nodiscard]] std::string_view in(Language language) const {
        return language == Language::zh ? zh : en;
    }
};

// NOLINTNEXTLINE(readability-function-size): a table, two texts for each reason
Text text_of(sync::RefusalReason reason) {
    using enum sync::RefusalReason;
    switch (reason) {
        case protocol_too_old:
            return {"本程序版本过旧，服务器不再支持。本机的修改已保存。请联系党委管理员升级程序。",
                    "This program is too old for the server. Your changes are safe on this "
                    "machine. Ask your committee for the new version."};
        case protocol_too_new:
            return {"服务器版本过旧，不支持本程序。本机的修改已保存。请联系党委管理员升级服务器。",
                    "The server is too old for this program. Your changes are safe on this "
                    "machine. Ask your committee to upgrade the server."};
        case other_space:
            return {"该服务器保存的是另一个组织的数据。没有传送任何内容。请核对服务器地址。",
                    "This server keeps another organisation's records. Nothing was sent. Check "
                    "the server's address."};
        case unknown_device:
            return {
                "服务器不认识本设备或账号：可能尚未登记，或服务器从登记之前的备份恢复。本机的修"
                "改已保存。请向党委管理员申请新的登记码。",
                "The server does not know this device or account: it was not enrolled there, "
                "or the server was restored from a backup of before that. Your changes are "
                "safe on this machine. Ask your committee for a new enrolment code."};
        case device_not_active:
            return {"本设备尚未获准使用或已被注销。本机的修改已保存。请联系党委管理员。",
                    "This device is not approved, or has been revoked. Your changes are safe on "
                    "this machine. Ask your committee."};
        case account_disabled:
            return {"账号已停用，请联系上级管理员启用。本机的修改已保存，启用后可继续上传。",
                    "The account is disabled. Your changes are safe on this machine and can be "
                    "sent once the administrator above you enables it."};
        case account_deleted:
            return {"账号已删除，不能恢复。本机未上传的修改仍在本机。请联系上级管理员。",
                    "The account has been deleted for good. Changes not yet sent are still on "
                    "this machine. Ask the administrator above you."};
        case account_expired:
            return {"临时账号已到期。本机未上传的修改仍在本机。请联系上级管理员。",
                    "This temporary account has ended. Changes not yet sent are still on this "
                    "machine. Ask the administrator above you."};
        case outside_window:
            return {"当前不在维护时段内，账号暂不可用。本机的修改已保存。",
                    "This is outside the edit window, so the account cannot sign in now. Your "
                    "changes are safe on this machine."};
        case wrong_password:
            return {"密码不正确。数据未受影响。请重新输入；忘记密码请联系上级管理员重置。",
                    "The password is wrong. Nothing is affected. Try again, or ask the "
                    "administrator above you to reset it."};
        case locked_out:
            return {"密码错误次数过多，暂时不能登录。本机的修改已保存。",
                    "Too many wrong passwords: signing in is blocked for a while. Your changes "
                    "are safe on this machine."};
        case password_changed:
            return {"密码已更改，请使用新密码。数据未受影响。",
                    "The password has been changed. Use the new one. Nothing is affected."};
        case code_unknown_or_used:
            return {"登记码无效或已被使用。没有任何更改。请向党委管理员申请新的登记码。",
                    "The enrolment code is not valid or has been used already. Nothing was "
                    "changed. Ask your committee for a new code."};
        case code_expired:
            return {"登记码已过期（有效60分钟）。没有任何更改。请向党委管理员申请新的登记码。",
                    "The enrolment code has expired (it lasts 60 minutes). Nothing was changed. "
                    "Ask your committee for a new code."};
        case password_too_weak:
            return {"密码太弱：至少15个字符，且不能是常见密码。登记码仍可使用，请换一个密码重试。",
                    "The password is too weak: use 15 characters or more, and none that is "
                    "commonly used. The code is still good; try again with another password."};
        case message_too_large:
            return {
                "要上传的一组变更超过服务器允许的大小，已停止上传。本机的修改已保存。请联系党委管理"
                "员"
                "（服务器设置 commit.group_bytes_max）。",
                "A group of changes is larger than the server takes, so sending has stopped. Your "
                "changes are safe on this machine. Ask your committee: it is the server's setting "
                "commit.group_bytes_max."};
        case malformed_message:
        case unexpected_message:
            return {
                "服务器无法理解本程序发送的内容，连接已断开。本机的修改已保存。请将日志交给管理员"
                "。",
                "The server did not understand what this program sent and has closed the "
                "connection. Your changes are safe on this machine. Show the log to your "
                "administrator."};
        case sequence_gap:
        case chain_broken:
        case signature_wrong:
            return {
                "服务器上本设备的变更记录与本机不一致，已停止上传。本机的修改已保存。请联系党委管理"
                "员。",
                "The server's history of this device does not match this machine, so sending "
                "has stopped. Your changes are safe on this machine. Ask your committee."};
        case server_stopping:
            return {"服务器正在停机维护。本机的修改已保存，稍后会自动重试。",
                    "The server is shutting down. Your changes are safe on this machine and will "
                    "be sent later."};
        case server_storage_failed:
            return {
                "服务器存储出错（可能磁盘已满），未接收的修改仍在本机，稍后会自动重试。请通知管理员"
                "。",
                "The server cannot store changes now (its disk may be full). What it did not "
                "take is safe on this machine and will be sent later. Tell your "
                "administrator."};
        case server_busy:
            return {"服务器繁忙。本机的修改已保存，稍后会自动重试。",
                    "The server is busy. Your changes are safe on this machine and will be sent "
                    "later."};
        case replaced_by_newer_session:
            return {"本设备已重新建立连接，旧连接已关闭。数据未受影响。",
                    "This device has connected anew, and the older connection was closed. "
                    "Nothing is affected."};
        case scope_changed:
            return {"本账号的管辖范围已调整，正在重新取得数据。本机的修改已保存。",
                    "The part of the organisation that this account sees has changed; its records "
                    "are fetched anew. Your changes are safe on this machine."};
        case quarantine_full:
            return {
                "本设备在待审区的变更已达上限，须先由上级处理。本机的修改已保存，处理后会自动"
                "上传。请联系上级管理员。",
                "As many changes of this device as may wait in quarantine do so already. Your "
                "changes are safe on this machine and will be sent once an officer has decided. "
                "Ask the administrator above you."};
        case second_factor_needed:
            return {
                "本账号已启用双因素认证。请输入验证器上的验证码，或一个恢复码（在终端：zhibu sync "
                "--code）。本机的修改已保存。",
                "This account has a second factor. Give what its authenticator shows, or a "
                "recovery code (in a terminal: zhibu sync --code). Your changes are safe on this "
                "machine."};
        case second_factor_wrong:
            return {"验证码不正确或已用过。请等验证器显示下一个验证码后重试。本机的修改已保存。",
                    "The code is not right, or was used before. Wait until the authenticator shows "
                    "the next one, and try again. Your changes are safe on this machine."};
        case errand_refused:
            return {"服务器未能办理。没有任何改变。",
                    "The server did not do it; nothing has changed."};
        case lease_over:
            return {"离线许可已到期，请连接服务器更新。本机的修改已保存。",
                    "The permission to work offline has ended. Connect to the server to renew "
                    "it. Your changes are safe on this machine."};
    }
    std::unreachable();
}

Text text_of(sync::WireFault fault) {
    using enum sync::WireFault;
    switch (fault) {
        case closed_by_peer:
            return {"服务器关闭了连接。本机的修改已保存。",
                    "The server closed the connection. Your changes are safe on this machine."};
        case closed_here:
            return {"已断开连接。", "Disconnected."};
        case cannot_resolve:
            return {"找不到服务器地址。本机的修改已保存。请检查网络和服务器地址。",
                    "The server's name was not found. Your changes are safe on this machine. "
                    "Check the network and the server's address."};
        case cannot_connect:
            return {"连接不到服务器。本机的修改已保存，可以继续离线工作。请检查网络。",
                    "The server cannot be reached. Your changes are safe on this machine and you "
                    "can go on offline. Check the network."};
        case timed_out:
            return {"服务器没有应答。本机的修改已保存，稍后会自动重试。",
                    "The server did not answer. Your changes are safe on this machine and will "
                    "be sent later."};
        case connection_lost:
            return {"网络连接中断。本机的修改已保存，稍后会自动重试。",
                    "The connection was lost. Your changes are safe on this machine and will be "
                    "sent later."};
        case server_untrusted:
            return {
                "对方不是本组织的服务器（证书不可信）。没有传送任何内容。请勿继续，并通知党委管理员"
                "。",
                "This is not your committee's server: its certificate is not trusted. "
                "Nothing was sent. Do not go on; tell your committee."};
        case server_expired:
            return {"服务器证书已过期。没有传送任何内容。请通知党委管理员；并核对本机日期。",
                    "The server's certificate has expired. Nothing was sent. Tell your "
                    "committee, and check this machine's date."};
        case server_wrong_host:
            return {"服务器证书与地址不符。没有传送任何内容。请核对服务器地址。",
                    "The server's certificate is for another address. Nothing was sent. Check "
                    "the server's address."};
        case certificate_refused:
            return {"服务器不接受本设备的证书。本机的修改已保存。请向党委管理员申请重新登记。",
                    "The server does not accept this device's certificate. Your changes are safe "
                    "on this machine. Ask your committee to enrol it anew."};
        case certificate_expired:
            return {"本设备的证书已过期。本机的修改已保存。请向党委管理员申请重新登记。",
                    "This device's certificate has expired. Your changes are safe on this "
                    "machine. Ask your committee to enrol it anew."};
        case message_too_large:
            return {"收到的内容过大，连接已断开。本机的修改已保存。请将日志交给管理员。",
                    "A message was too large and the connection was closed. Your changes are "
                    "safe on this machine. Show the log to your administrator."};
        case protocol_error:
            return {"对方没有按约定通信，连接已断开。本机的修改已保存。请核对服务器地址。",
                    "The other side does not speak this program's protocol. Your changes are "
                    "safe on this machine. Check the server's address."};
    }
    std::unreachable();
}

Text text_of(sync::SessionFault fault) {
    using enum sync::SessionFault;
    switch (fault) {
        case malformed_message:
        case unexpected_message:
            return {"服务器发来的内容无法理解，连接已断开。本机的修改已保存。请将日志交给管理员。",
                    "The server sent something this program does not understand, and the "
                    "connection was closed. Your changes are safe on this machine. Show the log "
                    "to your administrator."};
        case server_too_old:
            return text_of(sync::RefusalReason::protocol_too_new);
        case server_too_new:
            return text_of(sync::RefusalReason::protocol_too_old);
        case other_space:
            return text_of(sync::RefusalReason::other_space);
        case signature_wrong:
        case foreign_receipt:
            return {"服务器的回执签名不正确，未予采用。本机的修改已保存。请立即通知党委管理员。",
                    "The server's receipt is not properly signed and was not taken. Your changes "
                    "are safe on this machine. Tell your committee at once."};
        case server_lost_history:
            return {
                "服务器缺少它曾确认过的记录，又没有声明是从备份恢复的。本机保留全部修改，没有丢失，"
                "也不会再发送。请通知党委管理员：若确为备份恢复，须在服务器上运行 zhibu-server "
                "new-epoch。",
                "The server lacks changes that it had acknowledged, and does not say that it was "
                "restored from a backup. All of them are kept on this machine, and none is sent. "
                "Tell your committee: if it was restored, zhibu-server new-epoch must be run "
                "there."};
        case group_needs_newer_server:
            return {
                "下一组变更过大，须由较新版本的服务器分段接收。此前的修改均已送达，该组及其后的修改"
                "保存在本机。请通知党委管理员升级服务器。",
                "The next group of changes is too large for this server, which is of an older "
                "version. All before it has been delivered; it and what follows are safe on this "
                "machine. Ask your committee to update the server."};
        case replica_differs:
            return {
                "本机副本与服务器不一致，今天已自动重建多次仍未消除。您的修改都已送达服务器，没"
                "有丢失。已停止同步，请通知党委管理员；明天会再次自动重建。",
                "This machine's copy differs from the server's, and has been rebuilt as often "
                "as may be in a day. Your changes have all reached the server; nothing is "
                "lost. Synchronising has stopped: tell your committee. It is tried again "
                "tomorrow."};
    }
    std::unreachable();
}

std::string with_moment(std::string text, Text words, std::optional<record::Instant> moment,
                        Language language) {
    if (moment) {
        text += language == Language::zh ? "" : " ";
        text += words.in(language);
        text += local_minute(*moment);
        text += language == Language::zh ? "。" : ".";
    }
    return text;
}

constexpr Text opens_next{"下次维护时段开始：", "It opens next at "};

}  // namespace

std::string explain(const sync::Refusal& refusal, Language language) {
    std::string text{text_of(refusal.reason).in(language)};
    if (refusal.reason == sync::RefusalReason::locked_out) {
        return with_moment(text, {"可再次登录的时间：", "You can try again at "},
                           refusal.not_before, language);
    }
    if (refusal.reason == sync::RefusalReason::outside_window) {
        return with_moment(text, opens_next, refusal.not_before, language);
    }
    return text;
}

std::string explain(const sync::WireError& error, Language language) {
    return std::string{text_of(error.fault).in(language)};
}

std::string explain(sync::SessionFault fault, Language language) {
    return std::string{text_of(fault).in(language)};
}

std::string explain(const SyncReport& report, Language language) {
    if (report.replica_error) {
        return explain(*report.replica_error, language);
    }
    if (report.delivery_was_refused && report.refusal) {
        constexpr Text text{
            "以前的副本留在待发箱中的变更未能交付，仍保留在待发箱中，请联系党委管理员：",
            "What an earlier copy of this device left in the outbox could not be handed in; "
            "it stays there. Tell your administrator: "};
        return std::string{text.in(language)} + explain(*report.refusal, language);
    }
    if (report.refusal) {
        return explain(*report.refusal, language);
    }
    if (report.fault) {
        return explain(*report.fault, language);
    }
    if (report.wire_error) {
        return explain(*report.wire_error, language);
    }
    return report.findings.empty() ? std::string{} : explain(report.findings.back(), language);
}

std::string_view name_of(GroupStage stage, Language language) {
    switch (stage) {
        case GroupStage::waiting:
            return Text{"待上传", "waiting"}.in(language);
        case GroupStage::accepted:
            return Text{"已接受", "accepted"}.in(language);
        case GroupStage::merged:
            return Text{"已合并", "merged"}.in(language);
        case GroupStage::quarantined:
            return Text{"待审", "quarantined"}.in(language);
        case GroupStage::rejected:
            return Text{"未接受", "rejected"}.in(language);
        case GroupStage::parked:
            return Text{"搁置", "parked"}.in(language);
    }
    std::unreachable();
}

std::string_view name_of(record::Settlement settlement, Language language) {
    switch (settlement) {
        case record::Settlement::offered_won:
            return Text{"您的值生效", "your value stands"}.in(language);
        case record::Settlement::committed_stood:
            return Text{"您的修改被已有的值取代", "the value already there stands"}.in(language);
        case record::Settlement::united:
            return Text{"双方的增减都已保留", "both sides' additions and removals"}.in(language);
        case record::Settlement::waits:
            return Text{"两个值都在等待上级决定", "both values wait for an officer above"}.in(
                language);
    }
    std::unreachable();
}

std::string_view name_of(SyncPhase phase, Language language) {
    switch (phase) {
        case SyncPhase::offline:
            return Text{"离线", "offline"}.in(language);
        case SyncPhase::connecting:
            return Text{"正在连接", "connecting"}.in(language);
        case SyncPhase::synchronising:
            return Text{"正在同步", "synchronising"}.in(language);
        case SyncPhase::caught_up:
            return Text{"已同步", "up to date"}.in(language);
        case SyncPhase::ended:
            return Text{"未连接", "not connected"}.in(language);
    }
    std::unreachable();
}

std::string local_minute(record::Instant instant) {
    const record::Date day = record::shanghai_day(instant);
    const std::int64_t minutes =
        (instant.milliseconds - record::shanghai_midnight(day).milliseconds) / 60'000;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d", day.year, day.month,
                  day.day, static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
    return text.data();
}

}  // namespace zhibu::client
