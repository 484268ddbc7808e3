#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"

/// What both ends agree on about records of kinds case, case_content and conflict, beyond what the
/// catalog says: the states' codes, and how values, reasons and groups stand in their fields.
/// Threads: all functions may be called from any thread.
namespace zhibu::sync {

/// Of list case_state.
namespace case_state {
inline constexpr std::string_view waiting = "1";
inline constexpr std::string_view accepted = "2";
inline constexpr std::string_view amended = "3";
inline constexpr std::string_view returned = "4";
inline constexpr std::string_view discarded = "5";
inline constexpr std::string_view withdrawn = "6";
}  // namespace case_state

/// Of list conflict_state.
namespace conflict_state {
inline constexpr std::string_view waiting = "1";
inline constexpr std::string_view kept = "2";
inline constexpr std::string_view took_offered = "3";
inline constexpr std::string_view third_value = "4";
inline constexpr std::string_view by_rule = "5";
inline constexpr std::string_view seen = "6";
}  // namespace conflict_state

/// A field of these records holds at most so many bytes.
inline constexpr std::size_t packed_bytes_max = 60'000;

/// The bytes of a sealed group, in as many texts as it needs.
[[nodiscard]] std::vector<std::string> content_parts(std::span<const std::uint8_t> bytes);
/// The bytes again; none where a part is no such text.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> content_of(
    std::span<const std::string> parts);

/// A value with its field and where it came to be; none where it is larger than a field takes.
[[nodiscard]] std::optional<std::string> packed(const record::FieldState& field);
[[nodiscard]] std::optional<record::FieldState> unpacked_field(std::string_view text);

/// As many of the reasons as a field takes, from the first.
[[nodiscard]] std::string packed(std::span<const record::Reason> reasons);
/// None where the text is none of these.
[[nodiscard]] std::vector<record::Reason> unpacked_reasons(std::string_view text);

}  // namespace zhibu::sync
