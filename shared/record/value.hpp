#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"

namespace zhibu::record {

/// No value: the field is empty.
struct Empty {
    friend auto operator<=>(const Empty&, const Empty&) = default;
};

/// A set of texts: sorted by bytes, no text twice, none empty.
struct TextSet {
    std::vector<std::string> texts;

    friend auto operator<=>(const TextSet&, const TextSet&) = default;
};

/// Sorts, and drops repeated and empty texts.
[[nodiscard]] TextSet make_text_set(std::vector<std::string> texts);

/// One field's value. Texts are UTF-8; a code is its text; money is an integer of fen.
/// The order of the alternatives is the tag on the wire: it only grows.
using Value =
    std::variant<Empty, std::string, std::int64_t, bool, Date, Instant, RecordId, TextSet>;

[[nodiscard]] inline bool is_empty(const Value& value) {
    return std::holds_alternative<Empty>(value);
}

/// The value as text for exports, hashing of lists and the command line: ISO 8601 dates and
/// moments (UTC), "true"/"false", sets joined by "、", ids in canonical form, empty as "".
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace zhibu::record
