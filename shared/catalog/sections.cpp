#include "shared/catalog/sections.hpp"

#include <array>
#include <span>

namespace zhibu::catalog {

std::span<const Section> sections_of(const Kind& kind) {
    // The blocks of numbers in which person.cpp declares the fields.
    static constexpr std::array person{
        Section{1, {"基本信息", "Identity"}},
        Section{20, {"工作与学历", "Work and education"}},
        Section{40, {"入党申请与培养", "Application and cultivation"}},
        Section{60, {"党籍信息", "Membership"}},
        Section{80, {"党费", "Dues"}},
        Section{90, {"去向与其他", "Whereabouts and other"}},
    };
    return kind.name == "person" ? std::span<const Section>{person} : std::span<const Section>{};
}

}  // namespace zhibu::catalog
