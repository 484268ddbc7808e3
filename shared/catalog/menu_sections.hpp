#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"

namespace zhibu::catalog {

/// A section of the menu, and what is worked on there. An account may be kept from writing in one.
struct MenuSection {
    std::string_view name;
    Label label;
    /// Kinds by name. An entry kind that stands nowhere belongs where its owner does.
    std::vector<std::string_view> kinds;
    /// The account's field that says 读写 or 只读 for this section; empty there: as the account.
    std::string_view permission;
};

/// The code of list account_permission that lets an account write.
inline constexpr std::string_view read_and_write = "1";

/// Whether the code, of the account's field for a section, keeps the account from writing there.
[[nodiscard]] constexpr bool keeps_from_writing(std::string_view permission) {
    return !permission.empty() && permission != read_and_write;
}

/// All sections in the menu's order.
[[nodiscard]] std::span<const MenuSection> menu_sections();

/// Where records of the kind are worked on; nullptr for a kind that stands in no section.
[[nodiscard]] const MenuSection* menu_section_of(const Catalog& catalog, const Kind& kind);

}  // namespace zhibu::catalog
