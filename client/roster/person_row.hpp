#pragma once

#include "client/roster/row_reader.hpp"

namespace zhibu::client {

/// What an id number adds to a person's row and what it contradicts.
/// Sex and birth date are filled where the row has none; a birth month becomes the day where both
/// agree and is refused where they do not; a whole birth date that differs is kept with a remark.
/// Without an id number a birth month stays if the field may hold one.
void complete_person(DraftRow& draft, const MergedView& view, const RowReader& reader,
                     const catalog::Kind& person);

}  // namespace zhibu::client
