#pragma once

#include <span>
#include <string_view>

namespace zhibu::client {

/// A way in which offices write an entry of a code list that is neither its code nor its label.
struct ShortForm {
    std::string_view list;   // the code list's name in the catalog
    std::string_view words;  // compact and in lower case
    std::string_view code;
};

/// All of them, grouped by list. Each list's labels themselves are the catalog's.
[[nodiscard]] std::span<const ShortForm> short_forms();

}  // namespace zhibu::client
