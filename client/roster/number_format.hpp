#pragma once

#include <cstdint>
#include <string_view>

#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// How one of the formats that a workbook need not spell out shows a number. Those above 26 are
/// the Chinese ones. Source: ECMA-376 part 1, 18.8.30, with the zh-cn column.
[[nodiscard]] NumberShape builtin_number_shape(std::uint32_t format);

/// How a format of the workbook's own shows a positive number: "yyyy\"年\"m\"月\"" is a month.
[[nodiscard]] NumberShape number_shape(std::string_view format_code);

}  // namespace zhibu::client
