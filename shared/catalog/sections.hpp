#pragma once

#include <cstdint>
#include <span>

#include "shared/catalog/catalog.hpp"

namespace zhibu::catalog {

/// A heading over a kind's fields, on forms and pages: from the field `first` up to the next
/// heading's.
struct Section {
    std::uint16_t first = 0;
    Label label;
};

/// The kind's headings, ascending; none where its fields need none.
[[nodiscard]] std::span<const Section> sections_of(const Kind& kind);

}  // namespace zhibu::catalog
