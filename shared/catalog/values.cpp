#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::catalog {
namespace {

using record::Date;
using record::Empty;
using record::Instant;
using record::RecordId;
using record::TextSet;
using record::Value;

/// Takes the next code point off the front of valid UTF-8. Damaged bytes count as one each; the
/// codec and the form refuse them before.
char32_t take_code_point(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (first >= 0xF0) {
        length = 4;
    } else if (first >= 0xE0) {
        length = 3;
    } else if (first >= 0xC2) {
        length = 2;
    }
    length = std::min(length, text.size());
    char32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    text.remove_prefix(length);
    return code;
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

/// Characters that make a text look like another: soft hyphen, zero width, direction marks, byte
/// order mark, tags.
bool is_deceptive(char32_t code) {
    return code == 0xAD || code == 0x61C || code == 0x180E || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);
}

std::optional<Misfit> text_misfit(std::string_view text, std::uint16_t width, bool lines_allowed) {
    std::size_t length = 0;
    while (!text.empty()) {
        const char32_t code = take_code_point(text);
        ++length;
        if (is_deceptive(code)) {
            return Misfit::invisible_or_bidi;
        }
        if (is_control(code) && !(lines_allowed && (code == '\n' || code == '\t'))) {
            return Misfit::not_one_line;
        }
    }
    return length > width ? std::optional{Misfit::too_long} : std::nullopt;
}

/// Judges a value that is not Empty; one overload for each alternative.
struct Fitting {
    const Catalog& catalog;
    const Field& field;

    std::optional<Misfit> operator()(Empty /*value*/) const { return std::nullopt; }

    std::optional<Misfit> operator()(const std::string& text) const {
        switch (field.type) {
            case FieldType::text:
                return text_misfit(text, field.width, false);
            case FieldType::note:
                return text_misfit(text, field.width, true);
            case FieldType::code:
                return catalog.find_codes(field.refers_to)->find(text) == nullptr
                           ? std::optional{Misfit::not_in_list}
                           : std::nullopt;
            case FieldType::integer:
            case FieldType::money:
            case FieldType::boolean:
            case FieldType::day:
            case FieldType::month:
            case FieldType::instant:
            case FieldType::reference:
            case FieldType::tags:
                return Misfit::wrong_type;
        }
        std::unreachable();
    }

    std::optional<Misfit> operator()(std::int64_t number) const {
        if (field.type != FieldType::integer && field.type != FieldType::money) {
            return Misfit::wrong_type;
        }
        return number < 0 ? std::optional{Misfit::negative} : std::nullopt;
    }

    std::optional<Misfit> operator()(bool /*truth*/) const { return only_if(FieldType::boolean); }

    std::optional<Misfit> operator()(Date date) const {
        if (field.type == FieldType::month) {
            return std::nullopt;
        }
        if (field.type != FieldType::day) {
            return Misfit::wrong_type;
        }
        return date.is_month() ? std::optional{Misfit::month_not_allowed} : std::nullopt;
    }

    std::optional<Misfit> operator()(Instant /*instant*/) const {
        return only_if(FieldType::instant);
    }

    std::optional<Misfit> operator()(const RecordId& /*id*/) const {
        return only_if(FieldType::reference);
    }

    std::optional<Misfit> operator()(const TextSet& set) const {
        if (field.type != FieldType::tags) {
            return Misfit::wrong_type;
        }
        for (const std::string& text : set.texts) {
            if (const auto found = text_misfit(text, field.width, false)) {
                return found;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Misfit> only_if(FieldType type) const {
        return field.type == type ? std::nullopt : std::optional{Misfit::wrong_type};
    }
};

/// Digits alone: no sign, no spaces.
std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return digits && fault == std::errc{} ? std::optional{number} : std::nullopt;
}

/// "12", "12.5" or "12.50" yuan as fen.
std::optional<std::int64_t> fen(std::string_view text) {
    const auto point = text.find('.');
    const auto yuan = whole_number(text.substr(0, point));
    if (!yuan || *yuan > std::numeric_limits<std::int64_t>::max() / 1000) {
        return std::nullopt;
    }
    if (point == std::string_view::npos) {
        return *yuan * 100;
    }
    const std::string_view cents = text.substr(point + 1);
    const auto hundredths = whole_number(cents);
    if (!hundredths || cents.size() > 2) {
        return std::nullopt;
    }
    return *yuan * 100 + (cents.size() == 1 ? *hundredths * 10 : *hundredths);
}

std::optional<bool> truth(std::string_view text) {
    constexpr std::array<std::string_view, 4> yes{"true", "是", "1", "yes"};
    constexpr std::array<std::string_view, 4> no{"false", "否", "0", "no"};
    if (std::ranges::find(yes, text) != yes.end()) {
        return true;
    }
    if (std::ranges::find(no, text) != no.end()) {
        return false;
    }
    return std::nullopt;
}

std::optional<std::string> code_of(const CodeList& list, std::string_view text) {
    for (const Code& code : list.codes) {
        if (text == code.code || text == code.label.zh || text == code.label.en) {
            return std::string{code.code};
        }
    }
    return std::nullopt;
}

TextSet split_set(std::string_view text) {
    constexpr std::array<std::string_view, 5> separators{"、", "，", "；", ",", ";"};
    std::vector<std::string> texts(1);
    while (!text.empty()) {
        const auto separator = std::ranges::find_if(
            separators, [text](std::string_view each) { return text.starts_with(each); });
        if (separator != separators.end()) {
            texts.emplace_back();
            text.remove_prefix(separator->size());
        } else {
            texts.back() += text.front();
            text.remove_prefix(1);
        }
    }
    for (std::string& each : texts) {
        each.erase(0, each.find_first_not_of(' '));
        each.erase(each.find_last_not_of(' ') + 1);
    }
    return record::make_text_set(std::move(texts));
}

/// "08:00", "08:00:30" or "08:00:30.250" as milliseconds of the day.
std::optional<std::int64_t> time_of_day(std::string_view clock) {
    const bool has_seconds = clock.size() > 5;
    const bool has_fraction = clock.size() > 8;
    const bool known_length = clock.size() == 5 || clock.size() == 8 || clock.size() == 12;
    if (!known_length || clock[2] != ':' || (has_seconds && clock[5] != ':') ||
        (has_fraction && clock[8] != '.')) {
        return std::nullopt;
    }
    const auto hours = whole_number(clock.substr(0, 2));
    const auto minutes = whole_number(clock.substr(3, 2));
    const auto seconds = whole_number(has_seconds ? clock.substr(6, 2) : "0");
    const auto fraction = whole_number(has_fraction ? clock.substr(9) : "0");
    if (!hours || !minutes || !seconds || !fraction || *hours > 23 || *minutes > 59 ||
        *seconds > 59) {
        return std::nullopt;
    }
    return ((*hours * 60 + *minutes) * 60 + *seconds) * 1000 + *fraction;
}

/// "2026-11-24", "2026-11-24 08:00" or "2026-11-24T08:00" in Asia/Shanghai, or ISO 8601 in UTC as
/// record::to_text writes it.
std::optional<Instant> moment(std::string_view text) {
    constexpr std::int64_t shanghai_ahead = 28'800'000;  // eight hours
    const auto date = record::parse_date(text.substr(0, 10));
    if (!date || date->is_month()) {
        return std::nullopt;
    }
    Instant instant = record::shanghai_midnight(*date);
    if (text.size() == 10) {
        return instant;
    }
    std::string_view clock = text.substr(11);
    const bool utc = clock.ends_with('Z');
    clock.remove_suffix(utc ? 1 : 0);
    const auto time = time_of_day(clock);
    if ((text[10] != ' ' && text[10] != 'T') || !time) {
        return std::nullopt;
    }
    instant.milliseconds += *time + (utc ? shanghai_ahead : 0);
    return instant;
}

template <class T>
std::optional<Value> as_value(std::optional<T> read) {
    return read ? std::optional<Value>{Value{*std::move(read)}} : std::nullopt;
}

}  // namespace

std::optional<Misfit> misfit(const Catalog& catalog, const Field& field, const Value& value) {
    return std::visit(Fitting{catalog, field}, value);
}

std::string_view rule_of(Misfit misfit) {
    switch (misfit) {
        case Misfit::wrong_type:
            return "wrong_type";
        case Misfit::too_long:
            return "too_long";
        case Misfit::not_in_list:
            return "R-112";
        case Misfit::negative:
            return "negative";
        case Misfit::not_one_line:
            return "not_one_line";
        case Misfit::invisible_or_bidi:
            return "invisible_or_bidi";
        case Misfit::month_not_allowed:
            return "month_not_allowed";
    }
    std::unreachable();
}

std::string spelled(const Field& field, std::string_view text) {
    if (field.spelling == Spelling::as_typed) {
        return std::string{text};
    }
    std::string compact;
    while (!text.empty()) {
        const std::string_view rest = text;
        const char32_t code = take_code_point(text);
        const char32_t narrow = code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code;
        const auto letter = static_cast<char>(narrow < 0x80 ? narrow : 0);
        if (letter >= 'a' && letter <= 'z') {
            compact += static_cast<char>(letter - 'a' + 'A');
        } else if ((letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z')) {
            compact += letter;
        } else if (code != ' ' && code != 0xA0 && code != 0x3000) {
            compact += rest.substr(0, rest.size() - text.size());
        }
    }
    return compact;
}

std::optional<Value> parse_value(const Catalog& catalog, const Field& field,
                                 std::string_view text) {
    if (text.empty()) {
        return Value{Empty{}};
    }
    switch (field.type) {
        case FieldType::text:
        case FieldType::note: {
            std::string kept = spelled(field, text);
            return kept.empty() ? Value{Empty{}} : Value{std::move(kept)};
        }
        case FieldType::integer:
            return as_value(whole_number(text));
        case FieldType::money:
            return as_value(fen(text));
        case FieldType::boolean:
            return as_value(truth(text));
        case FieldType::day:
        case FieldType::month:
            return as_value(record::parse_date(text));
        case FieldType::instant:
            return as_value(moment(text));
        case FieldType::code:
            return as_value(code_of(*catalog.find_codes(field.refers_to), text));
        case FieldType::reference: {
            const auto uuid = record::parse_uuid(text);
            return uuid ? std::optional<Value>{RecordId{*uuid}} : std::nullopt;
        }
        case FieldType::tags:
            return Value{split_set(text)};
    }
    std::unreachable();
}

std::string display_text(const Catalog& catalog, const Field& field, const Value& value,
                         Language language) {
    const bool zh = language == Language::zh;
    if (const auto* text = std::get_if<std::string>(&value);
        text && field.type == FieldType::code) {
        const Code* code = catalog.find_codes(field.refers_to)->find(*text);
        return code == nullptr ? *text : std::string{zh ? code->label.zh : code->label.en};
    }
    if (const auto* amount = std::get_if<std::int64_t>(&value);
        amount && field.type == FieldType::money) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%lld.%02lld",
                      static_cast<long long>(*amount / 100), static_cast<long long>(*amount % 100));
        return text.data();
    }
    if (const auto* instant = std::get_if<Instant>(&value)) {
        const Date day = record::shanghai_day(*instant);
        const std::int64_t minutes =
            (instant->milliseconds - record::shanghai_midnight(day).milliseconds) / 60'000;
        std::array<char, 16> clock{};
        std::snprintf(clock.data(), clock.size(), " %02d:%02d", static_cast<int>(minutes / 60),
                      static_cast<int>(minutes % 60));
        return record::to_text(day) + clock.data();
    }
    if (const auto* yes = std::get_if<bool>(&value)) {
        return *yes ? (zh ? "是" : "yes") : (zh ? "否" : "no");
    }
    return record::to_text(value);
}

}  // namespace zhibu::catalog
