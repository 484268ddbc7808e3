#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

constexpr std::string_view header = "姓名,身份证号,性别,出生日期,所属支部,阶段,手机\n";
/// Row 2 is good, row 3 has an id number that is none, row 4 one that 李四 has, row 5 is good.
constexpr std::string_view mixed =
    "钱一,110105199001010010,男,1990-01-01,第一党支部,入党申请人,13900000009\n"
    "孙二,123,男,1990-01-01,第一党支部,入党申请人,\n"
    "周三,110105194912310038,男,1949-12-31,第一党支部,入党申请人,\n"
    "郑四,110105199001010037,男,1990-01-01,第一党支部,入党申请人,\n";

class Importing : public testing::Test {
protected:
    std::string roster(std::string_view rows) {
        return office.file("roster.csv", std::string{header} + std::string{rows});
    }

    Said import(std::vector<std::string> words, Language language = Language::en) {
        words.insert(words.begin(), {"import", file});
        return office.say(language, std::move(words));
    }

    bool knows(const std::string& called) {
        return office.say({"show", "person", called}).exit == 0;
    }

    Office office;
    std::string file = roster(mixed);
};

TEST_F(Importing, ACheckSaysWhatWouldComeOfItAndDoesNothing) {
    const Said zh = import({"--dry-run"}, Language::zh);
    EXPECT_EQ(zh.exit, 3) << "some rows are refused";
    EXPECT_TRUE(has(zh.out, "可导入 2 行，被拒绝 1 行")) << zh.out;
    EXPECT_TRUE(has(zh.out, "第 3 行 B 列 [身份证号] “123”")) << zh.out;
    EXPECT_TRUE(has(zh.out, "另有 1 行不符合规则") && has(zh.out, "第 4 行")) << zh.out;
    EXPECT_TRUE(has(zh.out, "只作检查，没有导入任何内容")) << zh.out;
    EXPECT_EQ(office.waiting(), 0U);
    file = office.file("good.csv",
                       std::string{header} + std::string{mixed.substr(0, mixed.find('\n') + 1)});
    EXPECT_EQ(import({"--dry-run"}).exit, 0) << "all rows are good";
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Importing, OneRefusedRowStopsAllAndEachIsReportedWithItsCell) {
    const Said en = import({});
    EXPECT_EQ(en.exit, 3);
    EXPECT_TRUE(has(en.out, "row 3, column B [身份证号] “123”: An id number has")) << en.out;
    EXPECT_TRUE(has(en.out, "row 4: This id number is already registered")) << en.out;
    EXPECT_TRUE(has(en.err, "nothing was imported") && has(en.err, "--accepted-only")) << en.err;
    EXPECT_EQ(office.waiting(), 0U);
    EXPECT_FALSE(knows("钱一"));
}

TEST_F(Importing, ProgramsAreToldOfEveryRefusalToo) {
    const Said said = office.json({"import", file});
    EXPECT_EQ(said.exit, 3);
    const json::value answer = said.json();
    EXPECT_EQ(answer.at("imported").as_int64(), 0);
    EXPECT_EQ(answer.at("refused").as_int64(), 2);
    const json::value& cell = answer.at_pointer("/report/refused/0/refusals/0");
    EXPECT_EQ(answer.at_pointer("/report/refused/0/row").as_int64(), 3);
    EXPECT_EQ(cell.at("column").as_string(), "B");
    EXPECT_EQ(cell.at("value").as_string(), "123");
    EXPECT_EQ(answer.at_pointer("/findings/0/row").as_int64(), 4);
    EXPECT_EQ(answer.at_pointer("/findings/0/rule").as_string(), "R-107");
    EXPECT_TRUE(has(std::string{answer.at("error").as_string()}, "nothing was imported"));
    const Said check = office.json({"import", file, "--dry-run"});
    EXPECT_EQ(check.json().at_pointer("/findings/0/row").as_int64(), 4);
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Importing, TheGoodRowsAloneWhenThatIsWanted) {
    const Said zh = import({"--accepted-only"}, Language::zh);
    EXPECT_EQ(zh.exit, 0) << zh.err;
    EXPECT_TRUE(has(zh.out, "已导入 2 行，保存在本机，待上传")) << zh.out;
    EXPECT_TRUE(knows("钱一") && knows("郑四"));
    EXPECT_FALSE(knows("孙二") || knows("周三"));
    EXPECT_EQ(office.waiting(), 1U) << "one action, one group";
}

TEST_F(Importing, TheRowsThatWereChosen) {
    const Said said = office.json({"import", file, "--rows", "4-5"});
    EXPECT_EQ(said.exit, 0) << said.out;
    EXPECT_EQ(said.json().at("imported").as_int64(), 1);
    EXPECT_TRUE(knows("郑四"));
    EXPECT_FALSE(knows("钱一")) << "good, but not chosen";
}

TEST_F(Importing, NothingLeftToImportIsSaid) {
    const Said said = import({"--rows", "3"});
    EXPECT_EQ(said.exit, 3);
    EXPECT_TRUE(has(said.err, "There is no row to import; nothing was changed")) << said.err;
    EXPECT_TRUE(has(import({"--rows", "3"}, Language::zh).err, "没有可导入的行"));
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Importing, ColumnsAndValuesCanBeGiven) {
    file = office.file("other.csv",
                       "称呼,号码,性别,出生日期\n钱一,110105199001010010,男,1990-01-01\n");
    EXPECT_NE(import({"--set", "organisation=A01", "--set", "stage=10"}).exit, 0);
    const Said said = import({"--column", "A=name", "--column", "b=id_number", "--set",
                              "organisation=A01", "--set", "stage=10"});
    EXPECT_EQ(said.exit, 0) << said.out << said.err;
    EXPECT_TRUE(knows("钱一"));
}

TEST_F(Importing, WordsThatMakeNoSenseImportNothing) {
    for (const auto& words : std::vector<std::vector<std::string>>{{"--rows", "x"},
                                                                   {"--rows", "9-3"},
                                                                   {"--rows", "0"},
                                                                   {"--rows", "1-99999999"},
                                                                   {"--column", "1=name"},
                                                                   {"--column", "name"},
                                                                   {"--set", "nope=1"},
                                                                   {"--set", "sex=x"},
                                                                   {"--kind", "nope"}}) {
        const Said en = import(words);
        EXPECT_EQ(en.exit, 2) << words[1];
        EXPECT_TRUE(has(en.err, "Nothing was imported: ")) << en.err;
        EXPECT_TRUE(has(import(words, Language::zh).err, "没有导入任何内容："));
    }
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Importing, FilesThatAreNotThereOrNoRoster) {
    const auto told = [&](const std::string& path, Language language) {
        const Said said = office.say(language, {"import", path});
        EXPECT_EQ(said.exit, 3) << path;
        EXPECT_EQ(said.out, "");
        EXPECT_TRUE(has(
            said.err, language == Language::zh ? "没有导入任何内容：" : "Nothing was imported: "));
        return said.err;
    };
    EXPECT_TRUE(has(told("/no/such/roster.xlsx", Language::zh), "文件打不开"));
    EXPECT_TRUE(has(told("/no/such/roster.xlsx", Language::en), "Check that it exists"));
    told(office.elsewhere.path().string(), Language::en);
    told(office.file("empty.csv", ""), Language::zh);
    told(office.file("picture.xlsx", "\x89PNG\r\n\x1a\n    "), Language::en);
    told(office.file("prose.csv", "只是一句话\n"), Language::en);
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Importing, OutsideTheWindowNothingIsRead) {
    sync::Lease lease = full_lease(office.device);
    lease.always_open = false;
    lease.periods = {{hours_later(24), hours_later(48)}};
    office.grant(lease);
    const Said said = import({"--accepted-only"});
    EXPECT_EQ(said.exit, 3);
    EXPECT_TRUE(has(said.err, "It opens next at")) << said.err;
    EXPECT_EQ(office.waiting(), 0U);
}

}  // namespace
}  // namespace zhibu::client::test
