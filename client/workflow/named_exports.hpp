#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"

/// The lists that leave the program under the names that the users' guidance gives them.
namespace zhibu::client {

/// One column of such a list: a field under the guidance's own heading, where that differs.
struct NamedColumn {
    std::string_view field;
    catalog::Label header = {};
    /// Of a day, year and month alone.
    bool month_alone = false;
};

struct NamedExport {
    std::string_view name;
    catalog::Label label;
    std::string_view kind;
    /// Of client/workflow/named_filters.hpp.
    std::string_view filter;
    /// Empty: every field (全部勾选).
    std::span<const NamedColumn> columns = {};
    /// Of list export_kind.
    std::string_view sort;
    /// A rule of the day that keeps the list back until it is complete.
    std::string_view held_back_by = {};
    /// It is of one year, and says so; otherwise of the time since the last one of its sort.
    bool of_a_year = false;
};

[[nodiscard]] std::span<const NamedExport> named_exports();
[[nodiscard]] const NamedExport* find_export(std::string_view name);

/// What the file is called, without its ending: 《甲党委2026年计划发展对象名单》, or
/// 甲党委党员信息2026-01-01至2026-06-30. Characters that no file system takes are left out.
/// @param since  the first day that it covers; none for the first of its sort
[[nodiscard]] std::string export_file_name(const NamedExport& of, std::string_view organisation,
                                           int year, std::optional<record::Date> since,
                                           record::Date until);

/// A name that a file may have, at most 80 characters; "名单" where nothing is left.
[[nodiscard]] std::string safe_file_name(std::string_view name);

}  // namespace zhibu::client
