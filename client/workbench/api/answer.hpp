#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <string>
#include <string_view>

#include "client/words/words.hpp"

/// How the workbench is asked and answers, whoever answers: the operations, what is there while it
/// is locked, and the guard of its socket.
namespace zhibu::client {

/// The decoded parameters of an address.
using ApiQuery = std::multimap<std::string, std::string>;

struct ApiRequest {
    std::string method;
    /// Without the query: "/api/records/person".
    std::string path;
    ApiQuery query;
    std::string body;
};

struct ApiResponse {
    unsigned status = 200;
    /// JSON.
    std::string body;
};

/// What is wrong with a request, for the person at the screen.
struct Problem {
    unsigned status = 400;
    std::string code;
    std::string zh;
    std::string en;
    /// The field that it is about, where it is about one; a finding then says so.
    std::string field = {};
};

/// `lang=en`, or Chinese.
[[nodiscard]] Language language_of(const ApiQuery& query);

[[nodiscard]] ApiResponse answer(const boost::json::value& body, unsigned status = 200);

/// {error: {code, message, findings}}; what was wrong with single fields is in the findings.
[[nodiscard]] ApiResponse problem(unsigned status, std::string_view code, std::string_view message,
                                  boost::json::array findings);
[[nodiscard]] ApiResponse problem(const Problem& found, Language language);
/// What a replica did not do, and why.
[[nodiscard]] ApiResponse refusal(const catalog::Catalog& catalog, const ReplicaError& error,
                                  Language language);

}  // namespace zhibu::client
