#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/workbench/api/answer.hpp"

namespace zhibu::client {

/// A request's target, taken apart.
struct Target {
    /// As sent, not decoded: the program's own paths hold nothing that would need it.
    std::string path;
    /// Decoded names and values.
    ApiQuery query;
};

/// Takes "/path?name=value&…" apart. No value for a broken escape, or for more parameters than any
/// page of the workbench sends (100).
/// Threads: any.
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

}  // namespace zhibu::client
