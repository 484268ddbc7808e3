#include "server/inspection/detail/telling.hpp"

#include <boost/json.hpp>
#include <span>
#include <string>

#include "server/ledger/head_file.hpp"
#include "server/ledger/proofs.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

namespace json = boost::json;

json::object to_json(const AuditReport& report) {
    json::object out{{"whole", !report.finding.has_value()},
                     {"log_index", report.head.position},
                     {"size", report.tree.size},
                     {"root", keys::to_hex(report.tree.root)},
                     {"heads_agreed", report.heads_agreed},
                     {"erased", report.erased}};
    if (report.finding) {
        const AuditWords explained = explain(*report.finding);
        out["finding"] = json::object{{"fault", to_text(report.finding->fault)},
                                      {"log_index", report.finding->at.position},
                                      {"agreed", report.finding->agreed.position},
                                      {"detail", report.finding->detail},
                                      {"zh", explained.zh},
                                      {"en", explained.en}};
    }
    return out;
}

}  // namespace

AuditMeans means_of(const Subject& subject) {
    AuditMeans means;
    means.identity = subject.identity;
    means.server_key = subject.keys->signing_key.public_key();
    means.server_device = subject.keys->server_device;
    means.group_key = subject.keys->group_key.public_key();
    means.catalog = subject.catalog;
    return means;
}

void print_report(const Manner& manner, const AuditReport& report, std::ostream& out) {
    if (manner.json) {
        out << json::serialize(to_json(report)) << '\n';
        return;
    }
    const std::string positions = std::to_string(report.head.position);
    const std::string heads = std::to_string(report.heads_agreed);
    if (report.finding) {
        const AuditWords explained = explain(*report.finding);
        out << (manner.chinese ? "存储与其历史不符。" : "The store is not its own history. ")
            << (manner.chinese ? explained.zh : explained.en) << '\n';
        return;
    }
    out << (manner.chinese ? "日志完整：" + positions + "个位置全部核对无误，与" + heads +
                                 "个保存的树头一致。\n"
                           : "The log is whole: all " + positions + " positions are right, and " +
                                 heads + " heads that were kept agree.\n")
        << (manner.chinese ? "根：" : "root: ") << keys::to_hex(report.tree.root) << '\n';
    if (report.erased > 0) {
        const std::string count = std::to_string(report.erased);
        out << (manner.chinese ? "其中" + count + "个位置的部分内容已依法清除，日志中均有记载。\n"
                               : "At " + count +
                                     " of them something was erased by law, as the log itself "
                                     "says.\n");
    }
    if (report.heads_agreed == 0) {
        out << (manner.chinese
                    ? "没有与别处保存的树头比较：持有全部密钥的人可以重写整个历史而不被发现。\n"
                    : "It was compared with no head kept elsewhere: whoever has all keys can "
                      "rewrite the whole of it unseen.\n");
    }
}

Inspected tell_head(const Subject& subject, record::Instant now, const Manner& manner,
                    std::ostream& out, std::ostream& err) {
    const SpaceIdentity& identity = subject.identity;
    const HeadMaker maker{
        identity.space, identity.epoch, now,
        [&](std::span<const std::uint8_t> bytes) { return subject.keys->signing_key.sign(bytes); }};
    const auto made = signed_head(*subject.reader, maker);
    if (!made) {
        return fail(manner, explain(made.error()), out, err);
    }
    const std::string text = to_text(*made);
    if (!manner.json) {
        out << text;
        return Inspected::well;
    }
    const auto head = sync::decode_tree_head(made->bytes);
    out << json::serialize(json::object{{"origin", to_text(head->origin)},
                                        {"epoch", to_text(head->epoch)},
                                        {"log_index", head->size / 2},
                                        {"size", head->size},
                                        {"root", keys::to_hex(head->root)},
                                        {"signed_at", head->signed_at.milliseconds},
                                        {"text", text}})
        << '\n';
    return Inspected::well;
}

Inspected tell_audit(const Subject& subject, const AuditMeans& means, const Manner& manner,
                     std::ostream& out, std::ostream& err) {
    const auto report = audit(*subject.reader, means);
    if (!report) {
        return fail(manner, explain(report.error()), out, err);
    }
    print_report(manner, *report, out);
    return report->finding ? Inspected::differs : Inspected::well;
}

Inspected fail(const Manner& manner, const FoundingError& error, std::ostream& out,
               std::ostream& err) {
    const std::string& text = manner.chinese ? error.zh : error.en;
    if (manner.json) {
        out << json::serialize(json::object{{"error", text}}) << '\n';
    } else {
        err << text << '\n';
    }
    return Inspected::failed;
}

}  // namespace zhibu::server::detail
