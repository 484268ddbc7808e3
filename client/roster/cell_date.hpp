#pragma once

#include <expected>
#include <optional>

#include "client/roster/refusal.hpp"
#include "client/roster/sheet.hpp"
#include "shared/record/date.hpp"

namespace zhibu::client {

/// How a sheet counts days, and whether its cells know what they hold.
struct DateContext {
    bool counts_from_1904 = false;
    SheetSource source = SheetSource::workbook;
};

/// The day of a spreadsheet's serial number; a time of day is dropped. In the 1900 system serial 60
/// is the day that never was (29 February 1900): no value, as for days outside Date.
[[nodiscard]] std::optional<record::Date> date_of_serial(double serial, bool counts_from_1904);

/// Reads a day or month in any form that offices write: 1987.05, 1987-5-3, 198705, 19870503,
/// 1987年5月3日, 1987/5/3, full-width digits, serials with or without a date format.
/// A number that reads 1987.1 is January or an October that lost its zero: refused, unless the
/// cell's format shows two decimals. The same text in a .csv came from such a number and is refused
/// too; in a workbook's text cell it is January.
/// @param cell  not empty
[[nodiscard]] std::expected<record::Date, RefusalReason> read_date(const Cell& cell,
                                                                   DateContext context);

}  // namespace zhibu::client
