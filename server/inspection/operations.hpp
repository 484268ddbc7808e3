#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "server/inspection/inspection.hpp"
#include "shared/record/date.hpp"

/// The log of operations (操作日志): who did what, when, from which device, and what became of it.
/// It is the log itself, so what `verify` says of that holds of this. Source: records.md, E9.
namespace zhibu::server {

enum class OperationsForm : std::uint8_t { lines, csv, json };

/// Which operations, and how they are told. What is left empty takes all.
struct OperationsWords {
    /// Days in Asia/Shanghai, both included.
    std::optional<record::Date> from;
    std::optional<record::Date> to;
    /// A part of the account's name, or its id.
    std::string account;
    /// The device's id or its beginning.
    std::string device;
    std::string action;
    /// A kind's name: groups that changed one of it.
    std::string kind;
    /// "accepted", "merged", "quarantined" or "rejected".
    std::string outcome;
    OperationsForm form = OperationsForm::lines;
};

/// Prints the operations in the log's order: no values of records, but names of accounts and
/// devices as they are now. Exit `unknown` where none matches.
Inspected print_operations(const InspectionWords& words, const OperationsWords& which,
                           std::ostream& out, std::ostream& err);

/// A cell of a CSV file, quoted; one that a spreadsheet would take for a formula begins with an
/// apostrophe.
[[nodiscard]] std::string csv_cell(std::string_view text);

}  // namespace zhibu::server
