#include "shared/rules/own_contact.hpp"

#include <array>
#include <span>
#include <string_view>

namespace zhibu::rules {

std::span<const std::string_view> own_contact() {
    static constexpr std::array<std::string_view, 2> fields{"post", "phone"};
    return fields;
}

}  // namespace zhibu::rules
