#include "client/workbench/api/answer.hpp"

#include <boost/json.hpp>
#include <utility>

namespace zhibu::client {

namespace json = boost::json;

Language language_of(const ApiQuery& query) {
    const auto found = query.find("lang");
    return found != query.end() && found->second == "en" ? Language::en : Language::zh;
}

ApiResponse answer(const json::value& body, unsigned status) {
    return ApiResponse{status, json::serialize(body)};
}

ApiResponse problem(unsigned status, std::string_view code, std::string_view message,
                    json::array findings) {
    return answer(json::object{{"error", json::object{{"code", code},
                                                      {"message", message},
                                                      {"findings", std::move(findings)}}}},
                  status);
}

ApiResponse problem(const Problem& found, Language language) {
    return problem(found.status, found.code, language == Language::zh ? found.zh : found.en, {});
}

}  // namespace zhibu::client
