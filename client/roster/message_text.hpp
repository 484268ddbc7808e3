#pragma once

#include <span>
#include <string>
#include <string_view>

namespace zhibu::client::detail {

/// A named value that a message's placeholder `{name}` takes.
struct Placeholder {
    std::string_view name;
    std::string value;
};

/// The message with each known placeholder replaced. Text that came in by a value is not looked
/// at again, so a cell that contains "{row}" stays as it is.
[[nodiscard]] std::string filled(std::string_view message,
                                 std::span<const Placeholder> placeholders);

}  // namespace zhibu::client::detail
