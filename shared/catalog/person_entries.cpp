#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {
namespace {

// clang-format off: a table, one line for each field
// NOLINTNEXTLINE(readability-function-size): a table, one line for each field
std::vector<Kind> entries() {
    return {
        Kind{10, "person_education", {"学历学位", "Education"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            code(2, "education", "学历", "Education", "education").must(),
            code(3, "degree", "学位", "Degree", "degree"),
            text(4, "school", "院校", "School", 100).called("毕业院校|毕业学校"),
            text(5, "subject", "专业", "Subject", 100).called("所学专业"),
            month(6, "graduated_on", "毕业日期", "Graduated on").called("毕业时间"),
            boolean(7, "highest", "是否最高", "Highest"),
        }},
        Kind{11, "person_training", {"培训", "Training"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            code(2, "training_kind", "培训类别", "Kind", "training_kind").must().called("最近培训情况"),
            day(3, "trained_on", "培训日期", "Date").happened().must().called("最近培训日期"),
            code(4, "result", "培训结果", "Result", "training_result").must().called("最近培训结果"),
            text(5, "certificate", "证书号", "Certificate", 50),
            integer(6, "days", "培训天数", "Days"),
            integer(7, "hours", "培训学时", "Hours"),
            note(8, "remark", "备注", "Remark"),
        }},
        Kind{12, "person_appraisal", {"民主评议", "Appraisal"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            integer(2, "year", "年度", "Year").must(),
            code(3, "result", "评议结果", "Result", "appraisal_result").must(),
            code(4, "disposition", "处置情况", "Disposition", "appraisal_disposition"),
            note(5, "remark", "备注", "Remark"),
        }},
        Kind{13, "person_check_in", {"党员报到", "Community check-in"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            day(2, "checked_in_on", "报到日期", "Date").happened().must(),
            text(3, "community", "报到社区", "Community", 100).must(),
            note(4, "remark", "备注", "Remark"),
        }},
        Kind{14, "person_award", {"奖惩", "Awards and disciplinary actions"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            code(2, "award_kind", "奖惩类别", "Kind", "award_kind").must().sensitive(),
            text(3, "name", "奖惩名称", "Award or action", 100).must().sensitive(),
            day(4, "given_on", "日期", "Date").happened().must(),
            text(5, "given_by", "批准机关", "Given by", 100),
            day(6, "ends_on", "影响期止", "In force until"),
            note(7, "remark", "备注", "Remark"),
        }},
        Kind{15, "person_hardship", {"困难党员", "Hardship"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            code(2, "hardship_kind", "困难类别", "Kind", "hardship_kind").must().sensitive(),
            day(3, "since", "开始日期", "Since").happened().must(),
            day(4, "until", "结束日期", "Until"),
            note(5, "help", "帮扶措施", "Help given").sensitive(),
        }},
        Kind{16, "person_abroad", {"出国党员", "Abroad"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            code(2, "abroad_status", "出国情况", "Kind of stay", "abroad_status").must(),
            text(3, "country", "国家或地区", "Country", 50).must(),
            day(4, "since", "出国日期", "Since").must(),
            day(5, "until", "回国日期", "Until"),
            boolean(6, "membership_kept", "保留党籍", "Membership kept"),
            note(7, "remark", "备注", "Remark"),
        }},
        Kind{17, "person_examination", {"培养考察", "Half-yearly examination"}, "person", {}, Writers::scope, {
            owner("人员", "Person", "person"),
            day(2, "examined_on", "考察日期", "Date").happened().must(),
            note(3, "opinion", "考察意见", "Opinion").must(),
        }},
    };
}

// clang-format on

}  // namespace

std::vector<Kind> person_entry_kinds() {
    std::vector<Kind> kinds;
    for (Kind& entry : entries()) {
        kinds.push_back(about_a_person(std::move(entry)));
    }
    return kinds;
}

}  // namespace zhibu::catalog::detail
