#pragma once

#include <map>
#include <set>

#include "shared/record/change.hpp"

/// What an erasure takes out of what is kept of groups and verdicts, at the server and on devices.
namespace zhibu::sync {

/// Whose payload: of each record these fields, or all of them where none is named.
using Erased = std::map<record::RecordKey, std::set<record::FieldNumber>>;

[[nodiscard]] bool names(const record::Group& group, const Erased& erased);

/// Takes the fields out of the group's changes; that there were changes stays. False where there
/// was nothing to take.
bool strip(record::Group& group, const Erased& erased);

/// Takes the decisions about these records out, and of the reasons about them all but the rule.
/// False where there was nothing to take.
bool strip(record::Verdict& verdict, const Erased& erased);

}  // namespace zhibu::sync
