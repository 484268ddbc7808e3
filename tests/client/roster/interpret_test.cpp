#include "client/roster/interpret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/code_words.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_file.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/roster_report.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/short_forms.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "tests/client/roster/invented_lookups.hpp"
#include "tests/client/roster/workbook_file.hpp"

namespace zhibu::client {
namespace {

constexpr std::string_view good_id = "990101198705030013";

class Interpretation : public testing::Test {
protected:
    Interpretation() {
        given_branch_ = records_.add_organisation("第一党支部");
        options_.given = {{field("organisation"), given_branch_},
                          {field("stage"), std::string{"50"}}};
    }

    [[nodiscard]] record::FieldNumber field(std::string_view name) const {
        return person_.field(name).id();
    }

    std::expected<RosterPreview, RosterError> run(std::string_view csv) {
        const auto sheet = read_sheet(csv, "", {});
        EXPECT_TRUE(sheet.has_value());
        return interpret(*sheet, catalog_, "person", options_, records_);
    }

    std::expected<RosterPreview, RosterError> run_workbook(std::string_view rows,
                                                           std::string_view merges = "") {
        const auto sheet =
            read_sheet(test::zip_of(test::workbook_parts(test::worksheet(rows, merges))), "", {});
        EXPECT_TRUE(sheet.has_value());
        return interpret(*sheet, catalog_, "person", options_, records_);
    }

    /// The only row's value of a field as text; "-" where it has none; its refusals where refused.
    std::string value(const std::expected<RosterPreview, RosterError>& preview,
                      std::string_view name) const {
        if (!preview || preview->accepted.size() != 1) {
            return "refused" + (preview ? reasons(*preview) : std::string{});
        }
        for (const FieldValue& each : preview->accepted[0].values) {
            if (each.field == field(name)) {
                return record::to_text(each.value);
            }
        }
        return "-";
    }

    std::string reasons(const RosterPreview& preview) const {
        std::string all;
        for (const RefusedRow& row : preview.refused) {
            for (const CellRefusal& refusal : row.refusals) {
                all += " " + std::to_string(row.row) + ":" +
                       (refusal.column == 0 ? "" : column_letters(refusal.column)) + ":" +
                       std::string{to_text(refusal.reason)};
            }
        }
        return all;
    }

    const catalog::Catalog& catalog_ = catalog::standard_catalog();
    const catalog::Kind& person_ = catalog_.kind("person");
    test::NamedRecords records_;
    record::RecordId given_branch_;
    InterpretOptions options_;
};

TEST_F(Interpretation, TheExamplesOfTheUsersAreRead) {
    EXPECT_EQ(value(run("姓名,身份证号\n张三“联系不上”,990101198705030013"), "unreachable"),
              "true");
    EXPECT_EQ(value(run("姓名,身份证号\n张三,990101198705030013"), "unreachable"), "-");
    EXPECT_EQ(value(run("姓名,身份证号,联系不上\n张三(失联),990101198705030013,否"), "unreachable"),
              "true");
}

TEST_F(Interpretation, EachWordForABirthDateIsAHeader) {
    for (const std::string_view header :
         {"出生年月", "出生日期", "生日", "* 出 生 年 月 （如1987.05）", "Birth date",
          "birth_date"}) {
        EXPECT_EQ(value(run("姓名,身份证号," + std::string{header} + "\n张三," +
                            std::string{good_id} + ",1987.05"),
                        "birth_date"),
                  "1987-05-03")
            << header;
    }
}

TEST_F(Interpretation, SexAndBirthDateComeFromTheIdNumberWhereTheColumnIsAbsent) {
    const auto preview = run("姓名,身份证号\n张三," + std::string{good_id});
    EXPECT_EQ(value(preview, "birth_date"), "1987-05-03");
    EXPECT_EQ(value(preview, "sex"), "1");
    EXPECT_EQ(preview->accepted[0].remarks.size(), 2U);
}

TEST_F(Interpretation, ABirthMonthThatDisagreesIsRefusedAndAWholeDateIsKeptWithARemark) {
    const std::string head = "姓名,身份证号,出生年月\n张三," + std::string{good_id} + ",";
    EXPECT_EQ(value(run(head + "1987.06"), "birth_date"), "refused 2:C:birth_date_disagrees");
    const auto kept = run(head + "1987-05-04");
    EXPECT_EQ(value(kept, "birth_date"), "1987-05-04");
    EXPECT_EQ(kept->accepted[0].remarks[0].kind, RemarkKind::derived_from_id_number);
    EXPECT_EQ(kept->accepted[0].remarks[1].kind, RemarkKind::differs_from_id_number);
}

TEST_F(Interpretation, SexThatContradictsTheIdNumberIsRefused) {
    EXPECT_EQ(value(run("姓名,身份证号,性别\n张三," + std::string{good_id} + ",女"), "sex"),
              "refused 2:C:sex_disagrees");
}

TEST_F(Interpretation, AnIdNumberWithAWrongCheckCharacterOrLostDigitsIsRefused) {
    EXPECT_EQ(
        value(run("姓名,身份证号,性别,生日\n张三,990101198705030016,男,1987-05-03"), "id_number"),
        "refused 2:B:id_number_check");
    EXPECT_EQ(
        value(run("姓名,身份证号,性别,生日\n张三,990101198705030000,男,1987-05-03"), "id_number"),
        "refused 2:B:id_number_precision_lost");
}

TEST_F(Interpretation, RowsWithOneIdNumberNameEachOther) {
    const auto preview = run("姓名,身份证号\n张三,990101198705030013\n李四,'990101198705030013\n");
    ASSERT_TRUE(preview);
    EXPECT_TRUE(preview->accepted.empty());
    ASSERT_EQ(preview->refused.size(), 2U);
    EXPECT_EQ(preview->refused[0].refusals[0].other_row, 3U);
    EXPECT_EQ(preview->refused[1].refusals[0].other_row, 2U);
    EXPECT_NE(text_report(catalog_, *preview, catalog::Language::zh).find("与第 3 行相同"),
              std::string::npos);
}

TEST_F(Interpretation, UnknownColumnsAreReported) {
    const std::string csv = "序号,姓名,证号,考勤卡,性别\n1,张三," + std::string{good_id} + ",77,男";
    const auto before = run(csv);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->columns[0].use, ColumnUse::row_number);
    EXPECT_EQ(before->columns[2].use, ColumnUse::unknown);
    EXPECT_EQ(before->columns[3].use, ColumnUse::unknown);
    EXPECT_NE(text_report(catalog_, *before, catalog::Language::en).find("考勤卡"),
              std::string::npos);
}

TEST_F(Interpretation, AChosenColumnIsReadAndAWrongChoiceIsAnError) {
    const std::string csv = "姓名,性别,证号,备注\n张三,男," + std::string{good_id} + ",x";
    options_.choices = {{3, "id_number"}, {4, ""}};
    const auto chosen = run(csv);
    EXPECT_EQ(value(chosen, "id_number"), good_id);
    EXPECT_EQ(value(chosen, "remark"), "-");
    options_.choices = {{3, "no_such_field"}};
    EXPECT_EQ(run(csv).error().code, RosterErrorCode::unknown_field);
    options_.choices = {{9, "id_number"}};
    EXPECT_EQ(run(csv).error().code, RosterErrorCode::unknown_field);
    options_.choices = {{4, "name"}};
    EXPECT_EQ(run(csv).error().code, RosterErrorCode::field_twice);
}

TEST_F(Interpretation, WithoutAHeaderNothingIsGuessed) {
    EXPECT_EQ(run("张三,男\n李四,女\n").error().code, RosterErrorCode::no_header);
    EXPECT_EQ(run("姓名,姓名\n张三,x\n").error().code, RosterErrorCode::no_header);
    options_.header_row = 9;
    EXPECT_EQ(run("姓名,性别\n张三,男\n").error().code, RosterErrorCode::no_header);
}

TEST_F(Interpretation, RowsThatOnlyBelongToTheFormAreSkippedAndReported) {
    const auto preview =
        run("名册,,\n序号,姓名,身份证号\n1,张三,990101198705030013\n\n2,,\n序号,姓名,身份证号\n"
            "合 计,1人,\n填表人：某某,,\n,无,-\n,共1人,\n");
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->accepted.size(), 1U);
    EXPECT_TRUE(preview->refused.empty()) << reasons(*preview);
    const std::vector<SkippedRow> expected{
        {1, SkipReason::title},           {2, SkipReason::header}, {5, SkipReason::only_row_number},
        {6, SkipReason::repeated_header}, {7, SkipReason::total},  {8, SkipReason::footnote},
        {9, SkipReason::nothing},         {10, SkipReason::total}};
    EXPECT_EQ(preview->skipped, expected);
}

TEST_F(Interpretation, AHeaderInTwoRowsAndCellsMergedOverSeveralPeople) {
    records_.add_organisation("第二党支部");
    const auto text = [](std::string_view place, std::string_view words) {
        return "<c r=\"" + std::string{place} + "\" t=\"inlineStr\"><is><t>" + std::string{words} +
               "</t></is></c>";
    };
    const std::string rows =
        "<row r=\"1\">" + text("A1", "党员名册") + "</row><row r=\"2\">" + text("A2", "姓名") +
        text("B2", "身份证号") + text("C2", "所属支部") + text("D2", "家庭") +
        "</row><row r=\"3\">" + text("D3", "住址") + text("E3", "备注") + "</row><row r=\"4\">" +
        text("A4", "张三") + text("B4", good_id) + text("C4", "第二党支部") + text("D4", "北石镇") +
        "</row><row r=\"5\">" + text("A5", "李四") + text("B5", "99010119870503003X") +
        "</row><row r=\"6\">" + text("A6", "第三组") + "</row>";
    const auto preview = run_workbook(
        rows,
        R"(<mergeCells><mergeCell ref="A1:E1"/><mergeCell ref="A2:A3"/><mergeCell ref="B2:B3"/>)"
        R"(<mergeCell ref="C2:C3"/><mergeCell ref="D2:E2"/><mergeCell ref="C4:C5"/>)"
        R"(<mergeCell ref="A6:E6"/></mergeCells>)");
    ASSERT_TRUE(preview);
    EXPECT_EQ(preview->header_row, 3U);
    EXPECT_EQ(preview->columns[3].field, field("address"));
    EXPECT_EQ(preview->columns[4].field, field("remark"));
    ASSERT_EQ(preview->accepted.size(), 2U) << reasons(*preview);
    for (const AcceptedRow& row : preview->accepted) {
        const auto branch =
            std::ranges::find(row.values, field("organisation"), &FieldValue::field);
        ASSERT_NE(branch, row.values.end());
        EXPECT_EQ(records_.name_of(record::to_text(branch->value)), "第二党支部");
    }
    EXPECT_EQ(preview->skipped.back(), (SkippedRow{6, SkipReason::section}));
}

TEST_F(Interpretation, ReferencesAreFoundUnknownOrAmbiguous) {
    const auto mentor = records_.add_person("王伟");
    const auto other = records_.add_person("李娜");
    records_.add_person("张敏");
    records_.add_person("张敏");
    const std::string head = "姓名,身份证号,培养联系人\n张三," + std::string{good_id} + ",";
    EXPECT_EQ(value(run(head + "王 伟"), "mentor_1"), record::to_text(mentor));
    const auto both = run(head + "王伟、李娜");
    EXPECT_EQ(value(both, "mentor_1"), record::to_text(mentor));
    EXPECT_EQ(value(both, "mentor_2"), record::to_text(other));
    EXPECT_EQ(value(run(head + "赵六"), "mentor_1"), "refused 2:C:reference_unknown");
    const auto ambiguous = run(head + "张敏");
    EXPECT_EQ(value(ambiguous, "mentor_1"), "refused 2:C:reference_ambiguous");
    EXPECT_EQ(ambiguous->refused[0].refusals[0].detail, "2");
}

TEST_F(Interpretation, AnEntryTakesWhatThePersonsOwnFieldSays) {
    const auto preview =
        run("姓名,身份证号,学历,毕业院校\n张三," + std::string{good_id} + ",本科,北石医学院");
    ASSERT_TRUE(preview);
    ASSERT_EQ(preview->accepted.size(), 1U) << reasons(*preview);
    ASSERT_EQ(preview->accepted[0].entries.size(), 1U);
    EXPECT_EQ(preview->accepted[0].entries[0].kind, catalog_.kind("person_education").id());
    EXPECT_EQ(preview->accepted[0].entries[0].values.size(), 2U);
    EXPECT_EQ(
        value(run("姓名,身份证号,毕业院校\n张三," + std::string{good_id} + ",北石医学院"), "name"),
        "refused 2::required_missing");
}

TEST_F(Interpretation, ARefusedRowGivesEveryReasonWithItsPlaceAndValue) {
    options_.given.clear();
    const auto preview = run("姓名,身份证号,手机,民族\n张三1,123,456,火星族\n");
    ASSERT_TRUE(preview);
    EXPECT_EQ(reasons(*preview),
              " 2::required_missing 2::required_missing 2::required_missing 2::required_missing"
              " 2:A:name_form 2:B:id_number_form 2:C:mobile_form 2:D:not_in_list");
    EXPECT_EQ(preview->refused[0].refusals[7].value, "火星族");
    const std::string report = text_report(catalog_, *preview, catalog::Language::zh);
    EXPECT_NE(report.find("第 2 行 D 列 [民族] “火星族”: “民族”的值“火星族”不在代码表中。"),
              std::string::npos)
        << report;
}

TEST_F(Interpretation, TheEmptyMarkInARequiredCellIsMissing) {
    EXPECT_EQ(value(run("姓名,身份证号\n无," + std::string{good_id}), "name"),
              "refused 2:A:required_missing");
}

TEST_F(Interpretation, EachReasonHasWordsInBothLanguages) {
    for (int reason = 0; reason <= static_cast<int>(RefusalReason::not_readable); ++reason) {
        const RosterMessage message =
            message_of(static_cast<RefusalReason>(reason), {"甲", "A", "v", "d", 3});
        EXPECT_EQ(message.zh.find('{'), std::string::npos) << message.zh;
        EXPECT_EQ(message.en.find('{'), std::string::npos) << message.en;
        EXPECT_FALSE(message.zh.empty() || message.en.empty());
    }
}

TEST(ShortForms, EachNamesAListAndACodeOfTheCatalogAndIsFound) {
    for (const ShortForm& form : short_forms()) {
        const catalog::CodeList* list = catalog::standard_catalog().find_codes(form.list);
        ASSERT_NE(list, nullptr) << form.list;
        ASSERT_NE(list->find(form.code), nullptr) << form.list << " " << form.code;
        EXPECT_EQ(CodeWords(*list).find(form.words), std::string{form.code})
            << form.list << " " << form.words;
    }
}

TEST(CodeWordsOfEveryList, CodesAndLabelsMeanThemselves) {
    for (const catalog::CodeList& list : catalog::standard_catalog().code_lists()) {
        const CodeWords words(list);
        for (const catalog::Code& code : list.codes) {
            EXPECT_EQ(words.find(code.code), std::string{code.code}) << list.name;
            EXPECT_EQ(words.find(code.label.zh), std::string{code.code}) << list.name;
        }
    }
}

TEST(CodeWordsOfEveryList, LostLeadingZerosAndTheSuffixOfEthnicGroups) {
    const CodeWords words(*catalog::standard_catalog().find_codes("ethnic_group"));
    EXPECT_EQ(words.read(Cell{CellKind::number, NumberShape::general, 1, {}}).value(), "01");
    EXPECT_EQ(words.find("汉").value(), "01");
    EXPECT_EQ(words.find("01汉族").value(), "01");
    EXPECT_EQ(words.find("维吾尔").value(), "05");
    EXPECT_FALSE(words.find("火星"));
}

}  // namespace
}  // namespace zhibu::client
