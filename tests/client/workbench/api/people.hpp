#pragma once

#include <string>
#include <vector>

#include "tests/client/workbench/api/workbench.hpp"

/// Invented organisations and people for the tests of the workbench's actions and lists. It is
/// 1 June 2026.
namespace zhibu::client::test {

/// A number with a right check character for a man born on that day.
[[nodiscard]] std::string id_number_of(record::Date birth, int which);

/// record_id(50) 甲党委; 51 甲一支部 and 52 甲二支部 below it; 53 联系不上人员支部; 54 乙党委 and
/// its branch 55; 56 the committee above both.
[[nodiscard]] std::vector<record::RecordState> organisations();

/// A man of branch 51, born on 3 May 2000 where nothing else is given.
[[nodiscard]] record::RecordState man(std::uint64_t number, const std::string& stage,
                                      const NamedValues& more = {});

/// organisations(), and the full members 70 and 71 of branch 51.
[[nodiscard]] std::vector<record::RecordState> with_members(std::vector<record::RecordState> more);

/// A date of this century by its text.
[[nodiscard]] record::Date day(std::string_view text);

}  // namespace zhibu::client::test
