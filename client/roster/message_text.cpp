#include "client/roster/message_text.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace zhibu::client::detail {

std::string filled(std::string_view message, std::span<const Placeholder> placeholders) {
    std::string text;
    while (!message.empty()) {
        const std::size_t open = message.find('{');
        const std::size_t close = message.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos) {
            break;
        }
        const std::string_view name = message.substr(open + 1, close - open - 1);
        const auto found = std::ranges::find(placeholders, name, &Placeholder::name);
        text += message.substr(0, open);
        text += found == placeholders.end() ? message.substr(open, close + 1 - open)
                                            : std::string_view{found->value};
        message.remove_prefix(close + 1);
    }
    text += message;
    return text;
}

}  // namespace zhibu::client::detail
