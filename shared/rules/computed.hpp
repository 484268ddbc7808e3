#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/rules.hpp"

/// What is worked out from a record whenever it is shown and never stored, so that it cannot be
/// wrong: ages, party age, days on which something is due.
namespace zhibu::rules {

struct ComputedField {
    std::string_view kind;
    std::string_view name;  // unlike every field's of the kind
    catalog::Label label;
    /// Of what type the value is, as if it were a field.
    catalog::FieldType type = catalog::FieldType::integer;
    /// Empty where the record does not say enough.
    record::Value (*compute)(const catalog::Catalog&, const Parameters&, const record::RecordState&,
                             record::Date today) = nullptr;
};

/// All of them; those of one kind stand together.
[[nodiscard]] std::span<const ComputedField> computed_fields();

/// The last day of probation without an extension: the joining date and 12 months.
[[nodiscard]] std::optional<record::Date> probation_end(const catalog::Catalog& catalog,
                                                        const Parameters& parameters,
                                                        const record::RecordState& person);

/// The day on which a probationary member's conversion is due, an extension included. No value for
/// who is not a probationary member or has no joining date.
[[nodiscard]] std::optional<record::Date> conversion_due(const catalog::Catalog& catalog,
                                                         const Parameters& parameters,
                                                         const record::RecordState& person);

}  // namespace zhibu::rules
