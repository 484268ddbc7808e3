#include "server/inspection/detail/history_text.hpp"

#include <boost/json.hpp>
#include <string_view>
#include <variant>

#include "shared/rules/rules.hpp"

namespace zhibu::server::detail {
namespace {

namespace json = boost::json;

std::string_view name_of(record::Operation operation, bool chinese) {
    switch (operation) {
        case record::Operation::create:
            return chinese ? "新建" : "create";
        case record::Operation::update:
            return chinese ? "修改" : "update";
        case record::Operation::retire:
            return chinese ? "停用" : "retire";
        case record::Operation::restore:
            return chinese ? "恢复" : "restore";
    }
    return {};
}

std::string label_of(const catalog::Kind& kind, record::FieldNumber number, bool chinese) {
    const catalog::Field* field = kind.find(number);
    if (field == nullptr) {
        return std::to_string(number.number);
    }
    return std::string{chinese ? field->label.zh : field->label.en};
}

}  // namespace

std::string_view name_of(record::Outcome outcome, bool chinese) {
    switch (outcome) {
        case record::Outcome::accepted:
            return chinese ? "接受" : "accepted";
        case record::Outcome::merged:
            return chinese ? "合并" : "merged";
        case record::Outcome::quarantined:
            return chinese ? "待审" : "quarantined";
        case record::Outcome::rejected:
            return chinese ? "未接受" : "rejected";
    }
    return {};
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        line += static_cast<unsigned char>(c) < ' ' || c == 127 ? ' ' : c;
    }
    return line;
}

std::string HistoryPrinter::author_of(const HistoryEntry& entry) const {
    if (entry.author.is_none()) {
        return chinese_ ? "服务器" : "the server";
    }
    const catalog::Kind& kind = catalog_.kind("account");
    const auto account = store_.find({kind.id(), entry.author});
    const auto* name = account && *account
                           ? std::get_if<std::string>(&(*account)->value(kind.field("name").id()))
                           : nullptr;
    return name == nullptr ? to_text(entry.author)
                           : one_line(*name) + " (" + to_text(entry.author) + ")";
}

std::string HistoryPrinter::value_of(const catalog::Kind& kind, record::FieldNumber number,
                                     const record::Value& value) const {
    const catalog::Field* field = kind.find(number);
    const auto language = chinese_ ? catalog::Language::zh : catalog::Language::en;
    return one_line(field == nullptr ? to_text(value)
                                     : display_text(catalog_, *field, value, language));
}

std::string HistoryPrinter::json_of(const HistoryEntry& entry) const {
    const catalog::Kind& kind = *catalog_.find(entry.change.record.kind);
    json::object fields;
    for (const record::FieldChange& change : entry.change.fields) {
        const catalog::Field* field = kind.find(change.field);
        const std::string name =
            field == nullptr ? std::to_string(change.field.number) : std::string{field->name};
        fields[name] = value_of(kind, change.field, change.value);
    }
    json::array reasons;
    for (const record::Reason& reason : entry.reasons) {
        reasons.emplace_back(reason.rule);
    }
    json::object decisions;
    for (const record::FieldDecision& decision : entry.decisions) {
        const catalog::Field* field = kind.find(decision.field);
        decisions[field == nullptr ? std::to_string(decision.field.number)
                                   : std::string{field->name}] = to_text(decision.settlement);
    }
    return json::serialize(json::object{{"log_index", entry.index.position},
                                        {"proved", entry.is_proved},
                                        {"erased", entry.is_erased},
                                        {"committed_at", entry.committed_at.milliseconds},
                                        {"author", to_text(entry.author)},
                                        {"device", to_text(entry.origin.device)},
                                        {"action", entry.action},
                                        {"outcome", name_of(entry.outcome, false)},
                                        {"operation", name_of(entry.change.operation, false)},
                                        {"fields", std::move(fields)},
                                        {"decisions", std::move(decisions)},
                                        {"reasons", std::move(reasons)}}) +
           '\n';
}

std::string HistoryPrinter::text_of(const HistoryEntry& entry) const {
    if (json_) {
        return json_of(entry);
    }
    const catalog::Kind& kind = *catalog_.find(entry.change.record.kind);
    std::string text = chinese_ ? "日志序号 " : "log index ";
    text += std::to_string(entry.index.position) + "  " +
            record::to_text(record::Value{entry.committed_at}) + "  " + author_of(entry) + "  " +
            one_line(entry.action) + "  ";
    text += name_of(entry.change.operation, chinese_);
    text += "  ";
    text += name_of(entry.outcome, chinese_);
    if (entry.is_proved) {
        text += chinese_ ? "  已证明" : "  proved";
    } else {
        text += chinese_ ? "  未能证明" : "  NOT PROVED";
    }
    text += '\n';
    if (entry.is_erased) {
        text += chinese_ ? "    内容已依法清除\n" : "    its content was erased by law\n";
    }
    for (const record::FieldChange& change : entry.change.fields) {
        text += "    " + label_of(kind, change.field, chinese_) + ": " +
                value_of(kind, change.field, change.value) + '\n';
    }
    for (const record::FieldDecision& decision : entry.decisions) {
        text += "    " + label_of(kind, decision.field, chinese_) + ": " +
                std::string{to_text(decision.settlement)} + ", " +
                value_of(kind, decision.field, decision.committed) + '\n';
    }
    for (const record::Reason& reason : entry.reasons) {
        text +=
            "    " + reason.rule + " " +
            rules::message(reason.rule, chinese_ ? catalog::Language::zh : catalog::Language::en,
                           reason.parameters) +
            '\n';
    }
    return text;
}

}  // namespace zhibu::server::detail
