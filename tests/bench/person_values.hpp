#pragma once

#include <cstdint>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/value.hpp"

namespace zhibu::bench {

/// What a measured person has in the field: of the length that such a field has, another one for
/// another number.
[[nodiscard]] record::Value value_for(const catalog::Field& field, std::uint64_t number,
                                      const std::vector<record::RecordId>& branches);

}  // namespace zhibu::bench
