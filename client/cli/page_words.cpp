#include "client/cli/detail/page_words.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>

namespace zhibu::client::detail {
namespace {

namespace json = boost::json;

constexpr std::size_t password_bytes_max = 1024;

}  // namespace

ApiResponse done() { return answer(json::object{{"done", true}}); }

ApiResponse busy(Language language) {
    return problem({409, "busy", "正在打开、关闭或更改，请稍候。",
                    "It is being opened, closed or changed; wait a moment."},
                   language);
}

std::optional<std::vector<keys::SecretBytes>> read_secrets(
    std::string body, std::span<const std::string_view> names) {
    boost::system::error_code fault;
    json::value parsed = json::parse(body, fault);
    keys::cleanse(body);
    json::object* object = fault ? nullptr : parsed.if_object();
    std::vector<keys::SecretBytes> secrets;
    for (const std::string_view name : names) {
        json::value* word = object == nullptr ? nullptr : object->if_contains(name);
        if (word == nullptr || !word->is_string() ||
            word->get_string().size() > password_bytes_max) {
            return std::nullopt;
        }
        json::string& text = word->get_string();
        secrets.emplace_back(std::string_view{text});
        std::ranges::fill(text, '\0');
    }
    return secrets;
}

}  // namespace zhibu::client::detail
