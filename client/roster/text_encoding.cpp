#include "client/roster/text_encoding.hpp"

#include <iconv.h>

#include <cerrno>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view utf16_little_mark = "\xFF\xFE";
constexpr std::string_view utf16_big_mark = "\xFE\xFF";

/// The C library's converter for one pair of encodings.
class Converter {
public:
    Converter(const char* to, const char* from) : handle_{iconv_open(to, from)} {
        // glibc brings these encodings; without them the installation is broken.
        ZHIBU_CHECK(handle_ != reinterpret_cast<iconv_t>(-1));
    }

    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    ~Converter() { iconv_close(handle_); }

    /// Error: the offset of the first byte that is not valid.
    std::expected<std::string, std::size_t> convert(std::string_view bytes) {
        std::string text;
        std::vector<char> buffer(std::size_t{1} << 16);
        // iconv's signature lacks const; it does not write through the pointer.
        char* in = const_cast<char*>(bytes.data());
        std::size_t in_left = bytes.size();
        while (in_left > 0) {
            char* out = buffer.data();
            std::size_t out_left = buffer.size();
            const std::size_t result = iconv(handle_, &in, &in_left, &out, &out_left);
            text.append(buffer.data(), buffer.size() - out_left);
            if (result == static_cast<std::size_t>(-1) && errno != E2BIG) {
                return std::unexpected(bytes.size() - in_left);
            }
        }
        return text;
    }

private:
    iconv_t handle_;
};

std::expected<DecodedText, UndecodableText> converted(std::string_view bytes, const char* from,
                                                      std::string_view encoding) {
    auto text = Converter{"UTF-8", from}.convert(bytes);
    if (!text) {
        return std::unexpected(UndecodableText{text.error()});
    }
    return DecodedText{*std::move(text), encoding};
}

/// The length of a well-formed sequence at the start of `bytes`, or 0.
std::size_t sequence_length(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto continues = [&](std::size_t i) {
        return i < bytes.size() && (at(i) & 0xC0U) == 0x80;
    };
    const unsigned char lead = at(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return continues(1) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF && continues(1) && continues(2)) {
        const bool overlong = lead == 0xE0 && at(1) < 0xA0;
        const bool surrogate = lead == 0xED && at(1) > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4 && continues(1) && continues(2) && continues(3)) {
        const bool overlong = lead == 0xF0 && at(1) < 0x90;
        const bool beyond = lead == 0xF4 && at(1) > 0x8F;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view bytes) {
    std::size_t valid = 0;
    while (valid < bytes.size()) {
        const std::size_t length = sequence_length(bytes.substr(valid));
        if (length == 0) {
            return valid;
        }
        valid += length;
    }
    return valid;
}

std::expected<DecodedText, UndecodableText> decode_text(std::string_view bytes) {
    if (bytes.starts_with(utf8_mark)) {
        bytes.remove_prefix(utf8_mark.size());
        const std::size_t valid = valid_utf8_prefix(bytes);
        if (valid < bytes.size()) {
            return std::unexpected(UndecodableText{valid + utf8_mark.size()});
        }
        return DecodedText{std::string{bytes}, "UTF-8"};
    }
    if (bytes.starts_with(utf16_little_mark)) {
        return converted(bytes.substr(2), "UTF-16LE", "UTF-16");
    }
    if (bytes.starts_with(utf16_big_mark)) {
        return converted(bytes.substr(2), "UTF-16BE", "UTF-16");
    }
    if (valid_utf8_prefix(bytes) == bytes.size()) {
        return DecodedText{std::string{bytes}, "UTF-8"};
    }
    return converted(bytes, "GB18030", "GB18030");
}

std::optional<std::string> encode_gb18030(std::string_view utf8) {
    auto bytes = Converter{"GB18030", "UTF-8"}.convert(utf8);
    if (!bytes) {
        return std::nullopt;
    }
    return *std::move(bytes);
}

char32_t take_code_point(std::string_view& text) {
    const auto at = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::size_t length = sequence_length(text);
    ZHIBU_CHECK(length > 0);
    char32_t code_point = at(0);
    if (length > 1) {
        code_point &= 0x7FU >> length;
        for (std::size_t i = 1; i < length; ++i) {
            code_point = (code_point << 6U) | (at(i) & 0x3FU);
        }
    }
    text.remove_prefix(length);
    return code_point;
}

void append_code_point(std::string& text, char32_t code_point) {
    const auto add = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        add(code_point);
    } else if (code_point < 0x800) {
        add(0xC0U | (code_point >> 6U));
        add(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        add(0xE0U | (code_point >> 12U));
        add(0x80U | ((code_point >> 6U) & 0x3FU));
        add(0x80U | (code_point & 0x3FU));
    } else {
        add(0xF0U | (code_point >> 18U));
        add(0x80U | ((code_point >> 12U) & 0x3FU));
        add(0x80U | ((code_point >> 6U) & 0x3FU));
        add(0x80U | (code_point & 0x3FU));
    }
}

}  // namespace zhibu::client
