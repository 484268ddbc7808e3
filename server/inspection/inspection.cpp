#include "server/inspection/inspection.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "server/inspection/detail/history_text.hpp"
#include "server/inspection/detail/open_space.hpp"
#include "server/inspection/detail/telling.hpp"
#include "server/inspection/inspection_desk.hpp"
#include "server/ledger/audit.hpp"
#include "server/ledger/head_file.hpp"
#include "server/ledger/history.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::server {
namespace {

using detail::fail;
using detail::open_space;
using detail::OpenSpace;

/// A head file is some hundred bytes; nobody needs more read.
constexpr std::size_t head_bytes_max = 64U << 10U;

detail::Manner manner_of(const InspectionWords& words) { return {words.chinese, words.json}; }

detail::Subject subject_of(const OpenSpace& space, const InspectionWords& words) {
    return {space.store->identity(), &space.server_keys, space.reader.get(), words.catalog};
}

/// Whether a server has the files of the store open.
bool runs_on_files(const InspectionWords& words) {
    return words.config->store_cluster.empty() &&
           is_sqlite_store_in_use(words.files.store()).value_or(false);
}

std::optional<sync::SignedTreeHead> read_head_file(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    std::string text(head_bytes_max, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return read_head(text);
}

void show_progress(const InspectionWords& words, LogIndex done, LogIndex head, std::ostream& err) {
    err << (words.chinese ? "已核对 " : "checked ") << done.position << " / " << head.position
        << '\n';
}

}  // namespace

Inspected print_head(const InspectionWords& words, std::ostream& out, std::ostream& err) {
    if (runs_on_files(words)) {
        return ask_running(words.files, {false, words.chinese, words.json}, out, err);
    }
    const auto space = open_space(words);
    if (!space) {
        return fail(words, space.error(), out, err);
    }
    keys::SystemClock clock;
    return detail::tell_head(subject_of(*space, words), clock.now(), manner_of(words), out, err);
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
                        out, err);
        }
        kept.push_back(*std::move(head));
    }
    if (runs_on_files(words)) {
        return ask_running(words.files, {true, words.chinese, words.json, std::move(kept)}, out,
                           err);
    }
    const auto space = open_space(words);
    if (!space) {
        return fail(words, space.error(), out, err);
    }
    const detail::Subject subject = subject_of(*space, words);
    AuditMeans means = detail::means_of(subject);
    means.kept = std::move(kept);
    means.progress = [&](LogIndex done, LogIndex head) { show_progress(words, done, head, err); };
    return detail::tell_audit(subject, means, manner_of(words), out, err);
}

Inspected print_history(const InspectionWords& words, const std::string& record, std::ostream& out,
                        std::ostream& err) {
    const auto key = detail::parse_record(*words.catalog, record);
    if (!key) {
        return fail(words, key.error(), out, err);
    }
    const auto space = open_space(words);
    if (!space) {
        return fail(words, space.error(), out, err);
    }
    const auto report = audit(*space->reader, detail::means_of(subject_of(*space, words)));
    if (!report) {
        return fail(words, explain(report.error()), out, err);
    }
    if (report->finding) {
        detail::print_report(manner_of(words), *report, err);
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
        return fail(words, explain(read.error()), out, err);
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
