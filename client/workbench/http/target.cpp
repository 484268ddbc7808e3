#include "client/workbench/http/target.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace zhibu::client {
namespace {

constexpr std::size_t parameters_max = 100;

std::optional<unsigned> hex_digit(char character) {
    if (character >= '0' && character <= '9') {
        return static_cast<unsigned>(character - '0');
    }
    if (character >= 'a' && character <= 'f') {
        return static_cast<unsigned>(character - 'a') + 10;
    }
    if (character >= 'A' && character <= 'F') {
        return static_cast<unsigned>(character - 'A') + 10;
    }
    return std::nullopt;
}

/// Decodes %XX and '+'; no value for a broken escape.
std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            if (i + 2 >= text.size()) {
                return std::nullopt;
            }
            const auto high = hex_digit(text[i + 1]);
            const auto low = hex_digit(text[i + 2]);
            if (!high || !low) {
                return std::nullopt;
            }
            out += static_cast<char>(*high * 16 + *low);
            i += 2;
        }
    }
    return out;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
    Target parsed;
    const auto mark = target.find('?');
    parsed.path = target.substr(0, mark);
    std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = pair.find('=');
        auto name = decoded(pair.substr(0, equals));
        auto value = decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        if (!name || !value || parsed.query.size() == parameters_max) {
            return std::nullopt;
        }
        parsed.query.emplace(*std::move(name), *std::move(value));
    }
    return parsed;
}

}  // namespace zhibu::client
