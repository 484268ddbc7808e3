#include <string>

#include "client/words/words.hpp"

namespace zhibu::client {
namespace {

struct FindingText {
    std::string_view zh;
    std::string_view en;
};

FindingText text_of(const sync::LedgerFinding& finding) {
    if (!finding.sort) {
        return {
            "服务器已从备份恢复，部分较新的历史没有了。您未上报和已保存的内容仍在本机，会重新上报。"
            "如党委没有通知恢复备份，请联系党委核实。日志现止于序号",
            "The server was restored from a backup, and some of its newer history is gone. "
            "Your work is kept on this device and is sent again. If your committee has not "
            "announced a restore, ask it. The log now ends at index "};
    }
    switch (*finding.sort) {
        case sync::IncidentSort::digest_differs:
            return {"本机内容与服务器不一致，已报告党委。您的修改是安全的。日志序号",
                    "This device's contents are not the server's; your committee was told. Your "
                    "changes are safe. Log index "};
        case sync::IncidentSort::history_shortened:
            return {
                "服务器的历史比本机所见的短：已有的记录不见了。已报告党委，本机保留了证据。"
                "您的修改是安全的，可以继续工作；请告知上级党组织。现止于日志序号",
                "The server's history is shorter than this device has seen: entries are gone. "
                "Your committee was told, and the evidence is kept here. Your changes are safe "
                "and you can go on; tell the organisation above. It now ends at log index "};
        case sync::IncidentSort::history_forked:
            return {
                "服务器的历史被改写，与本机所见的不同。已报告党委，本机保留了证据。"
                "您的修改是安全的，可以继续工作；请告知上级党组织。改动在此日志序号或之前：",
                "The server's history was rewritten: it is not what this device has seen. Your "
                "committee was told, and the evidence is kept here. Your changes are safe and "
                "you can go on; tell the organisation above. It was changed at or before log "
                "index "};
        case sync::IncidentSort::receipt_not_in_tree:
            return {
                "服务器确认过的一项变更不在其历史中。已报告党委，本机保留了回执。"
                "您的修改是安全的，可以继续工作；请告知上级党组织。日志序号",
                "A change that the server acknowledged is not in its history. Your committee "
                "was told, and the receipt is kept here. Your changes are safe and you can go "
                "on; tell the organisation above. Log index "};
    }
    return {};
}

}  // namespace

std::string explain(const sync::LedgerFinding& finding, Language language) {
    const FindingText text = text_of(finding);
    return std::string{language == Language::zh ? text.zh : text.en} +
           std::to_string(finding.at.position) + (language == Language::zh ? "。" : ".");
}

}  // namespace zhibu::client
