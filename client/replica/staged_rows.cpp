#include "client/replica/detail/staged_rows.hpp"

#include <algorithm>
#include <optional>

#include "client/replica/detail/tables.hpp"
#include "shared/catalog/schema.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::identifier;

constexpr std::string_view prefix = "staged:";

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

void StagedRows::take_the_place_of_live() {
    const auto here = names();
    std::vector<std::string_view> live{"search", "unknown_record"};
    for (const catalog::Kind& kind : catalog_.kinds()) {
        live.push_back(kind.name);
    }
    for (const std::string_view name : live) {
        if (here.contains(name)) {
            connection_.execute("DROP TABLE " + identifier(name));
            connection_.execute("ALTER TABLE " + identifier(staged(name)) + " RENAME TO " +
                                identifier(name));
        } else {
            connection_.execute("DELETE FROM " + identifier(name));
        }
    }
}

}  // namespace zhibu::client::detail
