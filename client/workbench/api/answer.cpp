#include "client/workbench/api/answer.hpp"

#include <boost/json.hpp>
#include <utility>

namespace zhibu::client {

namespace json = boost::json;

namespace {

/// As json::serialize() does, which leaves records behind on the stack.
std::string text_of(const json::value& body) {
    constexpr std::size_t step = 16'384;
    json::serializer serializer;
    serializer.reset(&body);
    std::string text;
    while (!serializer.done()) {
        const std::size_t before = text.size();
        text.resize(before + step);
        text.resize(before + serializer.read(&text[before], step).size());
    }
    return text;
}

}  // namespace

Language language_of(const ApiQuery& query) {
    const auto found = query.find("lang");
    return found != query.end() && found->second == "en" ? Language::en : Language::zh;
}

ApiResponse answer(const json::value& body, unsigned status) {
    return ApiResponse{status, text_of(body)};
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
