#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/message/message.hpp"

/// The lines of a description, and the words for what stands on one of them.
namespace zhibu::conformance {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

[[nodiscard]] std::string hex_of(std::span<const std::uint8_t> bytes);

/// Collects lines; a nested value's lines get its name in front.
class Description {
public:
    void say(std::string_view name, std::string_view value) {
        text_ += path_;
        text_ += name;
        text_ += ": ";
        text_ += value;
        text_ += '\n';
    }

    /// Runs `inner` with the path one name longer.
    template <class Inner>
    void within(std::string_view name, const Inner& inner) {
        const std::size_t length = path_.size();
        path_ += name;
        path_ += '.';
        inner();
        path_.resize(length);
    }

    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    std::string text_;
    std::string path_;
};

template <std::integral T>
[[nodiscard]] std::string word(T number) {
    return std::to_string(number);
}

[[nodiscard]] std::string word(bool truth);
[[nodiscard]] std::string word(const std::string& text);
[[nodiscard]] std::string word(const std::vector<std::uint8_t>& bytes);

template <std::size_t Count>
[[nodiscard]] std::string word(const std::array<std::uint8_t, Count>& bytes) {
    return "hex " + hex_of(bytes);
}

template <class Tag>
[[nodiscard]] std::string word(const record::Id<Tag>& id) {
    return to_text(id);
}

[[nodiscard]] std::string word(record::LogIndex index);
[[nodiscard]] std::string word(record::Sequence sequence);
[[nodiscard]] std::string word(record::FieldNumber field);
[[nodiscard]] std::string word(record::Instant instant);
[[nodiscard]] std::string word(const record::RecordKey& key);
[[nodiscard]] std::string word(const record::Base& base);
[[nodiscard]] std::string word(record::Operation operation);
[[nodiscard]] std::string word(record::Effect::Sort sort);
[[nodiscard]] std::string word(record::Outcome outcome);
[[nodiscard]] std::string word(record::Settlement settlement);
[[nodiscard]] std::string word(sync::ErrandSort sort);
[[nodiscard]] std::string word(sync::RefusalReason reason);
[[nodiscard]] std::string word(sync::IncidentSort sort);
[[nodiscard]] std::string word(const record::TextSet& set);
[[nodiscard]] std::string word(const record::Value& value);

}  // namespace zhibu::conformance
