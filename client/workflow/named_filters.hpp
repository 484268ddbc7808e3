#pragma once

#include <span>
#include <string_view>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/rules.hpp"

/// The lists that the users know by name: 选择申请人类别, 选择党员状态 and others, one table.
namespace zhibu::client {

/// What a filter's condition is made from.
struct FilterTerms {
    const catalog::Catalog& catalog;
    const rules::Parameters& parameters;
    record::Date today;
};

struct NamedFilter {
    std::string_view name;
    catalog::Label label;
    /// What is chosen with it: one of a group at a time.
    catalog::Label group;
    std::string_view kind;
    /// The condition on that day; none for a filter that shows what a rule of the day names.
    Filter (*condition)(const FilterTerms&) = nullptr;
    /// The rule whose findings it shows (Replica::refresh_survey()).
    std::string_view rule = {};
};

/// All of them, group by group.
[[nodiscard]] std::span<const NamedFilter> named_filters();
[[nodiscard]] const NamedFilter* find_filter(std::string_view kind, std::string_view name);

/// The last day from which `months` later is `day` or before: of 28 February 2025 and 12 months,
/// 29 February 2024.
[[nodiscard]] record::Date last_day_before(record::Date day, int months);

}  // namespace zhibu::client
