#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/menu_sections.hpp"

namespace zhibu::catalog {
namespace {

using Labels = std::vector<std::string_view>;

void expect_labels(std::string_view kind, const Labels& labels) {
    std::set<std::string_view> there;
    for (const Field& field : standard_catalog().kind(kind).fields) {
        there.insert(field.label.zh);
    }
    for (const std::string_view label : labels) {
        EXPECT_TRUE(there.contains(label)) << kind << " lacks " << label;
    }
}

// Source: the users' field lists, as written there; computed ones (党龄) are no fields.
TEST(StandardKinds, APersonHasEveryFieldOfTheUsersList) {
    expect_labels("person", {"姓名",
                             "性别",
                             "民族",
                             "出生日期",
                             "身份证号",
                             "籍贯",
                             "手机",
                             "联系电话",
                             "电子邮箱",
                             "家庭住址",
                             "参加工作日期",
                             "工作岗位或身份",
                             "岗位开始日期",
                             "一线情况",
                             "专业技术职务",
                             "职务级别",
                             "聘任日期",
                             "学历",
                             "学位",
                             "婚姻状况",
                             "人员类别",
                             "所属支部",
                             "阶段",
                             "申请入党日期",
                             "列为积极分子日期",
                             "列为发展对象日期",
                             "培养联系人一",
                             "培养联系人二",
                             "计划发展年度",
                             "加入中共组织日期",
                             "加入类型",
                             "批准入党的党组织",
                             "入党志愿书编号",
                             "入党介绍人一",
                             "入党介绍人二",
                             "转正情况",
                             "转正日期",
                             "党费计算基数",
                             "月缴纳金额",
                             "党费缴至",
                             "联系不上",
                             "离开原因",
                             "离开日期",
                             "备注"});
    expect_labels("person_education", {"学历", "学位", "院校", "专业", "毕业日期", "是否最高"});
    expect_labels("person_training", {"培训类别", "培训日期", "培训结果", "证书号"});
    expect_labels("person_appraisal", {"年度", "评议结果"});
    expect_labels("person_check_in", {"报到日期"});
    expect_labels("person_award", {"奖惩类别", "奖惩名称", "日期"});
    expect_labels("person_hardship", {"困难类别", "开始日期", "结束日期", "帮扶措施"});
    expect_labels("person_abroad", {"出国情况", "国家或地区", "出国日期", "回国日期", "保留党籍"});
    expect_labels("person_examination", {"考察日期", "考察意见"});
}

TEST(StandardKinds, AnOrganisationHasEveryFieldOfTheUsersList) {
    expect_labels("organisation",
                  {"全称", "简称", "组织代码", "类别", "上级", "成立日期", "批准文号", "单位性质",
                   "书记", "联系人", "地址", "邮编", "电话"});
    expect_labels("organisation_election",
                  {"届次", "选举日期", "任期年数", "应到人数", "实到人数", "选举结果", "批准文件"});
    expect_labels("organisation_review", {"日期", "主题"});
    expect_labels("organisation_pairing", {"结对对象", "开始日期", "结束日期"});
    expect_labels("organisation_appraisal",
                  {"年度", "参评人数", "优秀人数", "合格人数", "基本合格人数", "不合格人数"});
    expect_labels("organisation_congress", {"届次", "召开日期"});
    expect_labels("organisation_change", {"变更类别", "变更日期", "批准文件"});
}

TEST(StandardKinds, LetterDuesAndPlanHaveEveryFieldOfTheUsersList) {
    expect_labels("letter",
                  {"编号", "类型", "人", "转出组织", "转入组织", "转入组织代码", "转入组织名称",
                   "抬头", "党费缴至", "手机", "开出日期", "有效天数", "状态", "回执日期"});
    expect_labels("letter_endorsement", {"日期", "原转入组织", "新转入组织", "原因"});
    expect_labels("dues_payment", {"人", "月起", "月止", "金额", "缴纳日期", "支部"});
    expect_labels("plan", {"组织", "年度", "上报数", "审批数", "领导审核"});
}

TEST(StandardKinds, EveryKindStandsInOneSectionThatAnAccountCanBeKeptFrom) {
    const Catalog& catalog = standard_catalog();
    std::set<std::string_view> named;
    for (const MenuSection& section : menu_sections()) {
        EXPECT_EQ(catalog.kind("account").field(section.permission).refers_to,
                  "account_permission");
        for (const std::string_view kind : section.kinds) {
            EXPECT_NE(catalog.find(kind), nullptr) << kind;
            EXPECT_TRUE(named.insert(kind).second) << kind << " stands twice";
        }
    }
    for (const Kind& kind : catalog.kinds()) {
        EXPECT_NE(menu_section_of(catalog, kind), nullptr) << kind.name << " stands in no section";
    }
    EXPECT_EQ(menu_section_of(catalog, catalog.kind("person_education"))->name, "members");
    EXPECT_EQ(menu_section_of(catalog, catalog.kind("person_appraisal"))->name, "affairs");
}

// Numbers are in logs that are kept for ever.
TEST(StandardKinds, NumbersOfKindsStay) {
    const std::map<std::string_view, int> numbers{{"person", 1},
                                                  {"organisation", 2},
                                                  {"letter", 3},
                                                  {"dues_payment", 4},
                                                  {"plan", 5},
                                                  {"account", 6},
                                                  {"window", 7},
                                                  {"device", 8},
                                                  {"enrolment_code", 9},
                                                  {"person_education", 10},
                                                  {"person_training", 11},
                                                  {"person_appraisal", 12},
                                                  {"person_check_in", 13},
                                                  {"person_award", 14},
                                                  {"person_hardship", 15},
                                                  {"person_abroad", 16},
                                                  {"person_examination", 17},
                                                  {"organisation_election", 20},
                                                  {"organisation_review", 21},
                                                  {"organisation_pairing", 22},
                                                  {"organisation_appraisal", 23},
                                                  {"organisation_congress", 24},
                                                  {"organisation_change", 25},
                                                  {"letter_endorsement", 30},
                                                  {"case", 40},
                                                  {"case_content", 41},
                                                  {"conflict", 42},
                                                  {"person_explanation", 50},
                                                  {"organisation_explanation", 51},
                                                  {"letter_explanation", 52},
                                                  {"account_request", 53},
                                                  {"export", 54},
                                                  {"incident", 60},
                                                  {"erasure", 61}};
    std::map<std::string_view, int> found;
    for (const Kind& kind : standard_catalog().kinds()) {
        found[kind.name] = kind.number;
    }
    EXPECT_EQ(found, numbers);
}

TEST(StandardKinds, IdentityAndMembershipFactsAreAsked) {
    const Kind& person = standard_catalog().kind("person");
    for (const char* name : {"name",
                             "sex",
                             "birth_date",
                             "id_number",
                             "organisation",
                             "stage",
                             "application_date",
                             "activist_date",
                             "target_date",
                             "plan_year",
                             "meeting_date",
                             "join_date",
                             "join_type",
                             "approved_by",
                             "approval_date",
                             "form_number",
                             "conversion_outcome",
                             "conversion_date",
                             "extension_months",
                             "leaving_reason",
                             "left_on"}) {
        EXPECT_EQ(person.field(name).policy, MergePolicy::ask) << name;
    }
    EXPECT_EQ(person.field("dues_paid_until").policy, MergePolicy::max);
    EXPECT_EQ(person.field("phones").policy, MergePolicy::unite);
    EXPECT_EQ(person.field("mobile").policy, MergePolicy::later);
}

TEST(StandardKinds, WhatAHigherOrganisationOwnsIsItsOwn) {
    const Catalog& catalog = standard_catalog();
    for (const char* name : {"name", "code", "type", "parent"}) {
        EXPECT_EQ(catalog.kind("organisation").field(name).policy, MergePolicy::authority) << name;
    }
    EXPECT_EQ(catalog.kind("plan").field("approved").policy, MergePolicy::authority);
    for (const char* kind : {"account", "window", "device", "enrolment_code"}) {
        EXPECT_EQ(catalog.kind(kind).writers, Writers::administrator) << kind;
        EXPECT_EQ(catalog.kind(kind).placed_by, (std::vector<std::string_view>{"organisation"}));
        for (const Field& field : catalog.kind(kind).fields) {
            EXPECT_EQ(field.policy, MergePolicy::authority) << kind << '.' << field.name;
        }
    }
}

TEST(StandardKinds, OfDecisionsTheFirstStands) {
    for (const char* kind : {"case", "conflict"}) {
        EXPECT_EQ(standard_catalog().kind(kind).writers, Writers::decider) << kind;
        for (const char* field : {"state", "remark"}) {
            EXPECT_EQ(standard_catalog().kind(kind).field(field).policy, MergePolicy::first)
                << kind << '.' << field;
        }
    }
    EXPECT_EQ(standard_catalog().kind("case_content").writers, Writers::server);
    EXPECT_EQ(standard_catalog().kind("case_content").field("content").confidentiality,
              Confidentiality::sensitive);
}

TEST(StandardKinds, NothingAboutAPersonIsMerelyInternal) {
    for (const Kind& kind : standard_catalog().kinds()) {
        if (kind.name != "person" && kind.owner != "person") {
            continue;
        }
        for (const Field& field : kind.fields) {
            EXPECT_NE(field.confidentiality, Confidentiality::internal)
                << kind.name << '.' << field.name;
        }
    }
    EXPECT_EQ(standard_catalog().kind("person").field("id_number").confidentiality,
              Confidentiality::sensitive);
}

TEST(StandardKinds, RecordsStandWhereTheirOrganisationsAre) {
    const Catalog& catalog = standard_catalog();
    using Places = std::vector<std::string_view>;
    EXPECT_EQ(catalog.kind("person").placed_by, (Places{"organisation", "moving_to"}));
    EXPECT_EQ(catalog.kind("letter").placed_by,
              (Places{"sending_organisation", "receiving_organisation"}));
    EXPECT_EQ(catalog.kind("dues_payment").placed_by, Places{"organisation"});
    EXPECT_EQ(catalog.kind("plan").placed_by, Places{"organisation"});
    EXPECT_TRUE(catalog.kind("organisation").placed_by.empty());
}

std::vector<std::string> headers_of(const Field& field) {
    std::vector<std::string> headers{std::string{field.label.zh}, std::string{field.label.en},
                                     std::string{field.name}};
    std::string_view rest = field.also_called;
    while (!rest.empty()) {
        headers.emplace_back(rest.substr(0, rest.find('|')));
        rest.remove_prefix(std::min(rest.size(), headers.back().size() + 1));
    }
    return headers;
}

// Otherwise a roster's column would be read into one of two fields by accident.
TEST(StandardKinds, AHeaderNamesOneField) {
    for (const Kind& kind : standard_catalog().kinds()) {
        std::map<std::string, std::string_view> fields;
        for (const Field& field : kind.fields) {
            for (const std::string& header : headers_of(field)) {
                const auto [at, is_new] = fields.try_emplace(header, field.name);
                EXPECT_TRUE(is_new || at->second == field.name)
                    << kind.name << ": " << header << " is " << at->second << " and " << field.name;
                EXPECT_FALSE(header.empty()) << kind.name << '.' << field.name;
            }
        }
    }
}

TEST(StandardKinds, KnowTheHeadersOfRealRosters) {
    const Kind& person = standard_catalog().kind("person");
    const std::map<std::string, std::string_view> headers{
        {"出生年月", "birth_date"},     {"生日", "birth_date"},        {"出生时间", "birth_date"},
        {"身份证号码", "id_number"},    {"公民身份号码", "id_number"}, {"证件号码", "id_number"},
        {"所在党支部", "organisation"}, {"支部", "organisation"},      {"党支部", "organisation"},
        {"手机号码", "mobile"},         {"入党时间", "join_date"},     {"职称", "title"},
        {"文化程度", "education"}};
    for (const auto& [header, name] : headers) {
        const auto all = headers_of(person.field(name));
        EXPECT_NE(std::ranges::find(all, header), all.end()) << header;
    }
}

// Any list that no field and no rule uses would be dead weight in every program.
TEST(StandardKinds, EveryCodeListIsUsed) {
    // Of dues bands, checks and report cells the engine speaks, not a field.
    std::set<std::string_view> used{"dues_band", "check_severity", "report_cell_kind"};
    for (const Kind& kind : standard_catalog().kinds()) {
        for (const Field& field : kind.fields) {
            used.insert(field.type == FieldType::code ? field.refers_to : "");
        }
    }
    for (const CodeList& list : standard_catalog().code_lists()) {
        EXPECT_TRUE(used.contains(list.name)) << list.name;
    }
}

}  // namespace
}  // namespace zhibu::catalog
