#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/workbench/api/answer.hpp"
#include "client/workbench/http/detail/page_request.hpp"
#include "client/workbench/http/guard.hpp"
#include "client/workbench/http/target.hpp"

namespace zhibu::client::detail {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::uint32_t header_bytes_max = 16'384;
constexpr std::uint64_t body_bytes_max = 1U << 20U;

constexpr std::string_view session_path = "/api/session";
constexpr std::string_view events_path = "/api/events";

/// A field's value if it stands there once; two of a kind are an attempt at something.
std::string_view only(const http::fields& fields, http::field name) {
    return fields.count(name) == 1 ? std::string_view{fields[name]} : std::string_view{};
}

DirectedRequest::Goal goal_of(const RequestHead& head) {
    if (!head.path.starts_with("/api/")) {
        return DirectedRequest::Goal::asset;
    }
    if (head.path == session_path) {
        return DirectedRequest::Goal::session;
    }
    return head.path == events_path && head.method == "GET" ? DirectedRequest::Goal::events
                                                            : DirectedRequest::Goal::api;
}

}  // namespace

void set_limits(RequestParser& parser) {
    parser.header_limit(header_bytes_max);
    parser.body_limit(body_bytes_max);
}

DirectedRequest direct(const ReceivedRequest& received, const Guard& guard) {
    DirectedRequest directed;
    auto target = parse_target(received.target());
    if (!target) {
        return directed;
    }
    directed.language = language_of(target->query);
    directed.request.method = received.method_string();
    directed.request.path = std::move(target->path);
    directed.request.query = std::move(target->query);
    const RequestHead head{directed.request.method,
                           directed.request.path,
                           only(received, http::field::host),
                           only(received, http::field::origin),
                           received["Sec-Fetch-Site"],
                           only(received, http::field::content_type),
                           only(received, http::field::authorization)};
    if (const auto status = guard.refusal(head)) {
        directed.status = *status;
        return directed;
    }
    directed.goal = goal_of(head);
    if (directed.goal == DirectedRequest::Goal::api) {
        directed.request.body = received.body();
    }
    return directed;
}

std::optional<std::string> read_code(std::string_view body) {
    boost::system::error_code fault;
    const json::value parsed = json::parse(body, fault);
    const json::object* object = fault ? nullptr : parsed.if_object();
    const json::value* code = object == nullptr ? nullptr : object->if_contains("code");
    return code != nullptr && code->is_string() ? std::optional{std::string{code->get_string()}}
                                                : std::nullopt;
}

}  // namespace zhibu::client::detail
