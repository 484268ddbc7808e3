#include "server/inspection/inspection.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "server/inspection/detail/history_text.hpp"
#include "server/inspection/detail/open_space.hpp"
#include "server/ledger/audit.hpp"
#include "server/ledger/head_file.hpp"
#include "server/ledger/history.hpp"
#include "server/ledger/proofs.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/system.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

namespace json = boost::json;
using detail::fail;
using detail::open_space;
using detail::OpenSpace;

/// A head file is some hundred bytes; nobody needs more read.
constexpr std::size_t head_bytes_max = 64U << 10U;

AuditMeans means_of(const OpenSpace& space) {
    AuditMeans means;
    means.identity = space.store->identity();
    means.server_key = space.server_keys.signing_key.public_key();
    means.server_device = space.server_keys.server_device;
    means.group_key = space.server_keys.group_key.public_key();
    return means;
}

std::optional<sync::SignedTreeHead> read_head_file(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    std::string text(head_bytes_max, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return read_head(text);
}

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

void print_report(const InspectionWords& words, const AuditReport& report, std::ostream& out) {
    if (words.json) {
        out << json::serialize(to_json(report)) << '\n';
        return;
    }
    const std::string positions = std::to_string(report.head.position);
    const std::string heads = std::to_string(report.heads_agreed);
    if (report.finding) {
        const AuditWords explained = explain(*report.finding);
        out << (words.chinese ? "存储与其历史不符。" : "The store is not its own history. ")
            << (words.chinese ? explained.zh : explained.en) << '\n';
        return;
    }
    out << (words.chinese ? "日志完整：" + positions + "个位置全部核对无误，与" + heads +
                                "个保存的树头一致。\n"
                          : "The log is whole: all " + positions + " positions are right, and " +
                                heads + " heads that were kept agree.\n")
        << (words.chinese ? "根：" : "root: ") << keys::to_hex(report.tree.root) << '\n';
    if (report.erased > 0) {
        const std::string count = std::to_string(report.erased);
        out << (words.chinese ? "其中" + count + "个位置的部分内容已依法清除，日志中均有记载。\n"
                              : "At " + count +
                                    " of them something was erased by law, as the log itself "
                                    "says.\n");
    }
    if (report.heads_agreed == 0) {
        out << (words.chinese
                    ? "没有与别处保存的树头比较：持有全部密钥的人可以重写整个历史而不被发现。\n"
                    : "It was compared with no head kept elsewhere: whoever has all keys can "
                      "rewrite the whole of it unseen.\n");
    }
}

void show_progress(const InspectionWords& words, LogIndex done, LogIndex head, std::ostream& err) {
    err << (words.chinese ? "已核对 " : "checked ") << done.position << " / " << head.position
        << '\n';
}

}  // namespace

Inspected print_head(const InspectionWords& words, std::ostream& out, std::ostream& err) {
    const auto space = open_space(words);
    if (!space) {
        return fail(words, space.error(), err);
    }
    keys::SystemClock clock;
    const SpaceIdentity identity = space->store->identity();
    const HeadMaker maker{identity.space, identity.epoch, clock.now(),
                          [&](std::span<const std::uint8_t> bytes) {
                              return space->server_keys.signing_key.sign(bytes);
                          }};
    const auto made = signed_head(*space->reader, maker);
    if (!made) {
        return fail(words, explain(made.error()), err);
    }
    const std::string text = to_text(*made);
    if (!words.json) {
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

Inspected verify(const InspectionWords& words, const std::vector<std::filesystem::path>& heads,
                 std::ostream& out, std::ostream& err) {
    std::vector<sync::SignedTreeHead> kept;
    for (const std::filesystem::path& file : heads) {
        auto head = read_head_file(file);
        if (!head) {
            return fail(words,
                        {"读不出树头文件：" + file.string() + "。没有核对。",
                         "There is no tree head in " + file.string() + ". Nothing was checked."},
                        err);
        }
        kept.push_back(*std::move(head));
    }
    const auto space = open_space(words);
    if (!space) {
        return fail(words, space.error(), err);
    }
    AuditMeans means = means_of(*space);
    means.kept = std::move(kept);
    means.progress = [&](LogIndex done, LogIndex head) { show_progress(words, done, head, err); };
    const auto report = audit(*space->reader, means);
    if (!report) {
        return fail(words, explain(report.error()), err);
    }
    print_report(words, *report, out);
    return report->finding ? Inspected::differs : Inspected::well;
}

Inspected print_history(const InspectionWords& words, const std::string& record, std::ostream& out,
                        std::ostream& err) {
    const auto key = detail::parse_record(*words.catalog, record);
    if (!key) {
        return fail(words, key.error(), err);
    }
    const auto space = open_space(words);
    if (!space) {
        return fail(words, space.error(), err);
    }
    const auto report = audit(*space->reader, means_of(*space));
    if (!report) {
        return fail(words, explain(report.error()), err);
    }
    if (report->finding) {
        print_report(words, *report, err);
        return Inspected::differs;
    }
    const detail::HistoryPrinter printer{*words.catalog, *space->reader, words.chinese, words.json};
    std::uint64_t printed = 0;
    bool all_proved = true;
    const auto read =
        each_of_history(*space->reader, *key, report->tree, [&](const HistoryEntry& entry) {
            printed += 1;
            all_proved = all_proved && entry.is_proved;
            out << printer.text_of(entry);
        });
    if (!read) {
        return fail(words, explain(read.error()), err);
    }
    if (printed == 0) {
        err << (words.chinese ? "日志中没有提到这条记录。"
                              : "No group in the log names this record.")
            << '\n';
        return Inspected::unknown;
    }
    return all_proved ? Inspected::well : Inspected::differs;
}

}  // namespace zhibu::server
