#include <string>
#include <string_view>

#include "server/ledger/audit.hpp"

namespace zhibu::server {
namespace {

struct Words {
    std::string_view name;
    std::string_view zh;
    std::string_view en;
};

Words words_of(AuditFault fault) {
    switch (fault) {
        case AuditFault::position_missing:
            return {"position_missing", "该位置的记录不见了", "the position is missing"};
        case AuditFault::group_unreadable:
            return {"group_unreadable", "变更组无法解读", "the group cannot be read"};
        case AuditFault::group_differs:
            return {"group_differs", "变更组的内容被改动", "the group's bytes were changed"};
        case AuditFault::row_differs:
            return {"row_differs", "变更组旁所记的来源、作者或操作被改动",
                    "the name, author or action beside the group was changed"};
        case AuditFault::chain_broken:
            return {"chain_broken", "变更组与同一设备的上一组不衔接",
                    "the group does not follow its device's group before it"};
        case AuditFault::device_unknown:
            return {"device_unknown", "没有该设备的公钥", "no key of the device is held"};
        case AuditFault::group_signature_wrong:
            return {"group_signature_wrong", "变更组不是由该设备签署的",
                    "the device did not sign the group"};
        case AuditFault::verdict_unreadable:
            return {"verdict_unreadable", "裁定无法解读", "the verdict cannot be read"};
        case AuditFault::verdict_differs:
            return {"verdict_differs", "裁定与变更组或旁边所记不符",
                    "the verdict is of another group, or differs from what stands beside it"};
        case AuditFault::receipt_signature_wrong:
            return {"receipt_signature_wrong", "裁定不是由本服务器签署的",
                    "this server did not sign the verdict"};
        case AuditFault::salt_missing:
            return {"salt_missing", "无法核对承诺（缺少随机盐）",
                    "the commitment cannot be opened (its salt is missing)"};
        case AuditFault::group_not_in_leaf:
            return {"group_not_in_leaf", "变更组与树叶中的承诺不符",
                    "the group is not what its leaf is a commitment to"};
        case AuditFault::verdict_not_in_leaf:
            return {"verdict_not_in_leaf", "裁定与树叶中的承诺不符",
                    "the verdict is not what its leaf is a commitment to"};
        case AuditFault::subtree_differs:
            return {"subtree_differs", "保存的子树与其树叶不符",
                    "a kept subtree is not that of its leaves"};
        case AuditFault::head_unreadable:
            return {"head_unreadable", "所给的树头无法解读，或不是由本服务器签署的",
                    "the head given cannot be read, or was not signed by this server"};
        case AuditFault::head_of_another_space:
            return {"head_of_another_space",
                    "所给的树头属于另一个组织空间，或属于恢复备份之前的纪元",
                    "the head given is of another space, or from before a backup was restored"};
        case AuditFault::history_shortened:
            return {"history_shortened", "日志比所给的树头短",
                    "the log is shorter than the head given"};
        case AuditFault::history_rewritten:
            return {"history_rewritten", "历史被改写，与所给的树头不符",
                    "history was rewritten: it is not that of the head given"};
    }
    return {};
}

}  // namespace

std::string_view to_text(AuditFault fault) { return words_of(fault).name; }

AuditWords explain(const AuditFinding& finding) {
    const Words words = words_of(finding.fault);
    AuditWords explained{std::string{words.zh}, std::string{words.en}};
    const std::string at = std::to_string(finding.at.position);
    const std::string from = std::to_string(finding.agreed.position + 1);
    if (finding.fault == AuditFault::history_rewritten) {
        explained.zh = "日志序号" + from + "至" + at + "之间：" + explained.zh;
        explained.en = "Between log index " + from + " and " + at + ": " + explained.en;
    } else if (finding.fault == AuditFault::history_shortened) {
        explained.zh =
            "日志序号" + at + "之后：" + explained.zh + "，少" + finding.detail + "个位置";
        explained.en =
            "After log index " + at + ": " + explained.en + ", by " + finding.detail + " positions";
    } else if (finding.at > LogIndex{}) {
        explained.zh = "日志序号" + at + "：" + explained.zh;
        explained.en = "Log index " + at + ": " + explained.en;
        if (!finding.detail.empty()) {
            explained.zh += "（" + finding.detail + "）";
            explained.en += " (" + finding.detail + ")";
        }
    }
    explained.zh += "。";
    explained.en += ".";
    return explained;
}

}  // namespace zhibu::server
