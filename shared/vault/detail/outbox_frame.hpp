#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace zhibu::vault::detail {

/// Every entry begins with it, and no entry has it elsewhere: whoever lost an entry's end finds the
/// next one's beginning. Eight different bytes, so that it cannot overlap itself; 0x0d 0x0a and
/// 0x1a, as in PNG's, show what a text tool did to the file.
inline constexpr std::array<std::uint8_t, 8> outbox_mark{0x89, 'Z',  'O',  'B',
                                                         'X',  0x0d, 0x0a, 0x1a};

/// Where the mark stands first in `bytes`, at `from` or later; none if nowhere.
[[nodiscard]] std::optional<std::size_t> find_mark(std::span<const std::uint8_t> bytes,
                                                   std::size_t from);

/// How long the entry says it is that begins at the first of `bytes`, as far as an entry may be so
/// long: none where none begins. Nothing more is looked at, and not all of it need be there.
[[nodiscard]] std::optional<std::size_t> claimed_length(std::span<const std::uint8_t> bytes);

/// How long the entry is that begins at the first of `bytes`: none where none does, or where it is
/// not whole by its length, its hash and the mark's absence.
[[nodiscard]] std::optional<std::size_t> frame_length(std::span<const std::uint8_t> bytes);

}  // namespace zhibu::vault::detail
