#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/state.hpp"

/// What the log says of an erasure: records of kind `erasure`, in a group of the server's own.
namespace zhibu::sync {

/// The word by which these groups go.
inline constexpr std::string_view erasure_action = "erase";

/// Where something of the log is missing, and of each position rest_of() what is left.
using ErasedPositions = std::map<record::LogIndex, std::string>;

/// What binds the rest of a position: 32 hexadecimal digits of the SHA-256 of both, one behind the
/// other.
[[nodiscard]] std::string rest_of(std::span<const std::uint8_t> group,
                                  std::span<const std::uint8_t> verdict);

/// "3:<digits> 7:<digits>".
[[nodiscard]] std::string packed(const ErasedPositions& positions);

/// The positions that a group of an erasure names; none where it is no such group.
[[nodiscard]] ErasedPositions erased_positions(const catalog::Catalog& catalog,
                                               const record::Group& group);

/// The record that was erased, as a record of kind `erasure` says; none where it is none.
[[nodiscard]] std::optional<record::RecordKey> erased_record(const catalog::Catalog& catalog,
                                                             const record::RecordState& note);

}  // namespace zhibu::sync
