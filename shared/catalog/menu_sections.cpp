#include "shared/catalog/menu_sections.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"

namespace zhibu::catalog {
namespace {

const MenuSection* section_naming(std::string_view kind) {
    const auto all = menu_sections();
    const auto found = std::ranges::find_if(all, [&](const MenuSection& section) {
        return std::ranges::find(section.kinds, kind) != section.kinds.end();
    });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::span<const MenuSection> menu_sections() {
    static const std::vector<MenuSection> all{
        {"members",
         {"党员管理", "Members"},
         {"person", "letter", "plan", "export"},
         "members_permission"},
        {"organisations",
         {"党组织管理", "Organisations"},
         {"organisation"},
         "organisations_permission"},
        {"affairs",
         {"党务管理", "Affairs"},
         {"dues_payment", "organisation_election", "organisation_appraisal", "person_appraisal"},
         "affairs_permission"},
        {"reports",
         {"报表管理", "Reports"},
         {"person_explanation", "organisation_explanation", "letter_explanation"},
         "reports_permission"},
        {"system",
         {"系统管理", "System"},
         {"account", "window", "device", "enrolment_code", "account_request", "case",
          "case_content", "conflict", "incident", "erasure"},
         "system_permission"},
    };
    return all;
}

const MenuSection* menu_section_of(const Catalog& catalog, const Kind& kind) {
    if (const MenuSection* own = section_naming(kind.name); own != nullptr || kind.owner.empty()) {
        return own;
    }
    return menu_section_of(catalog, catalog.kind(kind.owner));
}

}  // namespace zhibu::catalog
