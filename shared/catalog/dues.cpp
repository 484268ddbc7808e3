#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {

// clang-format off: a table, one line for each field
std::vector<Kind> dues_kinds() {
    return {
        Kind{4, "dues_payment", {"党费缴纳", "Dues payment"}, "", {"organisation"}, Writers::scope, {
            ref(1, "person", "人", "Person", "person").must().ask(),
            month(2, "from_month", "月起", "From month").must().ask(),
            month(3, "to_month", "月止", "To month").must().ask(),
            money(4, "amount", "金额", "Amount").must().ask().personal(),
            day(5, "paid_on", "缴纳日期", "Paid on").happened().must(),
            ref(6, "organisation", "支部", "Branch", "organisation").must().ask(),
            note(7, "remark", "备注", "Remark").personal(),
        }},
    };
}

// clang-format on

}  // namespace zhibu::catalog::detail
