#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <set>
#include <string_view>

#include "shared/catalog/catalog.hpp"

namespace zhibu::catalog {
namespace {

const CodeList& list(std::string_view name) {
    const CodeList* found = standard_catalog().find_codes(name);
    EXPECT_NE(found, nullptr) << name;
    return *found;
}

TEST(CodeLists, HaveAsManyCodesAsTheirSources) {
    const std::map<std::string_view, std::size_t> sizes{{"abroad_status", 9},
                                                        {"account_level", 3},
                                                        {"account_nature", 3},
                                                        {"account_permission", 2},
                                                        {"account_request_kind", 4},
                                                        {"account_request_state", 3},
                                                        {"account_state", 3},
                                                        {"admin_division", 34},
                                                        {"appraisal_disposition", 5},
                                                        {"appraisal_result", 6},
                                                        {"award_kind", 2},
                                                        {"case_state", 6},
                                                        {"check_severity", 2},
                                                        {"conflict_state", 6},
                                                        {"conversion_outcome", 6},
                                                        {"degree", 4},
                                                        {"device_state", 3},
                                                        {"dues_band", 6},
                                                        {"dues_basis", 9},
                                                        {"education", 40},
                                                        {"election_kind", 7},
                                                        {"export_kind", 5},
                                                        {"ethnic_group", 58},
                                                        {"front_line", 7},
                                                        {"hardship_kind", 10},
                                                        {"incident_sort", 4},
                                                        {"join_type", 8},
                                                        {"leaving_reason", 13},
                                                        {"letter_state", 9},
                                                        {"letter_validity", 3},
                                                        {"marital_status", 5},
                                                        {"new_social_stratum", 10},
                                                        {"org_change", 8},
                                                        {"org_type", 10},
                                                        {"party_post", 17},
                                                        {"person_category", 3},
                                                        {"person_stage", 9},
                                                        {"political_status", 13},
                                                        {"professional_title", 122},
                                                        {"report_cell_kind", 3},
                                                        {"sex", 4},
                                                        {"title_level", 6},
                                                        {"training_kind", 9},
                                                        {"training_result", 5},
                                                        {"transfer_type", 7},
                                                        {"work_post", 41}};
    std::map<std::string_view, std::size_t> found;
    for (const CodeList& each : standard_catalog().code_lists()) {
        found[each.name] = each.codes.size();
    }
    EXPECT_EQ(found, sizes);
}

TEST(CodeLists, KeepLeadingZerosAndTheFilesOrder) {
    EXPECT_EQ(list("political_status").codes.front().code, "01");
    EXPECT_EQ(list("join_type").find("02")->label.zh, "团员推优");
    EXPECT_EQ(list("join_type").find("2"), nullptr);
    EXPECT_EQ(list("person_stage").codes[4].code, "40");
}

TEST(CodeLists, HaveNoNobodysProvince) {
    // Test committees let 99 in by a parameter; the product's own list has no such place.
    EXPECT_EQ(list("admin_division").find("99"), nullptr);
    EXPECT_NE(list("admin_division").find("31"), nullptr);
}

TEST(CodeLists, HaveDifferentNamesWithinAList) {
    for (const CodeList& each : standard_catalog().code_lists()) {
        std::set<std::string_view> zh;
        std::set<std::string_view> en;
        for (const Code& code : each.codes) {
            EXPECT_TRUE(zh.insert(code.label.zh).second) << each.name << ' ' << code.label.zh;
            EXPECT_TRUE(en.insert(code.label.en).second) << each.name << ' ' << code.label.en;
        }
    }
}

// A name that is another entry's code would be read as that code.
TEST(CodeLists, NamesAreNoCodes) {
    for (const CodeList& each : standard_catalog().code_lists()) {
        for (const Code& code : each.codes) {
            EXPECT_EQ(each.find(code.label.zh), nullptr) << each.name;
            EXPECT_EQ(each.find(code.label.en), nullptr) << each.name;
        }
    }
}

}  // namespace
}  // namespace zhibu::catalog
