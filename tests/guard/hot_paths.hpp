#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace zhibu::guard {

/// A path that every change passes, as little of it as shows its cost.
struct HotPath {
    std::string_view name;
    /// Makes all that the path needs, and gives back the work whose instructions count. It holds
    /// what it needs, and ends the program if the path does not do what it should.
    std::function<void()> (*prepare)();
};

/// decode, judge, merge, seal, apply, draft, confirm.
[[nodiscard]] std::span<const HotPath> hot_paths();

}  // namespace zhibu::guard
