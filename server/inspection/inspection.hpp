#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "server/config/config.hpp"
#include "server/founding/founding.hpp"
#include "shared/catalog/catalog.hpp"

/// What is asked of a space's store: its tree head, whether it is whole, one record's history, its
/// erasure. Opens the store with its keys as the server itself does: a cluster's beside any server,
/// save for an erasure; a file's not beside a running one, which is asked for its head and for its
/// verification instead. Nothing is written into it but by an erasure, save what opening it by a
/// newer program adds.
namespace zhibu::server {

/// How to open the store and how to speak.
struct InspectionWords {
    ServerFiles files;
    const Config* config = nullptr;
    const catalog::Catalog* catalog = nullptr;
    bool chinese = true;
    bool json = false;
};

/// The numbers are the program's exit codes.
enum class Inspected : int {
    well = 0,
    failed = 1,   // the store, a key or a head's file could not be read; nothing was decided
    differs = 3,  // the store is not what it must be; the message names the first place
    unknown = 4,  // no group names such a record
};

/// Prints the newest tree head, signed now, for safekeeping elsewhere.
Inspected print_head(const InspectionWords& words, std::ostream& out, std::ostream& err);

/// Recomputes the tree from the first leaf of the log and compares it with the heads in `heads`,
/// files as print_head() wrote them.
Inspected verify(const InspectionWords& words, const std::vector<std::filesystem::path>& heads,
                 std::ostream& out, std::ostream& err);

/// Prints each group that named the record, proved against the tree that verify() recomputes: a
/// store that is not whole proves nothing.
/// @param record  "KIND/ID"
Inspected print_history(const InspectionWords& words, const std::string& record, std::ostream& out,
                        std::ostream& err);

/// What erase() is told, as a person types it.
struct ErasureWords {
    /// "KIND/ID"
    std::string record;
    std::string reason;
    std::string by;
    bool with_entries = false;
};

/// Erases the record by law and says what that took, and what remains to be done about backups.
Inspected erase_record(const InspectionWords& words, const ErasureWords& erasure, std::ostream& out,
                       std::ostream& err);

}  // namespace zhibu::server
