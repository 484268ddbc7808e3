#include "client/roster/workbook_parts.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/roster/number_format.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/text_encoding.hpp"
#include "client/roster/xml_reader.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

constexpr std::size_t relationships_max = 10'000;
constexpr std::size_t sheets_max = 1'000;
constexpr std::size_t formats_max = 65'536;

bool is_true(std::string_view text) { return text == "1" || text == "true" || text == "on"; }

RosterError too_many(std::string part) {
    return RosterError{RosterErrorCode::malformed_part, 0, 0, 0, std::move(part)};
}

}  // namespace

std::uint32_t attribute_number(std::string_view text, std::uint32_t otherwise) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : otherwise;
}

std::string without_escapes(std::string_view text) {
    constexpr std::size_t escape_length = 7;  // _xHHHH_
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        const std::size_t at = text.find("_x");
        plain += text.substr(0, at);
        if (at == std::string_view::npos) {
            break;
        }
        text.remove_prefix(at);
        std::uint32_t code = 0;
        const char* digits = text.data() + 2;
        const bool is_whole = text.size() >= escape_length && text[escape_length - 1] == '_';
        const bool is_escape =
            is_whole && std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4;
        if (!is_escape || code >= 0x80) {
            plain += text.substr(0, 2);
            text.remove_prefix(2);
            continue;
        }
        const bool is_control = code < 0x20 && code != '\n';
        append_code_point(plain, is_control ? U' ' : static_cast<char32_t>(code));
        text.remove_prefix(escape_length);
    }
    return plain;
}

void RelationshipsHandler::begin_element(std::string_view name, const XmlAttributes& attributes) {
    if (name != "Relationship") {
        return;
    }
    if (relationships.size() >= relationships_max) {
        fail(too_many("rels"));
        return;
    }
    relationships.push_back({std::string{attributes.get("Id")}, std::string{attributes.get("Type")},
                             std::string{attributes.get("Target")}});
}

std::string RelationshipsHandler::target_of(std::string_view id) const {
    const auto found = std::ranges::find(relationships, id, &Relationship::id);
    return found == relationships.end() ? std::string{} : found->target;
}

std::string RelationshipsHandler::target_of_type(std::string_view type_ending) const {
    const auto found = std::ranges::find_if(
        relationships, [&](const Relationship& each) { return each.type.ends_with(type_ending); });
    return found == relationships.end() ? std::string{} : found->target;
}

void WorkbookHandler::begin_element(std::string_view name, const XmlAttributes& attributes) {
    if (name == "workbookPr") {
        counts_from_1904 = is_true(attributes.get("date1904"));
    } else if (name == "sheet") {
        if (sheets.size() >= sheets_max) {
            fail(too_many("workbook.xml"));
            return;
        }
        const std::string_view state = attributes.get("state");
        sheets.push_back({std::string{attributes.get("name")}, std::string{attributes.get("id")},
                          state == "hidden" || state == "veryHidden"});
    }
}

void StylesHandler::begin_element(std::string_view name, const XmlAttributes& attributes) {
    if (name == "cellXfs") {
        in_cell_formats_ = true;
    } else if (name == "numFmt") {
        if (own_formats_.size() >= formats_max) {
            fail(too_many("styles.xml"));
            return;
        }
        own_formats_[attribute_number(attributes.get("numFmtId"), 0)] =
            number_shape(attributes.get("formatCode"));
    } else if (name == "xf" && in_cell_formats_) {
        if (shapes.size() >= formats_max) {
            fail(too_many("styles.xml"));
            return;
        }
        const std::uint32_t format = attribute_number(attributes.get("numFmtId"), 0);
        const auto own = own_formats_.find(format);
        shapes.push_back(own == own_formats_.end() ? builtin_number_shape(format) : own->second);
    }
}

void StylesHandler::end_element(std::string_view name) {
    if (name == "cellXfs") {
        in_cell_formats_ = false;
    }
}

void SharedTextsHandler::begin_element(std::string_view name, const XmlAttributes& /*attributes*/) {
    if (name == "rPh") {
        in_phonetic_ = true;
    } else if (name == "t") {
        in_text_ = !in_phonetic_;
    }
}

void SharedTextsHandler::end_element(std::string_view name) {
    if (name == "t") {
        in_text_ = false;
    } else if (name == "rPh") {
        in_phonetic_ = false;
    } else if (name == "si") {
        if (ends_.size() >= limits_.texts_max) {
            fail(RosterError{RosterErrorCode::too_many_texts, 0, 0, limits_.texts_max, {}});
            return;
        }
        ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
    }
}

void SharedTextsHandler::characters(std::string_view text) {
    if (!in_text_) {
        return;
    }
    if (texts_.size() + text.size() > limits_.text_bytes_max) {
        fail(RosterError{RosterErrorCode::too_many_texts, 0, 0, limits_.text_bytes_max, {}});
        return;
    }
    texts_ += text;
}

std::string_view SharedTextsHandler::text(std::size_t index) const {
    ZHIBU_CHECK(index < ends_.size());
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view{texts_}.substr(begin, ends_[index] - begin);
}

}  // namespace zhibu::client
