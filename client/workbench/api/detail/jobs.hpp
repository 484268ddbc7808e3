#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/spreadsheet/spreadsheet.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workflow/named_exports.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"

/// What the workbench's operations remember between one question and the next. All of it is touched
/// on the replica's thread alone.
namespace zhibu::client {

namespace detail {

struct Column {
    const catalog::Field* field = nullptr;
    std::string header;
    CellShape shape = CellShape::text;
};

}  // namespace detail

/// The survey of the organisations, one after another.
struct Api::Survey {
    std::optional<record::Date> day;
    std::uint64_t revision = 0;
    std::vector<record::RecordId> left;
    std::size_t total = 0;
    bool running = false;
};

/// One list on its way into a file.
struct Api::Export {
    enum class State : std::uint8_t { running, done, cancelled, failed };

    const NamedExport* named = nullptr;
    const catalog::Kind* kind = nullptr;
    ListQuery query;
    std::vector<detail::Column> columns;
    Language language = Language::zh;
    std::string file_name;
    /// What there is of the file; none where it was cancelled or failed.
    std::unique_ptr<Spreadsheet> sheet;
    State state = State::running;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    record::RecordId organisation;
    std::optional<record::Date> since;
    bool recorded = false;
};

struct Api::Exports {
    std::map<std::uint64_t, Export> all;
    std::uint64_t last = 0;
};

}  // namespace zhibu::client
