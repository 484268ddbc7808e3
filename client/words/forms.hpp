#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "client/replica/replica.hpp"
#include "client/words/words.hpp"
#include "shared/catalog/catalog.hpp"

/// Records and groups as JSON for programs: the command line's --json and the workbench speak the
/// same forms.
namespace zhibu::client {

/// A value for people: a reference by the name of what it names, if this replica holds it.
[[nodiscard]] std::string shown(Replica& replica, const catalog::Catalog& catalog,
                                const catalog::Field& field, const record::Value& value,
                                Language language);

/// What a record is called: its name, number or label; a letter and others that have none by whom
/// they are about.
[[nodiscard]] std::string name_of(Replica& replica, const catalog::Catalog& catalog,
                                  const record::RecordKey& key, Language language);

/// The organisation of that id above the account's scope, of which only the name is known here.
[[nodiscard]] std::optional<sync::OrganisationAbove> find_above(Replica& replica,
                                                                const record::RecordId& id);

/// As record_form() has it, with what is known of it, and `above: true`.
[[nodiscard]] boost::json::object above_form(const catalog::Catalog& catalog,
                                             const sync::OrganisationAbove& above,
                                             Language language);

/// {id, kind, retired, fields: {name: {value, shown, changed_at}}}; empty fields are left out.
[[nodiscard]] boost::json::object record_form(Replica& replica, const catalog::Catalog& catalog,
                                              const catalog::Kind& kind,
                                              const record::RecordState& state, Language language);

/// The same with these fields alone.
[[nodiscard]] boost::json::object record_form(Replica& replica, const catalog::Catalog& catalog,
                                              const catalog::Kind& kind,
                                              const record::RecordState& state,
                                              std::span<const catalog::Field* const> fields,
                                              Language language);

/// {sequence, action, action_text, changes, stage, stage_text, log_index, made_at, reasons,
/// decisions}.
[[nodiscard]] boost::json::object group_form(const catalog::Catalog& catalog, const OwnGroup& own,
                                             Language language);

/// [{rule, severity, record, field, message}] in that language.
[[nodiscard]] boost::json::array finding_forms(const catalog::Catalog& catalog,
                                               const std::vector<rules::Finding>& findings,
                                               Language language);

/// A finding about the server's history, with its message.
[[nodiscard]] boost::json::object finding_form(const sync::LedgerFinding& finding,
                                               Language language);

}  // namespace zhibu::client
