#include "server/inspection/inspection_desk.hpp"

#include <boost/json.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "server/inspection/detail/telling.hpp"
#include "server/ledger/head_file.hpp"
#include "server/request/asking.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::server {
namespace {

namespace json = boost::json;

/// A head is read at once; a long log takes its time.
constexpr std::chrono::minutes head_patience{1};
constexpr std::chrono::hours audit_patience{24};

RequestNote note_of(const ServerFiles& files) { return {files, "inspect", 3}; }

std::optional<json::object> parse_object(std::string_view text) {
    boost::system::error_code failure;
    json::value value = json::parse(text, failure);
    if (failure || !value.is_object()) {
        return std::nullopt;
    }
    return std::move(value).as_object();
}

const json::string* text_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
}

std::optional<bool> flag_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_bool() ? std::optional{value->get_bool()} : std::nullopt;
}

Unanswered unanswered(bool asks_for_audit) {
    return {{"服务器在核对期间停止了，没有得出结果。存储没有变化，请重试。",
             "The server ended before it came to a result. The store is as it was: try again."},
            {"服务器没有答复。请查看其日志；若它由较旧版本运行，请先重新启动。",
             "The server has not answered. Look into its log; if an older version of it runs, "
             "start it anew."},
            asks_for_audit ? audit_patience : std::chrono::milliseconds{head_patience}};
}

}  // namespace

std::string to_text(const Question& question) {
    json::array heads;
    for (const sync::SignedTreeHead& head : question.kept) {
        heads.emplace_back(to_text(head));
    }
    return json::serialize(json::object{{"what", question.asks_for_audit ? "verify" : "head"},
                                        {"chinese", question.chinese},
                                        {"json", question.json},
                                        {"heads", std::move(heads)}});
}

std::optional<Question> to_question(std::string_view text) {
    const auto object = parse_object(text);
    if (!object) {
        return std::nullopt;
    }
    const json::string* what = text_in(*object, "what");
    const auto chinese = flag_in(*object, "chinese");
    const auto wants_json = flag_in(*object, "json");
    const json::value* heads = object->if_contains("heads");
    if (what == nullptr || (*what != "head" && *what != "verify") || !chinese || !wants_json ||
        heads == nullptr || !heads->is_array() || heads->get_array().size() > kept_heads_max) {
        return std::nullopt;
    }
    Question question{*what == "verify", *chinese, *wants_json};
    for (const json::value& each : heads->get_array()) {
        const json::string* written = each.if_string();
        auto head = written == nullptr ? std::nullopt : read_head(*written);
        if (!head) {
            return std::nullopt;
        }
        question.kept.push_back(*std::move(head));
    }
    return question;
}

std::string to_text(const Told& told) {
    return json::serialize(
        json::object{{"exit", static_cast<int>(told.ended)}, {"out", told.out}, {"err", told.err}});
}

std::optional<Told> to_told(std::string_view text) {
    const auto object = parse_object(text);
    if (!object) {
        return std::nullopt;
    }
    const json::value* ended = object->if_contains("exit");
    const json::string* out = text_in(*object, "out");
    const json::string* err = text_in(*object, "err");
    if (ended == nullptr || !ended->is_int64() || out == nullptr || err == nullptr) {
        return std::nullopt;
    }
    for (const Inspected each : {Inspected::well, Inspected::failed, Inspected::differs}) {
        if (ended->get_int64() == static_cast<int>(each)) {
            return Told{each, std::string{*out}, std::string{*err}};
        }
    }
    return std::nullopt;
}

InspectionDesk::InspectionDesk(Parts parts, const ServerFiles& files)
    : parts_{std::move(parts)},
      desk_{{note_of(files), parts_.clock,
             [this](const Request& request) { return begin(request); },
             [this] { parts_.log("inspection_unanswered", ""); }}} {}

RequestDesk::Work InspectionDesk::begin(const Request& request) {
    return [this, words = request.words](const std::function<bool()>& goes_on) {
        const auto question = to_question(words);
        auto reader = parts_.store->open_reader();
        if (!question || !reader) {
            parts_.log("inspection_done", "failed");
            return to_text(Told{Inspected::failed, "", unanswered(false).silent.en + "\n"});
        }
        parts_.log("inspection_begun", question->asks_for_audit ? "verify" : "head");
        const detail::Subject subject{parts_.store->identity(), parts_.keys, reader->get(),
                                      parts_.catalog};
        const detail::Manner manner{question->chinese, question->json};
        std::ostringstream out;
        std::ostringstream err;
        Told told;
        if (question->asks_for_audit) {
            AuditMeans means = detail::means_of(subject);
            means.kept = question->kept;
            means.goes_on = goes_on;
            told.ended = detail::tell_audit(subject, means, manner, out, err);
        } else {
            told.ended = detail::tell_head(subject, parts_.clock->now(), manner, out, err);
        }
        if (!goes_on()) {
            out.str({});
            told.ended = detail::fail(manner, unanswered(true).ended, out, err);
        }
        told.out = out.str();
        told.err = err.str();
        parts_.log("inspection_done", told.ended == Inspected::well ? "well" : "not well");
        return to_text(told);
    };
}

Inspected ask_running(const ServerFiles& files, const Question& question, std::ostream& out,
                      std::ostream& err) {
    const detail::Manner manner{question.chinese, question.json};
    if (const auto may = check_owner(files); !may) {
        return detail::fail(manner, may.error(), out, err);
    }
    if (question.kept.size() > kept_heads_max) {
        return detail::fail(manner,
                            {"服务器运行时一次最多与40个保存的树头比较。没有核对。",
                             "A running server compares with 40 heads at most. Nothing was "
                             "checked."},
                            out, err);
    }
    keys::SystemRandom random;
    const RequestNote note = note_of(files);
    const Unanswered what = unanswered(question.asks_for_audit);
    const auto text = ask_server(files, note, {{}, {}, {}, to_text(question)}, what, random);
    if (!text) {
        return detail::fail(manner, text.error(), out, err);
    }
    note.forget();
    const auto told = to_told(*text);
    if (!told) {
        return detail::fail(manner, what.silent, out, err);
    }
    out << told->out;
    err << told->err;
    return told->ended;
}

}  // namespace zhibu::server
