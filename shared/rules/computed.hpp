#pragma once

#include <cstdint>
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

/// The last day on which a letter is good: the day of issue and the valid days.
[[nodiscard]] std::optional<record::Date> letter_last_day(const catalog::Catalog& catalog,
                                                          const record::RecordState& letter);

/// The last day of the term that an election began.
[[nodiscard]] std::optional<record::Date> term_end(const catalog::Catalog& catalog,
                                                   const record::RecordState& election);

/// What a basis asks for a month: the rate on the base (0 where it is a fixed sum), and between
/// which amounts the dues lie.
struct DuesRate {
    int per_mille = 0;
    std::int64_t least_fen = 0;
    std::int64_t most_fen = 0;
};

/// The whole base at the one rate of its band, to the nearest fen, half a fen up; a band includes
/// its upper limit. No value for a basis that is decided case by case, or a base beyond any income
/// (10^15 fen). Source.
[[nodiscard]] std::optional<DuesRate> dues_for(std::string_view basis, std::int64_t base_fen);

/// The last Friday that is still to come, today included: of this month or of the next (R-523,
/// R-1003).
[[nodiscard]] record::Date next_last_friday(record::Date today);

/// From when on an organisation's information must have been confirmed: the latest 1 May or
/// 1 November that has come.
[[nodiscard]] record::Date confirmation_due(record::Date today);

/// By when the plan for `year` is in: 10 December of the year before (R-1001).
[[nodiscard]] record::Date plan_deadline(int year);

/// The day on which a probationary member's conversion is due, an extension included. No value for
/// who is not a probationary member or has no joining date.
[[nodiscard]] std::optional<record::Date> conversion_due(const catalog::Catalog& catalog,
                                                         const Parameters& parameters,
                                                         const record::RecordState& person);

}  // namespace zhibu::rules
