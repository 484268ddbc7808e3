#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;

std::string text(std::string_view rule, Language language,
                 const std::vector<record::Parameter>& parameters = {}) {
    return message(rule, language, parameters);
}

TEST(Messages, EveryIdHasOneTextInBothLanguages) {
    std::set<std::string_view> ids;
    for (const std::string_view id : known_rules()) {
        EXPECT_TRUE(ids.insert(id).second) << id;
        const std::string zh = text(id, Language::zh);
        const std::string en = text(id, Language::en);
        EXPECT_TRUE(zh.ends_with("。")) << id << ": " << zh;
        EXPECT_TRUE(en.ends_with(".")) << id << ": " << en;
        EXPECT_NE(zh, en);
        EXPECT_EQ(zh.find_first_of("{}"), std::string::npos) << zh;
        EXPECT_EQ(en.find_first_of("{}"), std::string::npos) << en;
    }
}

TEST(Messages, EnglishTextsAreInEnglish) {
    for (const std::string_view id : known_rules()) {
        for (const char c : text(id, Language::en, {{"字段", ""}, {"field", ""}})) {
            // "—" stands for a parameter that is not there; no other letter beyond ASCII.
            EXPECT_TRUE(static_cast<unsigned char>(c) < 0x80 || c == '\xe2' || c == '\x80' ||
                        c == '\x94')
                << id;
        }
    }
}

TEST(Messages, TheServersReasonsAreThere) {
    std::set<std::string_view> ids;
    for (const std::string_view id : known_rules()) {
        ids.insert(id);
    }
    for (const char* id : {"R-112",
                           "R-901",
                           "R-905",
                           "R-906",
                           "R-907",
                           "R-908",
                           "R-909",
                           "R-917",
                           "outside_window",
                           "wrong_clock",
                           "account_disabled",
                           "account_deleted",
                           "author_unknown",
                           "out_of_scope",
                           "code_valid_too_long",
                           "server_only",
                           "unknown_kind",
                           "unknown_field",
                           "wrong_type",
                           "too_long",
                           "negative",
                           "not_one_line",
                           "invisible_or_bidi",
                           "month_not_allowed",
                           "required_missing",
                           "record_missing",
                           "record_exists",
                           "record_retired",
                           "reference_missing",
                           "reference_retired",
                           "malformed_change",
                           "base_unknown",
                           "owner_changed",
                           "depends_on_quarantined",
                           "behind_gap",
                           "fork",
                           "group_too_large",
                           "evicted"}) {
        EXPECT_TRUE(ids.contains(id)) << id;
        EXPECT_EQ(severity_of(id), Severity::refuse) << id;
    }
}

TEST(Messages, AParameterIsPutIn) {
    EXPECT_EQ(text("too_long", Language::zh, {{"字段", "姓名"}, {"上限", "50"}}),
              "“姓名”超过50个字符。");
    EXPECT_EQ(text("too_long", Language::en, {{"field", "Name"}, {"limit", "50"}}),
              "\"Name\" is longer than 50 characters.");
}

TEST(Messages, AParametersOwnBracesAreOnlyText) {
    EXPECT_EQ(text("R-116", Language::zh, {{"字段", "{字段}{"}}), "“{字段}{”不能晚于今天。");
}

TEST(Messages, AMissingParameterIsADash) {
    EXPECT_EQ(text("R-116", Language::zh), "“—”不能晚于今天。");
}

TEST(Messages, AnIdOfANewerProgramIsShownAsItself) {
    EXPECT_EQ(text("R-9999", Language::zh), "R-9999");
    EXPECT_EQ(severity_of("R-9999"), Severity::warn);
}

TEST(Judge, AnUnknownKindHasNoRules) {
    Shelf shelf;
    record::RecordState state;
    state.key.kind = record::KindNumber{999};
    EXPECT_TRUE(judge(Case{catalog::standard_catalog(), Parameters{}, shelf, nullptr, state,
                           date("2026-11-24")})
                    .empty());
}

TEST(Judge, EveryRuleNamesFieldsThatItsKindsHave) {
    const auto words_of = [](std::string_view text) {
        std::istringstream in{std::string{text}};
        return std::vector<std::string>{std::istream_iterator<std::string>{in}, {}};
    };
    for (const Described& rule : described_rules()) {
        if (rule.kinds == "*") {
            continue;
        }
        for (const std::string& kind : words_of(rule.kinds)) {
            const catalog::Kind* found = catalog::standard_catalog().find(kind);
            ASSERT_NE(found, nullptr) << rule.id << ": " << kind;
            for (const std::string& field : words_of(rule.fields)) {
                EXPECT_TRUE(field == "retired" || found->find(field) != nullptr)
                    << rule.id << ": " << kind << "." << field;
            }
        }
    }
}

// A value of another type than the catalog's comes from a newer program; it is no rule's business.
TEST(Judge, ValuesOfOtherTypesAreLeftAlone) {
    Shelf shelf;
    for (const catalog::Kind& kind : catalog::standard_catalog().kinds()) {
        record::RecordState state;
        state.key = record::RecordKey{kind.id(), {}};
        for (const catalog::Field& field : kind.fields) {
            const bool is_flag = field.type == catalog::FieldType::boolean;
            state.set(field.id(), is_flag ? record::Value{std::int64_t{7}} : record::Value{true},
                      record::LogIndex{1});
        }
        const Parameters parameters;
        for (const Finding& finding : judge(Case{catalog::standard_catalog(), parameters, shelf,
                                                 nullptr, state, date("2026-11-24")})) {
            ADD_FAILURE() << kind.name << ": " << finding.rule;
        }
    }
}

}  // namespace
}  // namespace zhibu::rules
