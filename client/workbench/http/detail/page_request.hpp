#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/workbench/api/answer.hpp"
#include "client/workbench/http/guard.hpp"

/// What a request's bytes come to, without the socket that they came by. Threads: any.
namespace zhibu::client::detail {

using ReceivedRequest = boost::beast::http::request<boost::beast::http::string_body>;
using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// A header of 16 KiB, a body of 1 MiB; what is longer is an error of the parser.
void set_limits(RequestParser& parser);

/// Where a request goes.
struct DirectedRequest {
    enum class Goal : std::uint8_t { refused, asset, session, events, api };

    Goal goal = Goal::refused;
    /// Of the refusal.
    unsigned status = 400;
    Language language = Language::zh;
    /// Method, path, decoded query; the body where it goes to the API.
    ApiRequest request;
};

[[nodiscard]] DirectedRequest direct(const ReceivedRequest& received, const Guard& guard);

/// The code of {"code": "…"}.
[[nodiscard]] std::optional<std::string> read_code(std::string_view body);

}  // namespace zhibu::client::detail
