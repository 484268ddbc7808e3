#pragma once

#include <span>
#include <string>
#include <string_view>

/// The pages of docs/ that are made from the rules' own declarations.
namespace zhibu::rules {

struct Page {
    std::string_view file;
    std::string (*text)();
};

/// docs/rules.md, docs/rights.md and docs/life-cycle.md.
[[nodiscard]] std::span<const Page> pages();

/// A number of the users' rules that no declaration in shared/rules stands for, and where it is
/// kept.
struct Elsewhere {
    std::string_view id;
    std::string_view where;
};

[[nodiscard]] std::span<const Elsewhere> kept_elsewhere();

}  // namespace zhibu::rules
