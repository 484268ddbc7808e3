#include "tests/simulation/simulated_catalog.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace zhibu::simulation {
namespace {

constexpr std::array<std::string_view, 7> names{
    "person", "person_training", "organisation", "account", "window", "device", "enrolment_code"};

}  // namespace

const catalog::Catalog& simulated_catalog() {
    static const catalog::Catalog catalog = [] {
        std::vector<catalog::Kind> kinds = catalog::standard_kinds();
        std::erase_if(kinds, [](const catalog::Kind& kind) {
            return std::ranges::find(names, kind.name) == names.end();
        });
        return catalog::Catalog{catalog::standard_catalog().version(), std::move(kinds),
                                catalog::standard_code_lists()};
    }();
    return catalog;
}

}  // namespace zhibu::simulation
