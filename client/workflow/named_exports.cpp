#include "client/workflow/named_exports.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/record/date.hpp"

namespace zhibu::client {
namespace {

// Source: the users' guidance, "上报当年计划发展对象名单"; the order is theirs.
constexpr std::array plan_columns{
    NamedColumn{"name"},
    NamedColumn{"sex"},
    NamedColumn{"ethnic_group"},
    NamedColumn{"birth_date", {"出生年月", "Born in"}, true},
    NamedColumn{"work_post", {"工作岗位", "Work post"}},
    NamedColumn{"post_start_date"},
    NamedColumn{"education"},
    NamedColumn{"application_date"},
    NamedColumn{"activist_date", {"列为入党积极分子日期", "Activist since"}},
    NamedColumn{"target_date"},
};

constexpr std::array table{
    NamedExport{"plan_list",
                {"年度计划发展对象名单", "Targets of the year"},
                "person",
                "planned",
                plan_columns,
                "40",
                "R-222",
                true},
    NamedExport{"members", {"党员信息", "Members"}, "person", "all_members", {}, "10"},
    NamedExport{
        "letters_out", {"党员转出记录", "Transfers out"}, "letter", "out_letters", {}, "20"},
    NamedExport{"letters_in", {"党员转入记录", "Transfers in"}, "letter", "in_letters", {}, "30"},
};

constexpr std::size_t characters_max = 80;

}  // namespace

std::span<const NamedExport> named_exports() { return table; }

const NamedExport* find_export(std::string_view name) {
    const auto found = std::ranges::find(table, name, &NamedExport::name);
    return found == table.end() ? nullptr : &*found;
}

std::string export_file_name(const NamedExport& of, std::string_view organisation, int year,
                             std::optional<record::Date> since, record::Date until) {
    if (of.of_a_year) {
        return "《" +
               safe_file_name(std::string{organisation} + std::to_string(year) +
                              "年计划发展对象名单") +
               "》";
    }
    const std::string days =
        since ? to_text(*since) + "至" + to_text(until) : "截至" + to_text(until);
    return safe_file_name(std::string{organisation} + std::string{of.label.zh} + days);
}

std::string safe_file_name(std::string_view name) {
    constexpr std::string_view unsafe = "/\\:*?\"<>|";
    std::string safe;
    std::size_t characters = 0;
    for (const char byte : name) {
        const auto code = static_cast<unsigned char>(byte);
        const bool begins = (code & 0xC0U) != 0x80U;
        characters += begins ? 1U : 0U;
        if (characters > characters_max) {
            break;
        }
        if (code >= 0x20 && code != 0x7F && !unsafe.contains(byte)) {
            safe += byte;
        }
    }
    // A name of dots alone, or one that begins with them, is hidden or another folder.
    safe.erase(0, std::min(safe.find_first_not_of(". "), safe.size()));
    return safe.empty() ? "名单" : safe;
}

}  // namespace zhibu::client
