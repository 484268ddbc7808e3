#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "tests/client/workbench/api/actions_table.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

/// An entry of another device's, as the log brings it.
void receive(Workbench& workbench, std::uint64_t index, record::Effect effect) {
    sync::TailEntry entry;
    entry.entry.index = {index};
    entry.entry.origin.device = record::DeviceId{record_id(77).uuid};
    entry.entry.origin.sequence = {3};
    entry.entry.author = record_id(78);
    entry.entry.action = "edit";
    entry.entry.committed_at = noon;
    entry.entry.effects.push_back(std::move(effect));
    ASSERT_TRUE(ask_and_wait(*workbench.desk, [&](Replica& replica) {
        return replica.apply_tail(std::vector{entry}, {index});
    }));
}

record::Effect changed(std::uint64_t of, std::string_view field, record::Value value,
                       std::uint64_t index, bool retired = false) {
    record::Effect effect;
    effect.sort = record::Effect::Sort::changed;
    effect.state.key = {standard_kind("person").id(), record_id(of)};
    effect.state.retired = retired;
    effect.state.life_changed_at = {retired ? index : 3};
    if (!field.empty()) {
        effect.state.set(standard_kind("person").field(field).id(), std::move(value), {index});
    }
    return effect;
}

std::string path_of(std::uint64_t number) {
    return "/api/records/person/" + id(number) + "/history";
}

TEST(History, SaysWhoWhenWhatWasAndWhatIs) {
    Workbench workbench;
    receive(workbench, 8, changed(20, "native_place", std::string{"宁波"}, 8));
    receive(workbench, 9, changed(20, "", {}, 9, true));
    const Answer history = workbench.get(path_of(20), {{"lang", "en"}});
    ASSERT_EQ(history.at("/steps").as_array().size(), 2U) << history.body;
    EXPECT_EQ(history.text("/steps/0/step"), "retired");
    EXPECT_EQ(history.text("/steps/1/step"), "changed");
    EXPECT_EQ(history.text("/steps/1/fields/0/field"), "native_place");
    EXPECT_EQ(history.text("/steps/1/fields/0/before"), "杭州");
    EXPECT_EQ(history.text("/steps/1/fields/0/after"), "宁波");
    EXPECT_EQ(history.text("/steps/1/log_index"), "8");
    EXPECT_EQ(history.text("/steps/1/at"), std::to_string(noon.milliseconds));
    EXPECT_EQ(history.text("/steps/1/action"), "edit");
    EXPECT_EQ(history.text("/steps/1/device_id"), to_text(record_id(77)));
    EXPECT_EQ(history.text("/steps/1/account"), "(elsewhere)");
}

TEST(History, WhatWaitsStandsAsideWithItsStage) {
    Workbench workbench;
    workbench.set(20, "native_place", "温州");
    const Answer history = workbench.get(path_of(20));
    EXPECT_TRUE(history.at("/steps").as_array().empty());
    EXPECT_EQ(history.text("/waiting/0/stage_text"), "待上传");
    EXPECT_EQ(history.text("/waiting/0/fields/0/before"), "杭州");
    EXPECT_EQ(history.text("/waiting/0/fields/0/after"), "温州");
}

TEST(History, WhatChangesNothingIsNoStepAndAStrangerHasNone) {
    Workbench workbench;
    receive(workbench, 8, changed(20, "native_place", std::string{"杭州"}, 8));
    EXPECT_TRUE(workbench.get(path_of(20)).at("/steps").as_array().empty());
    EXPECT_TRUE(workbench.get(path_of(99)).at("/steps").as_array().empty());
    EXPECT_EQ(workbench.get("/api/records/person/x/history").status, 404U);
    EXPECT_EQ(workbench.get("/api/records/ghost/" + id(20) + "/history").status, 404U);
}

TEST(History, WhatLeftTheScopeLeavesNoHistory) {
    Workbench workbench;
    receive(workbench, 8, changed(20, "native_place", std::string{"宁波"}, 8));
    record::Effect gone;
    gone.sort = record::Effect::Sort::evicted;
    gone.state.key = {standard_kind("person").id(), record_id(20)};
    receive(workbench, 9, gone);
    EXPECT_TRUE(workbench.get(path_of(20)).at("/steps").as_array().empty());
}

TEST(Undo, AGroupThatWaitsIsTakenBack) {
    Workbench workbench;
    workbench.set(20, "native_place", "温州");
    const Answer undone = workbench.ask("POST", "/api/groups/1/undo");
    EXPECT_EQ(undone.status, 201U) << undone.body;
    EXPECT_EQ(undone.text("/sequence"), "2");
    EXPECT_EQ(workbench.get("/api/records/person/" + id(20)).text("/fields/native_place/value"),
              "杭州");
    EXPECT_EQ(workbench.ask("POST", "/api/groups/9/undo").status, 404U);
}

TEST(Undo, AnAdmissionGoesBackAsACorrection) {
    Workbench workbench{with_members({man(60, "35", ready()), passed_training(80, 60)})};
    const std::string body = R"({"records":[")" + id(60) +
                             R"("],"inputs":{"join_date":"2026-05-20","approval_date":)"
                             R"("2026-05-28"},"each":{")" +
                             id(60) + R"(":{"form_number":"A-1"}}})";
    ASSERT_EQ(workbench.ask("POST", "/api/actions/admit", {}, body).status, 201U);
    const Answer undone = workbench.ask("POST", "/api/groups/1/undo");
    ASSERT_EQ(undone.status, 201U) << undone.body;
    const Answer person_now = workbench.get("/api/records/person/" + id(60));
    EXPECT_EQ(person_now.text("/fields/stage/value"), "35");
    EXPECT_FALSE(person_now.has("/fields/join_date/value"));
    EXPECT_EQ(person_now.text("/fields/correction_reason/value"), "撤销本机第1组操作");
}

TEST(Undo, WhatWasMadeIsTakenOutOfUse) {
    Workbench workbench{with_members({})};
    const std::string number = id_number_of(day("2001-02-03"), 7);
    const std::string body = R"({"inputs":{"name":"赵七","id_number":")" + number +
                             R"(","sex":"1","birth_date":"2001-02-03","organisation":")" + id(51) +
                             R"(","application_date":"2026-05-20"}})";
    const Answer made = workbench.ask("POST", "/api/actions/add_applicant", {}, body);
    ASSERT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(workbench.ask("POST", "/api/groups/1/undo").status, 201U);
    EXPECT_EQ(workbench.get("/api/records/person/" + made.text("/records/0")).text("/retired"),
              "true");
}

TEST(Undo, WhatHasChangedSinceIsNotOverwritten) {
    Workbench workbench;
    workbench.set(20, "native_place", "温州");
    workbench.set(20, "native_place", "绍兴");
    const Answer refused = workbench.ask("POST", "/api/groups/1/undo", {{"lang", "en"}});
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.text("/error/findings/0/rule"), "undo_superseded");
    EXPECT_EQ(refused.text("/error/findings/0/field"), "native_place");
    EXPECT_EQ(workbench.ask("POST", "/api/groups/2/undo").status, 201U);
    EXPECT_EQ(workbench.get("/api/records/person/" + id(20)).text("/fields/native_place/value"),
              "温州");
    EXPECT_EQ(workbench.ask("POST", "/api/groups/1/undo").status, 201U);
    EXPECT_EQ(workbench.get("/api/records/person/" + id(20)).text("/fields/native_place/value"),
              "杭州");
}

}  // namespace
}  // namespace zhibu::client::test
