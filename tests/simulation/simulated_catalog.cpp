#include "tests/simulation/simulated_catalog.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace zhibu::simulation {
namespace {

/// What the schedules edit, and what server and rules ask for by name.
constexpr std::array<std::string_view, 19> names{"person",
                                                 "person_education",
                                                 "person_training",
                                                 "person_appraisal",
                                                 "person_explanation",
                                                 "organisation",
                                                 "organisation_election",
                                                 "organisation_change",
                                                 "organisation_explanation",
                                                 "letter",
                                                 "letter_explanation",
                                                 "account",
                                                 "window",
                                                 "device",
                                                 "enrolment_code",
                                                 "case",
                                                 "case_content",
                                                 "conflict",
                                                 "incident"};

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
