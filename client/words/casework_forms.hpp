#pragma once

#include <boost/json/fwd.hpp>

#include "client/casework/casework.hpp"
#include "client/words/words.hpp"
#include "shared/catalog/catalog.hpp"

/// Cases and conflicts as JSON for programs: the command line's --json and the workbench speak the
/// same forms, and the command line's tables are drawn from them.
namespace zhibu::client {

/// {id, number, state, state_text, organisation, account, action, action_text, changes, kinds,
/// made_at, arrived_at, reasons, remark, decided_by, decided_at, applied_at, depends_on, failed,
/// content}. `content`: [{record, kind, kind_text, name, operation, operation_text, fields:
/// [{field, label, value, previous}]}], or none where this account may not see all of it.
[[nodiscard]] boost::json::object case_form(Replica& replica, const catalog::Catalog& catalog,
                                            const QuarantineCase& of, Language language);

/// group_form() with `about`: {record, kind, kind_text, name}, what its first change is about, and
/// with `case`: {number, state, state_text, remark, decided_by}, where the group was set aside and
/// its case has come.
[[nodiscard]] boost::json::object own_group_form(Replica& replica, const catalog::Catalog& catalog,
                                                 const OwnGroup& own, Language language);

/// {id, number, state, state_text, record, kind, kind_text, name, field, label, offered, committed,
/// now, offered_by, committed_by, life, own_loss, lost, remark, decided_by, decided_at}. `lost`:
/// which of the values an own loss lost, "offered" or "committed".
[[nodiscard]] boost::json::object conflict_form(Replica& replica, const catalog::Catalog& catalog,
                                                const FieldConflict& of, Language language);

}  // namespace zhibu::client
