#include "tests/server/backup/backed_up_space.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>
#include <utility>

#include "server/founding/store_key.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/vfs.hpp"

namespace zhibu::server::test {
namespace {

using Rows = std::vector<std::string>;

/// The first column of each row.
Rows asked(sqlite3* handle, const std::string& sql) {
    Rows rows;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        rows.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
    EXPECT_EQ(sqlite3_finalize(statement), SQLITE_OK) << sqlite3_errmsg(handle);
    return rows;
}

Rows rows_of(sqlite3* handle, const std::string& table) {
    std::string all;
    for (const std::string& column :
         asked(handle, "SELECT name FROM pragma_table_info('" + table + "')")) {
        all += (all.empty() ? "" : "||'|'||") + ("quote(\"" + column + "\")");
    }
    const std::string which =
        table == "zhibu_meta"
            ? " WHERE name NOT IN ('epoch', 'backed_up', 'restored_at', 'compacted')"
            : "";
    Rows rows = asked(handle, "SELECT " + all + " FROM \"" + table + "\"" + which);
    std::ranges::sort(rows);
    return rows;
}

/// Of a copy of the store's files, which may be open elsewhere, but is not written.
Tables read_tables(const ServerFiles& files, const vault::KeptKeys& keys, record::Random& random) {
    const support::TemporaryDirectory copied;
    const std::filesystem::path file = copied.path() / "space.db";
    for (const char* suffix : {"", "-wal"}) {
        const std::filesystem::path source = beside(files.store(), suffix);
        if (std::filesystem::exists(source)) {
            std::filesystem::copy_file(source, beside(file, suffix));
        }
    }
    vault::Vfs vfs{"zhibu-reading-tables"};
    const auto keyed = vfs.key(file, keys.ring(), {.random = random});
    EXPECT_TRUE(keyed.has_value());
    sqlite3* handle = nullptr;
    EXPECT_EQ(sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE, vfs.name().c_str()),
              SQLITE_OK);
    EXPECT_TRUE(vault::apply_open_pragmas(handle).has_value());
    Tables tables;
    for (const std::string& table :
         asked(handle, "SELECT name FROM sqlite_schema WHERE type='table'")) {
        if (!table.starts_with("zhibu_staged")) {
            tables[table] = rows_of(handle, table);
        }
    }
    sqlite3_close(handle);
    return tables;
}

vault::KeptKeys keys_of(const StorePlace& place) {
    return load_data_keys(place.files.data_keys(),
                          read_store_key(place.files, place.store_key).value())
        .value();
}

}  // namespace

BackedUpSpace::BackedUpSpace(std::uint8_t space, const BackedUpSpace* key_of) {
    std::filesystem::create_directories(place.files.folder);
    if (key_of == nullptr) {
        EXPECT_TRUE(make_store_key(place.files, place.store_key, random));
    } else {
        std::filesystem::copy_file(key_of->place.files.folder / "store_key",
                                   place.files.folder / "store_key");
    }
    auto store_key = read_store_key(place.files, place.store_key).value();
    const SpaceIdentity identity{record::SpaceId{record::Uuid{{space}}},
                                 record::EpochId{record::Uuid{{6}}}, "space"};
    opened.emplace(
        make_store(place, std::move(store_key), identity, catalog::standard_catalog(), random)
            .value());
    court.emplace(opened->store.get());
}

std::expected<LogIndex, FoundingError> BackedUpSpace::back_up(const std::string& name,
                                                              const std::string& since) {
    std::optional<BackupPoint> point;
    if (!since.empty()) {
        ZHIBU_TRY(read, read_point(folder_of(since)));
        point = std::move(read);
    }
    ZHIBU_TRY(copy, prepare_copy(folder_of(name), opened->keys, random));
    court->clock.advance(1);
    return make_backup(
        {opened->sealed, &catalog::standard_catalog(), &court->clock,
         [this](std::span<const std::uint8_t> bytes) { return court->receipt_key.sign(bytes); }},
        point, copy, [] { return true; });
}

std::expected<LogIndex, FoundingError> BackedUpSpace::restore(
    const std::vector<std::string>& names) {
    std::filesystem::remove_all(other.files.folder);
    std::filesystem::create_directory(other.files.folder);
    std::filesystem::copy_file(place.files.folder / "store_key", other.files.folder / "store_key");
    std::vector<std::filesystem::path> folders;
    for (const std::string& name : names) {
        folders.push_back(folder_of(name));
    }
    return server::restore(other, folders, catalog::standard_catalog(), random);
}

void BackedUpSpace::write(const std::function<Stored<void>(StoreTransaction&)>& work) {
    court->stop();
    {
        const auto transaction = opened->store->begin().value();
        EXPECT_TRUE(work(*transaction));
        EXPECT_TRUE(transaction->commit());
    }
    court->restart();
}

Tables BackedUpSpace::tables() {
    court->stop();
    Tables read = read_tables(place.files, opened->keys, random);
    court->restart();
    return read;
}

Tables BackedUpSpace::restored_tables() { return read_tables(other.files, keys_of(other), random); }

std::vector<std::string> BackedUpSpace::left_behind() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(other.files.folder)) {
        if (entry.path().filename() != "store_key") {
            names.push_back(entry.path().filename());
        }
    }
    return names;
}

}  // namespace zhibu::server::test
