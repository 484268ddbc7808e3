#pragma once

#include <boost/json/fwd.hpp>

#include "client/replica/replica.hpp"
#include "client/words/words.hpp"
#include "client/workflow/plan_of_action.hpp"
#include "shared/catalog/catalog.hpp"

/// Actions as JSON for programs: the command line's --json and the workbench speak the same forms.
namespace zhibu::client {

/// {name, label, place, kind, choice: none|many, inputs: [{name, kind, field, label, required,
/// each, preset}], needs: [{field, codes}]}; label and place in both languages.
[[nodiscard]] boost::json::object action_form(const catalog::Catalog& catalog,
                                              const Action& action);

/// {action, refused, warnings: [rule], records: [{record, name, changes: [{kind, kind_text, record,
/// operation, fields: [{field, label, before, after}]}], findings}], findings}.
[[nodiscard]] boost::json::object plan_form(Replica& replica, const catalog::Catalog& catalog,
                                            const PlanOfAction& plan, Language language);

/// The rules that would be broken with the person's consent, none twice, in their order.
[[nodiscard]] std::vector<std::string> warnings_of(const PlanOfAction& plan);

}  // namespace zhibu::client
