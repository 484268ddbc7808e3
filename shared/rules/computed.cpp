#include "shared/rules/computed.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules {
namespace {

using catalog::Catalog;
using catalog::FieldType;
using record::Date;
using record::Empty;
using record::RecordState;
using record::Value;

/// Longer terms and extensions are slips of the pen; a day beyond the calendar is not computed.
constexpr std::int64_t years_max = 50;

constexpr std::string_view probationary = "40";
constexpr std::string_view full_member = "50";

template <class T>
const T* held(const Catalog& catalog, std::string_view kind, const RecordState& of,
              std::string_view field) {
    return std::get_if<T>(&of.value(catalog.kind(kind).field(field).id()));
}

const Date* person_day(const Catalog& catalog, const RecordState& person, std::string_view field) {
    return held<Date>(catalog, "person", person, field);
}

bool is_at_stage(const Catalog& catalog, const RecordState& person, std::string_view stage) {
    const auto* code = held<std::string>(catalog, "person", person, "stage");
    return code != nullptr && *code == stage;
}

Value years_since(const Date* start, Date today) {
    if (start == nullptr || *start > today) {
        return Empty{};
    }
    return std::int64_t{record::age_on(*start, today)};
}

Value day_or_empty(std::optional<Date> day) { return day ? Value{*day} : Value{Empty{}}; }

Value age(const Catalog& catalog, const Parameters& /*parameters*/, const RecordState& person,
          Date today) {
    return years_since(person_day(catalog, person, "birth_date"), today);
}

/// Counted from the conversion; for whom became a full member at once (join types 04 to 07), from
/// the joining date.
Value party_age(const Catalog& catalog, const Parameters& /*parameters*/, const RecordState& person,
                Date today) {
    if (!is_at_stage(catalog, person, full_member)) {
        return Empty{};
    }
    if (const Date* converted = person_day(catalog, person, "conversion_date")) {
        return years_since(converted, today);
    }
    const auto* type = held<std::string>(catalog, "person", person, "join_type");
    const bool at_once = type != nullptr && *type >= "04" && *type <= "07";
    return at_once ? years_since(person_day(catalog, person, "join_date"), today) : Value{Empty{}};
}

Value conversion_due_day(const Catalog& catalog, const Parameters& parameters,
                         const RecordState& person, Date /*today*/) {
    return day_or_empty(conversion_due(catalog, parameters, person));
}

Value term_end_day(const Catalog& catalog, const Parameters& /*parameters*/,
                   const RecordState& election, Date /*today*/) {
    return day_or_empty(term_end(catalog, election));
}

Value valid_until(const Catalog& catalog, const Parameters& /*parameters*/,
                  const RecordState& letter, Date /*today*/) {
    return day_or_empty(letter_last_day(catalog, letter));
}

/// A band's upper limit in fen, and its rate.
struct Band {
    std::int64_t up_to_fen = 0;
    int per_mille = 0;
};

constexpr std::int64_t no_limit = INT64_MAX;
constexpr std::array wage_bands{Band{300'000, 5}, Band{500'000, 10}, Band{1'000'000, 15},
                                Band{no_limit, 20}};
constexpr std::array pension_bands{Band{500'000, 5}, Band{no_limit, 10}};
/// Beyond it the product with a rate would overflow; nobody earns it.
constexpr std::int64_t base_max = 1'000'000'000'000'000;

DuesRate rate_in(std::span<const Band> bands, std::int64_t base_fen) {
    const auto band =
        std::ranges::find_if(bands, [&](const Band& each) { return base_fen <= each.up_to_fen; });
    const std::int64_t due = (base_fen * band->per_mille + 500) / 1000;
    return DuesRate{band->per_mille, due, due};
}

constexpr std::array fields{
    ComputedField{"person", "age", {"年龄", "Age"}, FieldType::integer, &age},
    ComputedField{
        "person", "party_age", {"党龄", "Years as a member"}, FieldType::integer, &party_age},
    ComputedField{"person",
                  "conversion_due",
                  {"预备期满日", "Conversion due on"},
                  FieldType::day,
                  &conversion_due_day},
    ComputedField{"organisation_election",
                  "term_end",
                  {"任期届满日", "Term ends on"},
                  FieldType::day,
                  &term_end_day},
    ComputedField{
        "letter", "valid_until", {"有效期至", "Valid until"}, FieldType::day, &valid_until},
};

}  // namespace

std::span<const ComputedField> computed_fields() { return fields; }

std::optional<Date> letter_last_day(const Catalog& catalog, const RecordState& letter) {
    const auto* issued = held<Date>(catalog, "letter", letter, "issued_on");
    const auto* code = held<std::string>(catalog, "letter", letter, "valid_days");
    int days = 0;
    if (issued == nullptr || code == nullptr ||
        std::from_chars(code->data(), code->data() + code->size(), days).ec != std::errc{}) {
        return std::nullopt;
    }
    return record::add_days(*issued, days);
}

std::optional<Date> term_end(const Catalog& catalog, const RecordState& election) {
    const auto* elected = held<Date>(catalog, "organisation_election", election, "elected_on");
    const auto* years =
        held<std::int64_t>(catalog, "organisation_election", election, "term_years");
    if (elected == nullptr || years == nullptr || *years < 1 || *years > years_max) {
        return std::nullopt;
    }
    return record::add_months(*elected, static_cast<int>(*years) * 12);
}

std::optional<DuesRate> dues_for(std::string_view basis, std::int64_t base_fen) {
    if (base_fen < 0 || base_fen > base_max) {
        return std::nullopt;
    }
    if (basis == "10" || basis == "20" || basis == "30") {
        return rate_in(wage_bands, base_fen);
    }
    if (basis == "40") {
        return rate_in(pension_bands, base_fen);
    }
    if (basis == "50") {
        return DuesRate{0, 20, 100};
    }
    if (basis == "60" || basis == "70") {
        return DuesRate{0, 20, 20};
    }
    return std::nullopt;
}

Date next_last_friday(Date today) {
    const Date friday = record::last_friday(today);
    return today <= friday
               ? friday
               : record::last_friday(record::add_months(Date{today.year, today.month, 1}, 1));
}

Date confirmation_due(Date today) {
    if (today.month >= 11) {
        return Date{today.year, 11, 1};
    }
    return today.month >= 5 ? Date{today.year, 5, 1}
                            : Date{static_cast<std::int16_t>(today.year - 1), 11, 1};
}

Date plan_deadline(int year) { return Date{static_cast<std::int16_t>(year - 1), 12, 10}; }

std::optional<Date> probation_end(const Catalog& catalog, const Parameters& parameters,
                                  const RecordState& person) {
    const Date* joined = person_day(catalog, person, "join_date");
    return joined == nullptr
               ? std::nullopt
               : std::optional{record::add_months(*joined, parameters.probation_months)};
}

std::optional<Date> conversion_due(const Catalog& catalog, const Parameters& parameters,
                                   const RecordState& person) {
    const auto end = probation_end(catalog, parameters, person);
    if (!end || !is_at_stage(catalog, person, probationary)) {
        return std::nullopt;
    }
    const auto* months = held<std::int64_t>(catalog, "person", person, "extension_months");
    const bool extended = months != nullptr && *months > 0 && *months <= years_max * 12;
    return extended ? record::add_months(*end, static_cast<int>(*months)) : *end;
}

}  // namespace zhibu::rules
