#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/session.hpp"

/// Commands that read and edit records in the local replica; none needs the network.
namespace zhibu::client {

struct ListWords {
    std::string kind;
    std::string search;
    /// "field=value", "field!=value", "field~part", "field<value", "field>value".
    std::vector<std::string> where;
    /// Named filters (client/workflow/named_filters.hpp).
    std::vector<std::string> filters;
    /// "field" or "-field".
    std::vector<std::string> order;
    std::vector<std::string> columns;
    std::uint64_t offset = 0;
    std::uint32_t limit = 50;
    bool with_retired = false;
};

Exit list_records(Console& console, const ListWords& words);

/// `which`: an id, a name, an id number, or "field=value", if it names one record.
Exit show_record(Console& console, const std::string& kind, const std::string& which);

/// `assignments`: "field=value"; "field=" empties it.
Exit edit_record(Console& console, const std::string& kind, const std::string& which,
                 const std::vector<std::string>& assignments);
Exit create_record(Console& console, const std::string& kind,
                   const std::vector<std::string>& assignments);
/// Commits one action and says what came of it; `named` is the record that the answer names.
Exit commit_draft(Console& console, Replica& replica, const Draft& draft,
                  const record::RecordId& named);
Exit retire_record(Console& console, const std::string& kind, const std::string& which);
Exit restore_record(Console& console, const std::string& kind, const std::string& which);

/// What the author should know of a group's verdict, in one line; empty where there is nothing.
[[nodiscard]] std::string outcome_words(const OwnGroup& own, Language language);

/// This device's groups and what became of them.
Exit list_groups(Console& console, std::uint32_t limit);

/// Who this replica is, how far it is, what waits, until when editing is open.
Exit show_status(Console& console);

}  // namespace zhibu::client
