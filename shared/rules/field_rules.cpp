#include <array>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Parameter;

bool records_a_thing_done(const catalog::Field& field) { return field.happened; }

/// A month that has begun is not later than today.
Breach not_in_future(const Case& of, const catalog::Field& field) {
    const auto* date = std::get_if<record::Date>(&of.after.value(field.id()));
    return broken_unless(date == nullptr || *date <= of.today, [&] {
        return std::vector<Parameter>{Parameter{"字段", std::string{field.label.zh}},
                                      Parameter{"field", std::string{field.label.en}}};
    });
}

constexpr std::array rules{
    FieldRule{"R-116",
              Severity::refuse,
              {"“{字段}”不能晚于今天。", "\"{field}\" cannot be later than today."},
              &records_a_thing_done,
              &not_in_future,
              "GK"},
};

}  // namespace

std::span<const FieldRule> field_rules() { return rules; }

}  // namespace zhibu::rules::detail
