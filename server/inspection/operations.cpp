#include "server/inspection/operations.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/founding/founding.hpp"
#include "server/inspection/detail/history_text.hpp"
#include "server/inspection/detail/open_space.hpp"
#include "server/store/store.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

namespace json = boost::json;
using detail::name_of;
using detail::one_line;

constexpr std::string_view columns_zh =
    "日志序号,时间,账号,账号编号,设备,设备编号,操作,结果,内容,原因\n";
constexpr std::string_view columns_en =
    "log index,time,account,account id,device,device id,action,outcome,content,reasons\n";

/// One position of the log, as it is told.
struct Operation {
    std::uint64_t index = 0;
    Instant at;
    RecordId author;
    std::string account;
    DeviceId device;
    std::string device_label;
    std::string action;
    record::Outcome outcome = record::Outcome::accepted;
    /// How many records of each kind.
    std::map<std::string, unsigned> content;
    std::vector<std::string> reasons;
};

/// Names of accounts and labels of devices, each looked up once.
class Names {
public:
    Names(const catalog::Catalog& catalog, StoreReading& store)
        : catalog_{catalog}, store_{store} {}

    const std::string& account(const RecordId& id) { return look_up("account", "name", id); }

    const std::string& device(const RecordId& id) { return look_up("device", "label", id); }

private:
    const std::string& look_up(std::string_view kind_name, std::string_view field,
                               const RecordId& id) {
        const auto [entry, is_new] = known_.try_emplace({std::string{kind_name}, id});
        if (is_new) {
            const catalog::Kind& kind = catalog_.kind(kind_name);
            const auto state = store_.find({kind.id(), id});
            const auto* text =
                state && *state ? std::get_if<std::string>(&(*state)->value(kind.field(field).id()))
                                : nullptr;
            entry->second = text == nullptr ? std::string{} : one_line(*text);
        }
        return entry->second;
    }

    const catalog::Catalog& catalog_;
    StoreReading& store_;
    std::map<std::pair<std::string, RecordId>, std::string> known_;
};

std::optional<Operation> read_operation(const catalog::Catalog& catalog, const LogRow& row,
                                        Names& names) {
    const auto group = sync::decode_group(row.sealed.bytes);
    const auto verdict = sync::decode_verdict(row.receipt.verdict);
    if (!group || !verdict) {
        return std::nullopt;
    }
    Operation made;
    made.index = row.index.position;
    made.at = row.committed_at;
    made.author = row.author;
    made.account = row.author.is_none() ? std::string{} : names.account(row.author);
    made.device = row.name.device;
    made.device_label = names.device(RecordId{row.name.device.uuid});
    made.action = one_line(row.action);
    made.outcome = row.outcome;
    for (const record::Change& change : group->changes) {
        const catalog::Kind* kind = catalog.find(change.record.kind);
        ++made.content[kind == nullptr ? std::to_string(change.record.kind.number)
                                       : std::string{kind->name}];
    }
    for (const record::Reason& reason : verdict->reasons) {
        if (std::ranges::find(made.reasons, reason.rule) == made.reasons.end()) {
            made.reasons.push_back(one_line(reason.rule));
        }
    }
    return made;
}

bool matches(const OperationsWords& which, const Operation& operation) {
    const record::Date day = record::shanghai_day(operation.at);
    const auto is_part = [](const std::string& wanted, const std::string& text) {
        return wanted.empty() || text.contains(wanted);
    };
    return (!which.from || *which.from <= day) && (!which.to || day <= *which.to) &&
           (which.account.empty() || to_text(operation.author) == which.account ||
            is_part(which.account, operation.account)) &&
           to_text(operation.device).starts_with(which.device) &&
           (which.action.empty() || which.action == operation.action) &&
           (which.kind.empty() || operation.content.contains(which.kind)) &&
           (which.outcome.empty() || which.outcome == name_of(operation.outcome, false));
}

std::string content_words(const Operation& operation) {
    std::string words;
    for (const auto& [kind, count] : operation.content) {
        words += (words.empty() ? "" : " ") + kind + "×" + std::to_string(count);
    }
    return words;
}

std::string reason_words(const Operation& operation) {
    std::string words;
    for (const std::string& rule : operation.reasons) {
        words += (words.empty() ? "" : " ") + rule;
    }
    return words;
}

/// Asia/Shanghai, to the second.
std::string local_second(Instant at) {
    const record::Date day = record::shanghai_day(at);
    const std::int64_t second =
        (at.milliseconds - record::shanghai_midnight(day).milliseconds) / 1000;
    const auto two = [](std::int64_t number) { return std::to_string(100 + number).substr(1); };
    return record::to_text(day) + " " + two(second / 3600) + ":" + two(second / 60 % 60) + ":" +
           two(second % 60);
}

std::string json_of(const Operation& operation) {
    json::object content;
    for (const auto& [kind, count] : operation.content) {
        content[kind] = count;
    }
    json::array reasons;
    for (const std::string& rule : operation.reasons) {
        reasons.emplace_back(rule);
    }
    return json::serialize(json::object{{"log_index", operation.index},
                                        {"committed_at", operation.at.milliseconds},
                                        {"account", operation.account},
                                        {"account_id", to_text(operation.author)},
                                        {"device", operation.device_label},
                                        {"device_id", to_text(operation.device)},
                                        {"action", operation.action},
                                        {"outcome", name_of(operation.outcome, false)},
                                        {"content", std::move(content)},
                                        {"reasons", std::move(reasons)}}) +
           '\n';
}

std::string text_of(const Operation& operation, const OperationsWords& which, bool chinese) {
    if (which.form == OperationsForm::json) {
        return json_of(operation);
    }
    const std::string server = chinese ? "服务器" : "the server";
    const std::string account = operation.author.is_none()  ? server
                                : operation.account.empty() ? to_text(operation.author)
                                                            : operation.account;
    const std::string outcome{name_of(operation.outcome, chinese)};
    if (which.form == OperationsForm::csv) {
        std::string line = std::to_string(operation.index);
        for (const std::string& cell :
             {local_second(operation.at), account, to_text(operation.author),
              operation.device_label, to_text(operation.device), operation.action, outcome,
              content_words(operation), reason_words(operation)}) {
            line += ',' + csv_cell(cell);
        }
        return line + '\n';
    }
    const std::string device =
        operation.device_label.empty() ? to_text(operation.device) : operation.device_label;
    const std::string reasons = reason_words(operation);
    return std::to_string(operation.index) + "  " + local_second(operation.at) + "  " + account +
           "  " + device + "  " + operation.action + "  " + content_words(operation) + "  " +
           outcome + (reasons.empty() ? "" : " (" + reasons + ")") + '\n';
}

FoundingError unreadable(LogIndex index) {
    const std::string at = std::to_string(index.position);
    return {"日志序号 " + at + " 读不出来。请用 verify 核对存储。",
            "Log index " + at + " cannot be read. Check the store with verify."};
}

}  // namespace

std::string csv_cell(std::string_view text) {
    constexpr std::string_view formula = "=+-@\t\r";
    std::string cell = "\"";
    if (!text.empty() && formula.find(text.front()) != std::string_view::npos) {
        cell += '\'';
    }
    for (const char c : text) {
        cell += c;
        if (c == '"') {
            cell += '"';
        }
    }
    return cell + '"';
}

Inspected print_operations(const InspectionWords& words, const OperationsWords& which,
                           std::ostream& out, std::ostream& err) {
    const auto space = detail::open_space(words);
    if (!space) {
        return detail::fail(words, space.error(), out, err);
    }
    StoreReader& reader = *space->reader;
    const auto head = reader.head();
    if (!head) {
        return detail::fail(words, explain(head.error()), out, err);
    }
    Names names{*words.catalog, reader};
    if (which.form == OperationsForm::csv) {
        // Spreadsheets know UTF-8 by its mark.
        out << "\xEF\xBB\xBF" << (words.chinese ? columns_zh : columns_en);
    }
    bool any = false;
    for (LogIndex index{1}; index <= *head; ++index.position) {
        const auto row = reader.row(index);
        const auto operation =
            row && *row ? read_operation(*words.catalog, **row, names) : std::nullopt;
        if (!operation) {
            return detail::fail(words, unreadable(index), out, err);
        }
        if (matches(which, *operation)) {
            any = true;
            out << text_of(*operation, which, words.chinese);
        }
    }
    return any ? Inspected::well : Inspected::unknown;
}

}  // namespace zhibu::server
