#include "tests/shared/rules/pages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "shared/rules/rules.hpp"

namespace zhibu::rules {
namespace {

TEST(RulePages, AreWhatTheDeclarationsSay) {
    for (const Page& page : pages()) {
        const std::string file = std::string{ZHIBU_DOCS "/"} + std::string{page.file};
        std::ifstream stream{file};
        std::ostringstream text;
        text << stream.rdbuf();
        EXPECT_TRUE(text.str() == page.text())
            << page.file << " is not what the rules say: build/dev/bin/write_rule_pages docs";
    }
}

// The users' rules have 175 numbers: each is declared, or the page says where it is.
TEST(RulePages, NoNumberIsForgotten) {
    struct Section {
        int first;
        int last;
    };

    std::set<std::string> declared;
    for (const Described& rule : described_rules()) {
        std::string id{rule.id};
        while (id.back() >= 'a' && id.back() <= 'z') {
            id.pop_back();
        }
        declared.insert(id);
    }
    std::set<std::string> elsewhere;
    for (const Elsewhere& each : kept_elsewhere()) {
        elsewhere.insert(std::string{each.id});
    }
    int numbers = 0;
    for (const Section& section :
         std::array{Section{101, 116}, Section{201, 222}, Section{301, 316}, Section{401, 416},
                    Section{501, 524}, Section{601, 613}, Section{701, 722}, Section{801, 809},
                    Section{901, 917}, Section{1001, 1020}}) {
        for (int number = section.first; number <= section.last; ++number, ++numbers) {
            const std::string id = "R-" + std::to_string(number);
            EXPECT_NE(declared.contains(id), elsewhere.contains(id)) << id;
        }
    }
    EXPECT_EQ(numbers, 175);
}

TEST(RulePages, EveryRuleNamesItsSource) {
    for (const Described& rule : described_rules()) {
        EXPECT_TRUE(rule.kinds.empty() || !rule.source.empty()) << rule.id;
    }
}

}  // namespace
}  // namespace zhibu::rules
