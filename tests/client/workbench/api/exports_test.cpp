#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "client/roster/roster_file.hpp"
#include "client/spreadsheet/spreadsheet.hpp"
#include "client/workflow/named_exports.hpp"
#include "shared/record/base64.hpp"
#include "tests/client/workbench/api/actions_table.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

/// Asks until the export has ended; its last answer.
Answer ended(Workbench& workbench, const Answer& begun) {
    const std::string path = "/api/exports/" + begun.text("/export");
    for (int asked = 0; asked < 200; ++asked) {
        Answer answer = workbench.get(path);
        if (answer.text("/state") != "running") {
            return answer;
        }
    }
    ADD_FAILURE() << "the export does not end";
    return {};
}

Answer begin(Workbench& workbench, const std::string& body, const Parameters& query = {}) {
    return workbench.ask("POST", "/api/exports", query, body);
}

std::string bytes_of(Workbench& workbench, const Answer& begun) {
    const Answer file = workbench.get("/api/exports/" + begun.text("/export") + "/file");
    EXPECT_EQ(file.status, 200U) << file.body;
    const auto bytes = record::from_base64(file.text("/content"));
    return bytes ? std::string{bytes->begin(), bytes->end()} : std::string{};
}

/// The file as a reader of workbooks sees it.
Sheet sheet_of(Workbench& workbench, const Answer& begun) {
    auto sheet = read_sheet(bytes_of(workbench, begun), "list.xlsx", {});
    EXPECT_TRUE(sheet);
    return sheet ? *std::move(sheet) : Sheet{};
}

std::vector<std::string> row_of(const Sheet& sheet, std::uint32_t number) {
    std::vector<std::string> texts;
    const Sheet::Row* row = sheet.find_row(number);
    for (std::uint32_t column = 1; row != nullptr && column <= sheet.column_count(); ++column) {
        const Cell cell = sheet.cell(*row, column);
        texts.push_back(cell.kind == CellKind::date_serial
                            ? "date " + std::to_string(static_cast<int>(cell.number))
                            : std::string{cell.text});
    }
    return texts;
}

/// With everything that the list of the year asks for.
NamedValues complete() {
    NamedValues values = planned();
    values.emplace_back("ethnic_group", std::string{"01"});
    values.emplace_back("work_post", std::string{"10"});
    values.emplace_back("post_start_date", day("2020-09-01"));
    values.emplace_back("education", std::string{"20"});
    return values;
}

TEST(Exports, TheYearsListHasItsNameAndColumnsInTheGuidancesOrder) {
    Workbench workbench{with_members({man(60, "35", complete()), man(61, "10")})};
    const Answer begun = begin(workbench, R"({"name":"plan_list"})");
    ASSERT_EQ(begun.status, 202U) << begun.body;
    EXPECT_EQ(begun.text("/file_name"), "《第一党支部2026年计划发展对象名单》.xlsx");
    const Answer done = ended(workbench, begun);
    EXPECT_EQ(done.text("/state"), "done");
    EXPECT_EQ(done.text("/done"), "1");
    const Sheet sheet = sheet_of(workbench, begun);
    EXPECT_EQ(row_of(sheet, 1),
              (std::vector<std::string>{"姓名", "性别", "民族", "出生年月", "工作岗位",
                                        "岗位开始日期", "学历", "申请入党日期",
                                        "列为入党积极分子日期", "列为发展对象日期"}));
    const std::vector<std::string> row = row_of(sheet, 2);
    EXPECT_EQ(row.at(0), "张60");
    EXPECT_EQ(row.at(1), "男");
    // 3 May 2000 and 10 January 2023, counted from 1900.
    EXPECT_EQ(row.at(3), "date 36649");
    EXPECT_EQ(row.at(7), "date 44936");
    EXPECT_EQ(sheet.rows().size(), 2U);
}

TEST(Exports, TheYearsListIsHeldBackUntilItIsComplete) {
    Workbench workbench{with_members({man(60, "35", planned())})};
    const Answer refused = begin(workbench, R"({"name":"plan_list"})");
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.text("/error/findings/0/rule"), "R-222");
    EXPECT_EQ(refused.text("/error/findings/0/record"), id(60));
}

TEST(Exports, IsARecordAndTheNextBeginsOnTheDayAfter) {
    Workbench workbench{with_members({})};
    const Answer first = begin(workbench, R"({"name":"members"})");
    EXPECT_EQ(first.text("/file_name"), "第一党支部党员信息截至2026-06-01.xlsx");
    EXPECT_EQ(ended(workbench, first).text("/recorded"), "true");
    workbench.clock.advance(hour * 24 * 2);
    const Answer second = begin(workbench, R"({"name":"members"})");
    EXPECT_EQ(second.text("/file_name"), "第一党支部党员信息2026-06-02至2026-06-03.xlsx");
    ended(workbench, second);
    const Answer records = workbench.get("/api/records/export", {{"order", "until"}});
    EXPECT_EQ(records.text("/total"), "2");
    EXPECT_EQ(records.text("/records/0/fields/rows/value"), "2");
    EXPECT_EQ(records.text("/records/0/fields/sort/shown"), "党员信息");
    EXPECT_EQ(records.text("/records/1/fields/since/value"), "2026-06-02");
    // Another sort has days of its own.
    EXPECT_EQ(begin(workbench, R"({"name":"letters_out"})").text("/file_name"),
              "第一党支部党员转出记录截至2026-06-03.xlsx");
}

TEST(Exports, AFilteredListHasTheChosenColumnsAsText) {
    Workbench workbench{with_members(
        {man(60, "10", {{"name", std::string{"=1+1"}}}), man(61, "10"), man(62, "20")})};
    const Answer begun =
        begin(workbench,
              R"({"kind":"person","query":{"filter":"applicants","organisation":")" + id(51) +
                  R"(","columns":"id_number,name,birth_date,organisation","order":["-name"]}})",
              {{"lang", "en"}});
    ASSERT_EQ(begun.status, 202U) << begun.body;
    EXPECT_EQ(begun.text("/file_name"), "Person2026-06-01.xlsx");
    ended(workbench, begun);
    const Sheet sheet = sheet_of(workbench, begun);
    EXPECT_EQ(row_of(sheet, 1),
              (std::vector<std::string>{"Id number", "Name", "Birth date", "Branch"}));
    EXPECT_EQ(row_of(sheet, 2).at(1), "张61");
    EXPECT_EQ(row_of(sheet, 2).at(0), id_number_of(day("2000-05-03"), 61));
    EXPECT_EQ(row_of(sheet, 2).at(3), "甲一支部");
    EXPECT_EQ(row_of(sheet, 3).at(1), "=1+1") << "a text, not a formula";
    EXPECT_EQ(sheet.rows().size(), 3U);
}

TEST(Exports, ACancelledOneLeavesNoFile) {
    Workbench workbench{with_members({})};
    const Answer begun = begin(workbench, R"({"kind":"person"})");
    const std::string path = "/api/exports/" + begun.text("/export");
    static_cast<void>(ended(workbench, begun));
    EXPECT_EQ(workbench.ask("POST", path + "/cancel").text("/cancelled"), "false")
        << "it was done already";
    EXPECT_EQ(workbench.get("/api/exports/99").status, 404U);
    EXPECT_EQ(workbench.get("/api/exports/99/file").status, 404U);
}

TEST(Exports, NothingOfItHasANameOnTheDisk) {
    Workbench workbench{with_members({})};
    const auto files = [&] {
        std::set<std::filesystem::path> found;
        for (const auto& each :
             std::filesystem::recursive_directory_iterator{workbench.folder.path()}) {
            found.insert(each.path());
        }
        return found;
    };
    const auto before = files();
    const Answer begun = begin(workbench, R"({"kind":"person"})");
    EXPECT_EQ(files(), before) << "while it is written";
    ended(workbench, begun);
    EXPECT_EQ(files(), before) << "nor before it is fetched";
    EXPECT_GT(sheet_of(workbench, begun).rows().size(), 1U);
}

/// Whether this process holds a file in the folder that has no name any more.
bool holds_nameless_in(const std::filesystem::path& folder) {
    std::error_code gone;
    for (const auto& each : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        const std::string target = std::filesystem::read_symlink(each, gone).string();
        if (target.starts_with(folder.string() + "/") && target.ends_with(" (deleted)")) {
            return true;
        }
    }
    return false;
}

TEST(Exports, RowsLieInMemoryOrWithoutANameInTheScratchFolder) {
    const Folder folder;
    for (const bool fits : {true, false}) {
        const std::uint64_t rows = fits ? 1 : std::numeric_limits<std::uint32_t>::max();
        auto sheet = Spreadsheet::create({rows, folder.path()}, "名单",
                                         {{"姓名"}, {"年龄", CellShape::number}});
        ASSERT_TRUE(sheet);
        EXPECT_FALSE((*sheet)->bytes()) << "before it is finished";
        ASSERT_TRUE((*sheet)->add_row(
            std::vector{record::Value{std::string{"张三"}}, record::Value{std::int64_t{7}}}));
        EXPECT_EQ(holds_nameless_in(folder.path()), !fits);
        EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
        ASSERT_TRUE((*sheet)->finish());
        EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
        const auto bytes = (*sheet)->bytes();
        ASSERT_TRUE(bytes);
        EXPECT_TRUE(bytes->starts_with("PK"));
    }
}

TEST(Exports, EveryWrongWishIsRefused) {
    Workbench workbench;
    for (const std::string& body : std::vector<std::string>{
             "{}", "[]", R"({"name":"ghost"})", R"({"kind":"ghost"})",
             R"({"name":"members","kind":"person"})", R"({"kind":"person","colour":"red"})",
             R"({"kind":"person","query":[]})", R"({"kind":"person","query":{"order":7}})",
             R"({"kind":"person","query":{"order":[7]}})",
             R"({"kind":"person","query":{"ghost":"1"}})"}) {
        EXPECT_EQ(begin(workbench, body).status, 400U) << body;
    }
}

TEST(Exports, NamesAreThoseThatAFileMayHave) {
    EXPECT_EQ(safe_file_name("a/b\\c:d*e?f\"g<h>i|j\n"), "abcdefghij");
    EXPECT_EQ(safe_file_name("../../etc/passwd"), "etcpasswd");
    EXPECT_EQ(safe_file_name("..."), "名单");
    std::string long_name;
    for (int each = 0; each < 200; ++each) {
        long_name += "支";
    }
    EXPECT_EQ(safe_file_name(long_name).size(), 240U);
}

TEST(Exports, TheNamedOnesAreListed) {
    Workbench workbench;
    EXPECT_EQ(workbench.get("/api/exports").at("").as_array().size(), named_exports().size());
}

}  // namespace
}  // namespace zhibu::client::test
