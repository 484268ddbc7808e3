#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "shared/record/base64.hpp"
#include "tests/client/workbench/api/workbench.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

const std::string roster =
    "姓名,性别,民族,身份证号,手机,所属支部\n"
    "赵一,男,汉族,110105194912310011,13900000011,第一党支部\n"
    "钱二,女,汉族,110105194912310089,12345,第一党支部\n";

std::string body(const std::string& file, json::object more = {}) {
    more["file"] =
        record::to_base64({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
    more["kind"] = "person";
    more["name"] = "名册.csv";
    more["given"] = json::object{{"stage", "50"}};
    return json::serialize(more);
}

TEST(ApiImports, APreviewSaysOfEachRowWhatIsWrongAndWritesNothing) {
    Workbench workbench;
    const Answer answer = workbench.ask("POST", "/api/imports/preview", {}, body(roster));
    ASSERT_EQ(answer.status, 200U) << answer.body;
    EXPECT_EQ(answer.text("/good"), "1") << answer.body;
    EXPECT_EQ(answer.text("/report/columns/0/field"), "name");
    EXPECT_EQ(workbench.status().waiting, 0U);
}

TEST(ApiImports, WhatIsPutRightInPlaceComesInAsOneGroup) {
    Workbench workbench;
    const json::object fix{{"fixes", json::array{json::object{
                                         {"row", 3}, {"column", "E"}, {"value", "13900000012"}}}}};
    const std::string wish = body(roster, fix);
    const Answer preview = workbench.ask("POST", "/api/imports/preview", {}, wish);
    ASSERT_EQ(preview.text("/good"), "2") << preview.body;
    const Answer done = workbench.ask("POST", "/api/imports", {}, wish);
    EXPECT_EQ(done.status, 201U) << done.body;
    EXPECT_EQ(workbench.status().waiting, 1U);
    EXPECT_EQ(workbench.get("/api/records/person", {{"name", "钱二"}}).text("/total"), "1");
}

TEST(ApiImports, AColumnIsReadAsThePersonSays) {
    Workbench workbench;
    const json::object choice{{"columns", json::object{{"E", ""}}}};
    const Answer answer = workbench.ask("POST", "/api/imports/preview", {}, body(roster, choice));
    EXPECT_EQ(answer.text("/good"), "2") << answer.body;
    EXPECT_EQ(answer.text("/report/columns/4/use"), "ignored");
}

TEST(ApiImports, WhatIsNoRosterIsSaidInWords) {
    Workbench workbench;
    const Answer zip = workbench.ask("POST", "/api/imports/preview", {{"lang", "en"}},
                                     body(std::string{"PK\x03\x04broken"}));
    EXPECT_EQ(zip.status, 422U) << zip.body;
    const Answer none = workbench.ask("POST", "/api/imports", {}, body("姓名,身份证号\n"));
    EXPECT_EQ(none.status, 422U) << none.body;
    EXPECT_EQ(workbench.status().waiting, 0U);
    for (const std::string& wrong :
         {std::string{"{}"}, std::string{R"({"kind":"ghost","file":""})"},
          body(roster, {{"fixes", json::array{json::object{{"row", 0}, {"column", "A"}}}}}),
          body(roster, {{"fixes", json::array{json::object{{"row", 2}, {"column", "A1"}}}}}),
          body(roster, {{"columns", json::array{}}})}) {
        EXPECT_EQ(workbench.ask("POST", "/api/imports", {}, wrong).status, 400U) << wrong;
    }
}

}  // namespace
}  // namespace zhibu::client::test
