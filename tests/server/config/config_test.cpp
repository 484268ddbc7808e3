#include "server/config/config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/rules/rules.hpp"

namespace zhibu::server {
namespace {

std::string one(const rules::ParameterLine& line, int number) {
    return "[rules]\n" + std::string{line.name} + " = " + std::to_string(number) + "\n";
}

TEST(Config, EveryNumberOfTheRulesCanBeSetWithinItsLimits) {
    for (const rules::ParameterLine& line : rules::parameter_table()) {
        for (const int number : {line.least, line.most}) {
            const auto config = parse_config(one(line, number));
            ASSERT_TRUE(config) << line.name;
            EXPECT_EQ(config->rules.*line.member, number) << line.name;
        }
        for (const int number : {line.least - 1, line.most + 1}) {
            const auto config = parse_config(one(line, number));
            ASSERT_FALSE(config) << line.name;
            EXPECT_EQ(config.error().at(0).place, "rules." + std::string{line.name});
        }
    }
}

TEST(Config, WhatIsWrittenIsReadAgain) {
    Config changed;
    changed.listen_port = 1;
    changed.rules.extra_divisions = {"99"};
    for (const rules::ParameterLine& line : rules::parameter_table()) {
        changed.rules.*line.member = line.most;
    }
    const auto again = parse_config(to_toml(changed));
    ASSERT_TRUE(again);
    EXPECT_EQ(to_toml(*again), to_toml(changed));
    EXPECT_EQ(again->rules.password_days, 1200);
}

TEST(Config, ARunningServerTakesWhatItCanAndNamesTheRest) {
    Config running;
    Config wanted = running;
    EXPECT_TRUE(take_while_running(running, wanted).taken.empty());
    wanted.lease_hours = 24;
    wanted.log_level = "debug";
    wanted.listen_port = 1;
    wanted.rules.extra_divisions = {"99"};
    const ConfigTaken result = take_while_running(running, wanted);
    EXPECT_EQ(result.taken, (std::vector<std::string>{"leases.hours", "log.level"}));
    EXPECT_EQ(result.needs_restart,
              (std::vector<std::string>{"listen.port", "rules.extra_divisions"}));
    EXPECT_EQ(running.lease_hours, 24);
    EXPECT_EQ(running.log_level, "debug");
    EXPECT_EQ(running.listen_port, Config{}.listen_port);
    EXPECT_TRUE(running.rules.extra_divisions.empty());
}

TEST(Config, AnUnknownNumberIsAnError) {
    EXPECT_FALSE(parse_config("[rules]\nactivist_after_month = 6\n"));
}

}  // namespace
}  // namespace zhibu::server
