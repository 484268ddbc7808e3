#include "client/replica/detail/staged_rows.hpp"

#include <algorithm>
#include <optional>

#include "client/replica/detail/tables.hpp"
#include "shared/catalog/schema.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::identifier;

constexpr std::string_view prefix = "staged:";
/// With fewer, a change of the schema costs more than to write the rows once more.
constexpr int rows_worth_a_table = 2'000;

std::string staged(std::string_view name) { return std::string{prefix} + std::string{name}; }

}  // namespace

StagedRows::StagedRows(Connection& connection, const catalog::Catalog& catalog)
    : connection_(connection), catalog_(catalog), writer_(connection, catalog, prefix) {}

void StagedRows::write(const std::vector<record::RecordState>& records) {
    std::optional<record::KindNumber> made;
    for (const record::RecordState& state : records) {
        if (made != state.key.kind) {
            make_table(state.key.kind);
            made = state.key.kind;
        }
        writer_.write(state);
    }
}

void StagedRows::make_table(record::KindNumber number) {
    const catalog::Kind* kind = catalog_.find(number);
    if (kind == nullptr) {
        connection_.execute(unknown_table(staged("unknown_record")));
        return;
    }
    connection_.execute(catalog::table_statement(*kind, staged(kind->name)));
    if (writer_.is_searched(*kind)) {
        connection_.execute(search_table(staged("search")));
    }
}

std::set<std::string, std::less<>> StagedRows::names() {
    std::set<std::string, std::less<>> found;
    Query row = connection_.query(
        "SELECT name FROM sqlite_schema WHERE type='table' AND name LIKE 'staged:%'");
    while (row.step()) {
        found.insert(row.text(0).substr(prefix.size()));
    }
    return found;
}

void StagedRows::empty() {
    for (const std::string& name : names()) {
        connection_.execute("DELETE FROM " + identifier(staged(name)));
    }
}

void StagedRows::drop() {
    for (const std::string& name : names()) {
        connection_.execute("DROP TABLE " + identifier(staged(name)));
    }
}

bool StagedRows::is_of_this_catalog(std::string_view name) {
    const auto kind = std::ranges::find(catalog_.kinds(), name, &catalog::Kind::name);
    if (kind == catalog_.kinds().end()) {
        return true;
    }
    // SQLite keeps a statement as it was written, from the table's name on.
    const std::string statement = catalog::table_statement(*kind, staged(name));
    Query row = connection_.query("SELECT sql FROM sqlite_schema WHERE name=?");
    return row.bind(std::string_view(staged(name))).step() &&
           statement.ends_with(row.text(0).substr(std::string_view("CREATE TABLE ").size()));
}

bool StagedRows::are_of_this_catalog() {
    return std::ranges::all_of(
        names(), [this](const std::string& name) { return is_of_this_catalog(name); });
}

bool StagedRows::is_large(std::string_view name) {
    Query row = connection_.query_once("SELECT 1 FROM " + identifier(staged(name)) +
                                       " LIMIT 1 OFFSET " + std::to_string(rows_worth_a_table));
    return row.step();
}

void StagedRows::move(std::string_view name, const std::string& columns) {
    connection_.execute("INSERT INTO " + identifier(name) + "(" + columns + ") SELECT " + columns +
                        " FROM " + identifier(staged(name)));
    connection_.execute("DELETE FROM " + identifier(staged(name)));
}

bool StagedRows::take_the_place_of_live(std::span<const LiveTable> live) {
    const auto here = names();
    bool any_table_is_new = false;
    for (const LiveTable& each : live) {
        const bool is_staged = here.contains(each.name);
        if (is_staged && is_large(each.name)) {
            connection_.execute("DROP TABLE " + identifier(each.name));
            connection_.execute("ALTER TABLE " + identifier(staged(each.name)) + " RENAME TO " +
                                identifier(each.name));
            any_table_is_new = true;
            continue;
        }
        connection_.execute("DELETE FROM " + identifier(each.name));
        if (is_staged) {
            move(each.name, each.columns);
        }
    }
    return any_table_is_new;
}

}  // namespace zhibu::client::detail
