#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {
namespace {

// clang-format off: tables, one line for each field
Kind organisation() {
    return Kind{2, "organisation", {"党组织", "Organisation"}, "", {}, Writers::scope, {
        text(1, "name", "全称", "Full name", 100).must().above().called("党组织名称|组织名称|名称|组织全称"),
        text(2, "short_name", "简称", "Short name", 50).called("组织简称"),
        text(3, "code", "组织代码", "Code", 30).compact().must().above().called("党组织代码|代码"),
        code(4, "type", "类别", "Type", "org_type").must().above().called("党组织类别|组织类别"),
        ref(5, "parent", "上级", "Superior", "organisation").above().called("上级党组织|上级组织"),
        day(6, "founded_on", "成立日期", "Founded on").happened().above().called("建立日期|成立时间"),
        text(7, "approval_number", "批准文号", "Approval number", 50).above().called("批准成立文号"),
        text(8, "unit_nature", "单位性质", "Nature of the unit", 50),
        ref(9, "secretary", "书记", "Secretary", "person").counted(),
        text(10, "contact", "联系人", "Contact", 50).personal(),
        text(11, "address", "地址", "Address", 200),
        text(12, "postcode", "邮编", "Postcode", 6).called("邮政编码"),
        text(13, "phone", "电话", "Telephone", 30).called("联系电话"),
        text(14, "keeper", "专管人员", "Keeper", 50).personal(),
        integer(15, "units", "覆盖单位数", "Units covered"),
        day(16, "confirmed_on", "信息核实日期", "Confirmed on").happened().greatest(),
        note(17, "explanation", "说明", "Explanation"),
        note(18, "remark", "备注", "Remark"),
    }};
}

// NOLINTNEXTLINE(readability-function-size): a table, one line for each field
std::vector<Kind> entries() {
    return {
        Kind{20, "organisation_election", {"换届选举", "Election"}, "organisation", {}, Writers::scope, {
            owner("党组织", "Organisation", "organisation"),
            code(2, "election_kind", "选举类别", "Kind", "election_kind").must(),
            integer(3, "term_number", "届次", "Term number"),
            day(4, "elected_on", "选举日期", "Date").happened().must(),
            integer(5, "term_years", "任期年数", "Term in years"),
            integer(6, "entitled", "应到人数", "Entitled to vote"),
            integer(7, "present", "实到人数", "Present"),
            note(8, "result", "选举结果", "Result"),
            text(9, "document", "批准文件", "Document", 100),
            text(10, "report_reference", "报备情况", "Reported to the department", 200),
            day(11, "postponed_until", "延期至", "Postponed until"),
        }},
        Kind{21, "organisation_review", {"通报和评议", "Report and review"}, "organisation", {}, Writers::scope, {
            owner("党组织", "Organisation", "organisation"),
            day(2, "held_on", "日期", "Date").happened().must(),
            text(3, "subject", "主题", "Subject", 200).must(),
            integer(4, "present", "参加人数", "Present"),
            note(5, "result", "结果", "Result"),
        }},
        Kind{22, "organisation_pairing", {"双结对", "Pairing"}, "organisation", {}, Writers::scope, {
            owner("党组织", "Organisation", "organisation"),
            text(2, "partner", "结对对象", "Partner", 100).must(),
            day(3, "since", "开始日期", "Since").must(),
            day(4, "until", "结束日期", "Until"),
            note(5, "remark", "备注", "Remark"),
        }},
        Kind{23, "organisation_appraisal", {"组织民主评议", "Appraisal of members"}, "organisation", {}, Writers::scope, {
            owner("党组织", "Organisation", "organisation"),
            integer(2, "year", "年度", "Year").must(),
            day(3, "held_on", "评议日期", "Date").happened(),
            integer(4, "participants", "参评人数", "Took part"),
            integer(5, "excellent", "优秀人数", "Excellent"),
            integer(6, "qualified", "合格人数", "Qualified"),
            integer(7, "basically_qualified", "基本合格人数", "Basically qualified"),
            integer(8, "not_qualified", "不合格人数", "Not qualified"),
            integer(9, "not_graded", "不评定等次人数", "Not graded"),
            note(10, "remark", "备注", "Remark"),
        }},
        Kind{24, "organisation_congress", {"党代会", "Congress"}, "organisation", {}, Writers::scope, {
            owner("党组织", "Organisation", "organisation"),
            integer(2, "congress_number", "届次", "Number").must(),
            day(3, "held_on", "召开日期", "Held on").happened().must(),
            integer(4, "delegates", "代表人数", "Delegates"),
            note(5, "result", "结果", "Result"),
        }},
        Kind{25, "organisation_change", {"组织变更", "Change of organisation"}, "organisation", {}, Writers::scope, {
            owner("党组织", "Organisation", "organisation"),
            code(2, "change_kind", "变更类别", "Kind", "org_change").must(),
            day(3, "changed_on", "变更日期", "Date").happened().must(),
            text(4, "document", "批准文件", "Approving document", 100).counted(),
            ref(5, "other", "相关组织", "Other organisation", "organisation"),
            note(6, "remark", "备注", "Remark"),
        }},
    };
}

// clang-format on

}  // namespace

std::vector<Kind> organisation_kinds() {
    std::vector<Kind> kinds{organisation()};
    for (Kind& entry : entries()) {
        kinds.push_back(std::move(entry));
    }
    return kinds;
}

}  // namespace zhibu::catalog::detail
