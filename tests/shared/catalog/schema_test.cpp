#include "shared/catalog/schema.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::catalog {
namespace {

using record::Date;
using record::LogIndex;
using record::Value;

struct Closed {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
};

using Database = std::unique_ptr<sqlite3, Closed>;

Database open() {
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open(":memory:", &raw), SQLITE_OK);
    return Database{raw};
}

void run(const Database& database, const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(database.get());
}

/// A table's columns with their types.
std::map<std::string, std::string> columns(const Database& database, std::string_view table) {
    std::map<std::string, std::string> found;
    const std::string sql =
        "SELECT name, type FROM pragma_table_info('" + std::string{table} + "')";
    sqlite3_exec(
        database.get(), sql.c_str(),
        [](void* into, int, char** texts, char**) {
            (*static_cast<std::map<std::string, std::string>*>(into))[texts[0]] = texts[1];
            return 0;
        },
        &found, nullptr);
    return found;
}

std::vector<std::string> names(const std::map<std::string, std::string>& columns) {
    std::vector<std::string> all;
    all.reserve(columns.size());
    for (const auto& [name, type] : columns) {
        all.push_back(name);
    }
    return all;
}

TEST(TableStatements, MakeEveryKindsTableInSqlite) {
    const Database database = open();
    for (const Kind& kind : standard_catalog().kinds()) {
        for (const std::string& sql : table_statements(kind, {})) {
            EXPECT_FALSE(sql.starts_with("ALTER")) << "each makes SQLite read the whole schema";
            run(database, sql);
        }
        const auto found = columns(database, kind.name);
        EXPECT_EQ(found.size(), kind.fields.size() + 5) << kind.name;
        for (const Field& field : kind.fields) {
            const auto column = found.find(std::string{field.name});
            ASSERT_NE(column, found.end()) << kind.name << '.' << field.name;
            EXPECT_EQ(column->second, column_type(field.type));
        }
        // A program that starts again changes nothing.
        for (const std::string& sql : table_statements(kind, names(found))) {
            run(database, sql);
        }
        EXPECT_EQ(columns(database, kind.name), found);
    }
}

TEST(TableStatements, TheTablesAreStrict) {
    const Database database = open();
    for (const std::string& sql : table_statements(standard_catalog().kind("plan"), {})) {
        run(database, sql);
    }
    EXPECT_NE(sqlite3_exec(database.get(),
                           "INSERT INTO plan(id, retired, life_changed_at, versions, year) "
                           "VALUES (x'00', 0, 1, x'00', 'soon')",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
}

TEST(TableStatements, IndexWhatIsLookedUp) {
    const Kind& person = standard_catalog().kind("person");
    for (const char* name : {"organisation", "name", "id_number", "form_number", "mentor_1"}) {
        EXPECT_TRUE(is_indexed(person.field(name))) << name;
    }
    EXPECT_FALSE(is_indexed(person.field("remark")));
    EXPECT_FALSE(is_indexed(person.field("sex")));
    EXPECT_TRUE(is_indexed(standard_catalog().kind("organisation").field("code")));
    EXPECT_TRUE(is_indexed(standard_catalog().kind("person_training").field("owner")));
}

TEST(Identifier, QuotesAreDoubled) {
    EXPECT_EQ(identifier("name"), "\"name\"");
    EXPECT_EQ(identifier("na\"me"), "\"na\"\"me\"");
}

std::vector<FieldVersion> made_versions(const std::map<std::uint16_t, std::uint64_t>& from) {
    std::vector<FieldVersion> versions;
    for (const auto& [number, position] : from) {
        if (number > 0) {
            versions.push_back({FieldNumber{number}, LogIndex{position}});
        }
    }
    return versions;
}

RC_GTEST_PROP(Versions, DecodeToWhatWasEncoded, ()) {
    const auto versions =
        made_versions(*rc::gen::arbitrary<std::map<std::uint16_t, std::uint64_t>>());
    RC_ASSERT(decode_versions(encode_versions(versions)) == versions);
}

RC_GTEST_PROP(Versions, AnyBytesDecodeToAscendingVersionsOrNothing,
              (const std::vector<std::uint8_t>& bytes)) {
    const auto versions = decode_versions(bytes);
    for (std::size_t i = 1; versions && i < versions->size(); ++i) {
        RC_ASSERT((*versions)[i - 1].field < (*versions)[i].field);
    }
}

TEST(Versions, OfANewRecordTakeOneByteAField) {
    std::vector<FieldVersion> versions;
    for (std::uint16_t number = 1; number <= 60; ++number) {
        versions.push_back({FieldNumber{number}, LogIndex{100'000}});
    }
    EXPECT_LE(encode_versions(versions).size(), 60U + 3U);
    versions[5].changed_at = LogIndex{200'000};
    EXPECT_LE(encode_versions(versions).size(), 60U + 3U + 3U);
}

TEST(Versions, DamagedOnesAreNoVersions) {
    using Bytes = std::vector<std::uint8_t>;
    EXPECT_FALSE(decode_versions(Bytes{}));
    EXPECT_FALSE(decode_versions(Bytes{0x80}));                    // cut within a number
    EXPECT_FALSE(decode_versions(Bytes{0x01, 0x00}));              // a field twice
    EXPECT_FALSE(decode_versions(Bytes{0x01, 0x03}));              // its index is missing
    EXPECT_FALSE(decode_versions(Bytes{0x01, 0x80, 0x80, 0x08}));  // beyond the last field number
    EXPECT_FALSE(decode_versions(Bytes(11, 0xFF)));                // longer than a number can be
}

TEST(PackedDate, KeepsOrderAndSurvives) {
    const std::vector<Date> ascending{{1900, 1, 1}, {1987, 5, 0},  {1987, 5, 3},
                                      {1987, 6, 0}, {2024, 2, 29}, {2199, 12, 31}};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        EXPECT_EQ(unpacked_date(packed(ascending[i])), ascending[i]);
        EXPECT_TRUE(i == 0 || packed(ascending[i - 1]) < packed(ascending[i]));
    }
    EXPECT_EQ(packed(Date{1987, 5, 3}), 19'870'503);
    for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{20'230'229},
                                      std::int64_t{119'870'503}, std::int64_t{19'871'300}}) {
        EXPECT_FALSE(unpacked_date(number)) << number;
    }
}

TEST(TextSetLines, Survive) {
    const auto set = record::make_text_set({"021-1", "021-2 转 3", "二"});
    EXPECT_EQ(split_lines(joined_lines(set)), set);
    EXPECT_EQ(split_lines(joined_lines(record::TextSet{})), record::TextSet{});
}

TEST(FitsColumn, EveryValueThatFitsTheFieldFitsItsColumn) {
    const std::vector<Value> values{std::string{"1"},
                                    std::int64_t{1},
                                    true,
                                    Date{2000, 1, 1},
                                    record::Instant{1},
                                    record::RecordId{},
                                    record::make_text_set({"1"})};
    for (const Kind& kind : standard_catalog().kinds()) {
        for (const Field& field : kind.fields) {
            EXPECT_TRUE(fits_column(field, Value{}));
            int fitting = 0;
            for (const Value& value : values) {
                const auto why = misfit(standard_catalog(), field, value);
                EXPECT_EQ(fits_column(field, value), why != Misfit::wrong_type) << field.name;
                fitting += fits_column(field, value) ? 1 : 0;
            }
            EXPECT_EQ(fitting, 1) << kind.name << '.' << field.name;
        }
    }
}

TEST(FitsColumn, ASetWithALineBreakDoesNot) {
    const Field& phones = standard_catalog().kind("person").field("phones");
    EXPECT_FALSE(fits_column(phones, Value{record::make_text_set({"1\n2"})}));
}

}  // namespace
}  // namespace zhibu::catalog
