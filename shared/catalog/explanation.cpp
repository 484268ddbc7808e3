#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {
namespace {

/// Why something that needs an explanation (需说明项) stands as it does: an entry beside the
/// person, organisation or letter, so that it goes where that goes. Entries of these and payments
/// are explained beside their owner; `about` then holds their id.
// clang-format off: a table, one line for each field
Kind explanation(std::uint16_t number, std::string_view name, Label label, std::string_view of) {
    return Kind{number, name, label, of, {}, Writers::scope, {
        owner("所属记录", "Record", of),
        text(2, "rule", "规则编号", "Rule", 20).must(),
        note(3, "explanation", "说明", "Explanation").must().personal(),
        text(4, "explained_by", "说明人", "Explained by", 50).must().personal(),
        day(5, "explained_on", "说明日期", "Explained on").happened().must(),
        text(6, "about", "所说明的记录", "Entry explained", 36),
    }};
}

// clang-format on

}  // namespace

std::vector<Kind> explanation_kinds() {
    return {about_a_person(explanation(50, "person_explanation",
                                       {"人员说明", "Explanation about a person"}, "person")),
            explanation(51, "organisation_explanation",
                        {"党组织说明", "Explanation about an organisation"}, "organisation"),
            about_a_person(explanation(52, "letter_explanation",
                                       {"介绍信说明", "Explanation about a letter"}, "letter"))};
}

}  // namespace zhibu::catalog::detail
