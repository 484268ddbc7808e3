#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "client/roster/interpret.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_file.hpp"
#include "client/roster/roster_report.hpp"
#include "shared/catalog/catalog.hpp"
#include "tests/client/roster/invented_lookups.hpp"
#include "tests/support/roster_generator/roster_generator.hpp"
#include "tests/support/roster_generator/sheet_writer.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using zhibu::test::CsvEncoding;
using zhibu::test::RosterPlan;

/// Each row's outcome as one line, so that a difference reads by itself.
using Outcomes = std::map<std::int64_t, std::string>;

std::string accepted_line(const json::object& values) {
    std::map<std::string, std::string> sorted;
    for (const auto& [name, value] : values) {
        sorted[name] = value.as_string();
    }
    std::string line = "accepted";
    for (const auto& [name, value] : sorted) {
        line += " " + name + "=" + value;
    }
    return line;
}

std::string refused_line(const json::array& refusals) {
    std::set<std::string> all;
    for (const json::value& refusal : refusals) {
        all.insert(std::string{refusal.at("field").as_string()} + ":" +
                   std::string{refusal.at("reason").as_string()});
    }
    std::string line = "refused";
    for (const std::string& each : all) {
        line += " " + each;
    }
    return line;
}

Outcomes expected_outcomes(const json::object& truth) {
    Outcomes outcomes;
    for (const json::value& row : truth.at("rows").as_array()) {
        std::string& line = outcomes[row.at("row").to_number<std::int64_t>()];
        const json::string& outcome = row.at("outcome").as_string();
        if (outcome == "accepted") {
            line = accepted_line(row.at("values").as_object());
        } else if (outcome == "refused") {
            line = refused_line(row.at("refusals").as_array());
        } else {
            line = "skipped " + std::string{row.at("reason").as_string()};
        }
    }
    return outcomes;
}

/// From the machine-readable report, so that it is tested along.
Outcomes outcomes_of(const json::object& report, const test::NamedRecords& records) {
    Outcomes outcomes;
    for (const json::value& row : report.at("accepted").as_array()) {
        json::object values = row.at("values").as_object();
        values["organisation"] =
            records.name_of(std::string{values.at("organisation").as_string()});
        for (const json::value& entry : row.at("entries").as_array()) {
            for (const auto& [name, value] : entry.at("values").as_object()) {
                values[std::string{entry.at("kind").as_string()} + "." + std::string{name}] = value;
            }
        }
        outcomes[row.at("row").to_number<std::int64_t>()] = accepted_line(values);
    }
    for (const json::value& row : report.at("refused").as_array()) {
        outcomes[row.at("row").to_number<std::int64_t>()] =
            refused_line(row.at("refusals").as_array());
    }
    for (const json::value& row : report.at("skipped").as_array()) {
        outcomes[row.at("row").to_number<std::int64_t>()] =
            "skipped " + std::string{row.at("reason").as_string()};
    }
    return outcomes;
}

std::string content_of(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
}

class GeneratedRoster : public testing::Test {
protected:
    GeneratedRoster()
        : folder_{std::filesystem::temp_directory_path() /
                  ("zhibu_roster_" + std::to_string(::getpid()))} {
        std::filesystem::create_directories(folder_);
        for (const char* name : {"第一党支部", "第二党支部"}) {
            records_.add_organisation(name);
        }
    }

    ~GeneratedRoster() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    /// Generates, imports and compares every row.
    void check(RosterPlan plan) {
        SCOPED_TRACE(plan.path + " seed " + std::to_string(plan.seed));
        plan.path = path(plan.path);
        zhibu::test::generate_roster(plan, catalog_);
        const auto sheet = read_sheet_file(plan.path, {});
        ASSERT_TRUE(sheet) << message_of(sheet.error()).en;
        const auto preview = interpret(*sheet, catalog_, "person", {}, records_);
        ASSERT_TRUE(preview) << message_of(preview.error()).en;
        const json::value report = json::parse(json_report(catalog_, *preview));
        const json::value truth = json::parse(content_of(plan.path + ".truth.json"));
        EXPECT_EQ(report.at("header_row"), truth.at("header_row"));
        const Outcomes expected = expected_outcomes(truth.as_object());
        const Outcomes got = outcomes_of(report.as_object(), records_);
        ASSERT_EQ(expected.size(), got.size());
        for (const auto& [row, line] : expected) {
            const auto found = got.find(row);
            ASSERT_NE(found, got.end()) << "row " << row << ": " << line;
            ASSERT_EQ(found->second, line) << "row " << row;
        }
        accepted_ += preview->accepted.size();
        refused_ += preview->refused.size();
    }

    const catalog::Catalog& catalog_ = catalog::standard_catalog();
    std::filesystem::path folder_;
    test::NamedRecords records_;
    std::size_t accepted_ = 0;
    std::size_t refused_ = 0;
};

TEST_F(GeneratedRoster, TwentyPeopleInEachFormAreReadAsTheTruthSays) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const double messy = seed % 2 == 0 ? 1.0 : 0.0;
        check({20, seed, messy, "a.xlsx", CsvEncoding::utf8});
        check({20, seed, messy, "b.csv", CsvEncoding::utf8});
        check({20, seed, messy, "c.csv", CsvEncoding::utf8_bom});
        check({20, seed, messy, "d.csv", CsvEncoding::gb18030});
    }
    EXPECT_GT(accepted_, 700U);
}

TEST_F(GeneratedRoster, TwoThousandPeopleAreReadAsTheTruthSays) {
    check({2'000, 7, 1.0, "a.xlsx", CsvEncoding::utf8});
    check({2'000, 8, 0.4, "b.xlsx", CsvEncoding::utf8});
    check({2'000, 9, 1.0, "c.csv", CsvEncoding::gb18030});
    EXPECT_GT(refused_, 300U);
}

TEST_F(GeneratedRoster, EqualSeedsGiveEqualFiles) {
    RosterPlan plan{200, 5, 1.0, path("a.csv"), CsvEncoding::utf8};
    zhibu::test::generate_roster(plan, catalog_);
    const std::string first = content_of(plan.path) + content_of(plan.path + ".truth.json");
    zhibu::test::generate_roster(plan, catalog_);
    EXPECT_EQ(content_of(plan.path) + content_of(plan.path + ".truth.json"), first);
}

TEST_F(GeneratedRoster, AHundredThousandPeopleStayWithinAGibibyte) {
    RosterPlan plan{100'000, 3, 0.5, path("a.xlsx"), CsvEncoding::utf8};
    zhibu::test::generate_roster(plan, catalog_);
    const auto sheet = read_sheet_file(plan.path, {});
    ASSERT_TRUE(sheet) << message_of(sheet.error()).en;
    const auto preview = interpret(*sheet, catalog_, "person", {}, records_);
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->accepted.size() + preview->refused.size(), 100'000U);
    rusage usage{};
    ASSERT_EQ(getrusage(RUSAGE_SELF, &usage), 0);
    RecordProperty("peak_kib", std::to_string(usage.ru_maxrss));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // A sanitizer's own memory is several times the program's.
    EXPECT_LT(usage.ru_maxrss, 1'048'576);
#endif
}

}  // namespace
}  // namespace zhibu::client
