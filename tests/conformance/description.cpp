#include "tests/conformance/description.hpp"

#include <array>
#include <cstddef>
#include <variant>

namespace zhibu::conformance {

std::string hex_of(std::span<const std::uint8_t> bytes) {
    std::string hex;
    for (const std::uint8_t byte : bytes) {
        hex += hex_digits[byte >> 4U];
        hex += hex_digits[byte & 0x0fU];
    }
    return hex;
}

std::string word(bool truth) { return truth ? "true" : "false"; }

std::string word(const std::string& text) { return '"' + text + '"'; }

std::string word(const std::vector<std::uint8_t>& bytes) { return "hex " + hex_of(bytes); }

std::string word(record::LogIndex index) { return std::to_string(index.position); }

std::string word(record::Sequence sequence) { return std::to_string(sequence.position); }

std::string word(record::FieldNumber field) { return std::to_string(field.number); }

std::string word(record::Instant instant) { return to_text(record::Value{instant}); }

std::string word(const record::RecordKey& key) {
    return "kind " + std::to_string(key.kind.number) + " id " + to_text(key.id);
}

std::string word(const record::Base& base) {
    const bool own = base.origin == record::Base::Origin::own_pending;
    return (own ? "own_pending " : "confirmed ") + std::to_string(base.position);
}

std::string word(record::Operation operation) {
    constexpr std::array<std::string_view, 4> names{"create", "update", "retire", "restore"};
    return std::string(names.at(static_cast<std::size_t>(operation)));
}

std::string word(record::Effect::Sort sort) {
    constexpr std::array<std::string_view, 3> names{"changed", "entered", "evicted"};
    return std::string(names.at(static_cast<std::size_t>(sort)));
}

std::string word(record::Outcome outcome) { return std::string(to_text(outcome)); }

std::string word(record::Settlement settlement) { return std::string(to_text(settlement)); }

std::string word(sync::ErrandSort sort) {
    return "errand " + std::to_string(static_cast<unsigned>(sort));
}

std::string word(sync::RefusalReason reason) {
    return "refusal " + std::to_string(static_cast<unsigned>(reason));
}

std::string word(sync::IncidentSort sort) {
    constexpr std::array<std::string_view, 4> names{"digest_differs", "history_shortened",
                                                    "history_forked", "receipt_not_in_tree"};
    return std::string(names.at(static_cast<std::size_t>(sort)));
}

std::string word(const record::TextSet& set) {
    std::string words = "set";
    for (const std::string& text : set.texts) {
        words += ' ' + word(text);
    }
    return words;
}

std::string word(const record::Value& value) {
    constexpr std::array<std::string_view, 8> alternatives{
        "empty", "text", "integer", "boolean", "date", "instant", "reference", "set"};
    static_assert(alternatives.size() == std::variant_size_v<record::Value>);
    std::string name(alternatives.at(value.index()));
    if (record::is_empty(value)) {
        return name;
    }
    if (const auto* set = std::get_if<record::TextSet>(&value)) {
        return word(*set);
    }
    const auto* text = std::get_if<std::string>(&value);
    return name + ' ' + (text != nullptr ? word(*text) : to_text(value));
}

}  // namespace zhibu::conformance
