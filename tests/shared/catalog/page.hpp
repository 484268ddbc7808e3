#pragma once

#include <string>

namespace zhibu::catalog {

/// docs/catalog.md: every kind and field of the standard catalog, as a second client needs them.
[[nodiscard]] std::string page();

}  // namespace zhibu::catalog
