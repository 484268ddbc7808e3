#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {
namespace {

// Source of the fields: the users' field lists (members, applicants) and the rules that name them.
// Numbers are stable: a new field takes the next free one of its block, wherever it stands.
// clang-format off: a table, one line for each field
// NOLINTNEXTLINE(readability-function-size): a table, one line for each field
Kind person() {
    return about_a_person(Kind{1, "person", {"人员", "Person"}, "", {"organisation", "moving_to"}, Writers::scope, {
        // Identity.
        text(1, "name", "姓名", "Name", 50).must().ask().personal().called("名字|党员姓名|申请人姓名"),
        code(2, "sex", "性别", "Sex", "sex").must().ask().personal(),
        code(3, "ethnic_group", "民族", "Ethnic group", "ethnic_group").counted().personal().called("族别"),
        day(4, "birth_date", "出生日期", "Birth date").happened().must().ask().personal().called("出生年月|生日|出生时间|出生年月日|出生"),
        text(5, "id_number", "身份证号", "Id number", 18).compact().must().ask().sensitive().called("身份证号码|身份证|公民身份号码|公民身份证号|证件号码|居民身份证号"),
        text(6, "native_place", "籍贯", "Native place", 50).counted().personal().called("祖籍|原籍"),
        text(7, "mobile", "手机", "Mobile", 11).compact().counted().personal().called("手机号|手机号码|移动电话|联系手机|本人手机"),
        tags(8, "phones", "联系电话", "Telephones", 30).personal().called("电话|固定电话|办公电话|联系方式"),
        text(9, "email", "电子邮箱", "E-mail", 100).personal().called("邮箱|电子邮件|E-mail|Email"),
        text(10, "address", "家庭住址", "Home address", 200).personal().called("住址|家庭地址|居住地址|现住址"),
        code(11, "marital_status", "婚姻状况", "Marital status", "marital_status").personal().called("婚否"),
        code(12, "category", "人员类别", "Category", "person_category").counted().called("类别|身份类别"),
        ref(13, "organisation", "所属支部", "Branch", "organisation").must().ask().called("支部|所在支部|党支部|所在党支部|所属党支部|组织|所属组织"),
        code(14, "stage", "阶段", "Stage", "person_stage").must().ask().called("人员阶段|党员状态|人员状态|党员类别"),
        // While a letter is under way: who sees the person beside the own branch.
        ref(15, "moving_to", "转接中的转入组织", "On the way to", "organisation").ask(),

        // Work.
        month(20, "work_start_date", "参加工作日期", "Started work").happened().called("参加工作时间|参加工作年月|工作日期|参工时间|何时参加工作"),
        code(21, "work_post", "工作岗位或身份", "Work post", "work_post").counted().called("工作岗位|岗位|身份|职业|工作岗位(身份)"),
        month(22, "post_start_date", "岗位开始日期", "In post since").happened().counted().called("任现岗位日期|岗位开始时间|现岗位开始日期"),
        code(23, "front_line", "一线情况", "Front line", "front_line").counted().called("工作一线|一线"),
        code(24, "title", "专业技术职务", "Professional title", "professional_title").called("职称|专业技术职称|技术职务"),
        code(25, "title_level", "职务级别", "Title level", "title_level").called("职称级别|专业技术职务级别"),
        month(26, "title_appointed_on", "聘任日期", "Title held since").happened().called("职称聘任日期|聘任时间"),
        code(27, "new_social_stratum", "新的社会阶层", "New social stratum", "new_social_stratum"),
        code(28, "political_status", "政治面貌", "Political status", "political_status").personal().called("政治身份"),
        code(29, "education", "学历", "Highest education", "education").counted().called("最高学历|文化程度"),
        code(30, "degree", "学位", "Highest degree", "degree").called("最高学位"),

        // Applicants, activists, development targets.
        day(40, "application_date", "申请入党日期", "Applied on").happened().ask().called("申请入党时间|递交入党申请书日期|入党申请日期"),
        day(41, "talk_date", "谈话日期", "Talk held on").happened().called("谈话时间"),
        day(42, "activist_date", "列为积极分子日期", "Activist since").happened().ask().called("列为入党积极分子日期|确定为积极分子日期|列为入党积极分子时间|积极分子日期"),
        day(43, "target_date", "列为发展对象日期", "Development target since").happened().ask().called("确定为发展对象日期|列为发展对象时间|发展对象日期"),
        day(44, "notice_start", "公示开始日期", "Notice from"),
        day(45, "notice_end", "公示结束日期", "Notice until"),
        day(46, "review_date", "政治审查日期", "Political review on").happened().called("政审日期"),
        text(47, "review_result", "政治审查结论", "Political review's result", 100).sensitive().called("政审结论"),
        day(48, "pre_review_date", "预审日期", "Pre-review on").happened(),
        ref(49, "mentor_1", "培养联系人一", "Mentor 1", "person").called("培养联系人|培养联系人1|第一培养联系人"),
        ref(50, "mentor_2", "培养联系人二", "Mentor 2", "person").called("培养联系人2|第二培养联系人"),
        integer(51, "plan_year", "计划发展年度", "Plan year").ask().called("计划年度|发展年度"),
        text(52, "cultivation_reason", "移出计划或终止培养原因", "Why taken off the plan or ended", 500),

        // Membership.
        day(60, "meeting_date", "支部大会日期", "Branch meeting on").happened().ask().called("支部大会通过日期"),
        day(61, "join_date", "加入中共组织日期", "Joined on").happened().ask().called("入党日期|入党时间|加入党组织日期|加入组织日期|入党年月|何时入党|加入党组织时间"),
        code(62, "join_type", "加入类型", "Join type", "join_type").ask().called("加入中共组织类型|入党类型|加入组织类型"),
        ref(63, "approved_by", "批准入党的党组织", "Approved by", "organisation").ask().called("批准入党党组织"),
        day(64, "approval_date", "审批日期", "Approved on").happened().ask().called("党委审批日期|批准日期"),
        text(65, "form_number", "入党志愿书编号", "Application form number", 30).compact().ask().called("志愿书编号|入党志愿书号"),
        text(66, "document_number", "批准文件号", "Approving document", 50).called("批准文号"),
        ref(67, "introducer_1", "入党介绍人一", "Introducer 1", "person").called("入党介绍人|入党介绍人1|介绍人"),
        ref(68, "introducer_2", "入党介绍人二", "Introducer 2", "person").called("入党介绍人2"),
        day(69, "oath_date", "入党宣誓日期", "Oath on").happened().called("宣誓日期"),
        code(70, "conversion_outcome", "转正情况", "Conversion", "conversion_outcome").ask().called("转正类型"),
        day(71, "conversion_date", "转正日期", "Converted on").happened().ask().called("转正时间"),
        day(72, "conversion_meeting_date", "转正支部大会日期", "Conversion meeting on").happened().ask(),
        day(73, "conversion_approval_date", "转正审批日期", "Conversion approved on").happened().ask(),
        integer(74, "extension_months", "延长预备期月数", "Probation extended by (months)").ask(),
        text(75, "conversion_reason", "转正情况原因", "Conversion's reason", 500),
        text(76, "report_reference", "报备情况", "Reported to the department", 200).called("已与组织部报备"),
        text(77, "correction_reason", "更正原因", "Reason of the correction", 500),

        // Dues.
        code(80, "dues_basis", "党费计算依据", "Dues basis", "dues_basis").called("党费基数类型"),
        money(81, "dues_base", "党费计算基数", "Dues base").personal().called("计算基数|党费基数"),
        money(82, "dues_monthly", "月缴纳金额", "Monthly dues").counted().called("党费月缴纳金额|月缴党费|每月党费|党费金额"),
        day(83, "dues_paid_until", "党费缴至", "Dues paid until").greatest().called("党费缴纳截止日期|党费交至|党费缴纳至"),
        day(84, "dues_base_reviewed_on", "党费基数核定日期", "Dues base reviewed on").happened().greatest(),
        text(85, "dues_approval", "少交免交批准文件", "Reduction's approval", 100),
        boolean(86, "dues_large_confirmed", "大额党费已确认", "Large dues confirmed"),

        // Whereabouts and leaving.
        boolean(90, "unreachable", "联系不上", "Unreachable").called("失联|是否失联"),
        day(91, "unreachable_since", "失去联系日期", "Unreachable since").happened().called("失联日期"),
        code(92, "leaving_reason", "离开原因", "Leaving reason", "leaving_reason").ask(),
        day(93, "left_on", "离开日期", "Left on").happened().ask(),
        code(94, "abroad_status", "出国情况", "Abroad", "abroad_status"),
        code(95, "party_post", "党内职务", "Party post", "party_post").called("党务职务|支部职务"),
        day(96, "confirmed_on", "信息核实日期", "Confirmed on").happened().greatest(),
        note(97, "explanation", "说明", "Explanation").called("情况说明"),
        note(98, "remark", "备注", "Remark").called("备考"),
        ref(99, "joined_from", "并入的重复记录", "Joined from", "person"),
    }});
}

// clang-format on

}  // namespace

std::vector<Kind> person_kinds() { return {person()}; }

}  // namespace zhibu::catalog::detail
