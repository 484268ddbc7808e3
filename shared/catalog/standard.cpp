#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog {
namespace {

/// Rises by one with every release that changes a declaration.
constexpr std::uint32_t standard_version = 1;

}  // namespace

std::vector<Kind> standard_kinds() {
    std::vector<Kind> kinds;
    for (auto part :
         {detail::person_kinds(), detail::person_entry_kinds(), detail::organisation_kinds(),
          detail::letter_kinds(), detail::dues_kinds(), detail::plan_kinds(),
          detail::control_kinds(), detail::casework_kinds(), detail::explanation_kinds(),
          detail::account_request_kinds(), detail::export_kinds()}) {
        std::ranges::move(part, std::back_inserter(kinds));
    }
    std::ranges::sort(kinds, {}, &Kind::number);
    return kinds;
}

const Catalog& standard_catalog() {
    static const Catalog catalog{standard_version, standard_kinds(), standard_code_lists()};
    return catalog;
}

}  // namespace zhibu::catalog
