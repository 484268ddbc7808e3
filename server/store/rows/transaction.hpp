#pragma once

#include <functional>
#include <memory>

#include "server/store/erasing.hpp"
#include "server/store/rows/reading_on.hpp"

namespace zhibu::server::detail {

/// Begins a write transaction, of a part's tables or a whole store's. While it lives, `is_open` is
/// true; `committed` is called when it has committed, before it says so. Throws Failed.
[[nodiscard]] std::unique_ptr<PartTransaction> begin_transaction(
    Tables& tables, bool& is_open, const std::function<void()>& committed);

/// Takes over `tables`, whose connection only reads.
[[nodiscard]] std::unique_ptr<StoreReader> make_reader(std::unique_ptr<Tables> tables);

}  // namespace zhibu::server::detail
