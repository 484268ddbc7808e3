#pragma once

#include <string>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/message/message.hpp"

/// A value in words, one `path: value` a line: what the published vectors say beside the bytes.
/// Texts stand in quotation marks, bytes in hexadecimal, moments and dates in ISO 8601. Every field
/// is written, so equal descriptions mean equal values.
namespace zhibu::conformance {

[[nodiscard]] std::string describe(const record::Group& group);
[[nodiscard]] std::string describe(const record::Verdict& verdict);
[[nodiscard]] std::string describe(const sync::Lease& lease);
[[nodiscard]] std::string describe(const sync::TreeHead& head);
[[nodiscard]] std::string describe(const record::RecordState& state);
[[nodiscard]] std::string describe(const std::vector<record::Effect>& effects);
[[nodiscard]] std::string describe(const std::vector<record::FieldState>& fields);
[[nodiscard]] std::string describe(const sync::Message& message);

/// Lower-case hexadecimal, and back (only of what to_hex writes; a wrong digit is a test failure).
[[nodiscard]] std::string to_hex(const std::vector<std::uint8_t>& bytes);
[[nodiscard]] std::vector<std::uint8_t> from_hex(const std::string& hex);

}  // namespace zhibu::conformance
