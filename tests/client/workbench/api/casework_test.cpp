#include <gtest/gtest.h>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/client/support/standard_branch.hpp"
#include "tests/client/workbench/api/workbench.hpp"

namespace zhibu::client::test {
namespace {

using record::Value;

Value text(const char* words) { return std::string{words}; }

const record::RecordKey zhang{record::KindNumber{1}, record_id(20)};

std::string packed_name(const char* words) {
    const auto field = standard_kind("person").field("name").id();
    return *sync::packed(record::FieldState{field, text(words), {}});
}

/// A case of an account elsewhere that renames 张三, and a conflict about that name.
std::vector<record::RecordState> waiting() {
    record::Group group;
    group.action = "edit";
    group.changes = {
        {zhang,
         record::Operation::update,
         {{standard_kind("person").field("name").id(), text("张散"), text("张三"), {}}}}};
    const std::vector<record::Reason> reasons{{"wrong_clock", {}, {}, {}}};
    return {
        standard_record("case", record_id(300),
                        {{"number", text("12")},
                         {"state", text("1")},
                         {"changes", std::int64_t{1}},
                         {"reasons", sync::packed(reasons)},
                         {"organisation", record_id(1)}}),
        standard_record("case", record_id(301),
                        {{"number", text("13")}, {"state", text("5")}, {"remark", text("重复")}}),
        standard_record("case_content", record_id(302),
                        {{"case", record_id(300)},
                         {"part", std::int64_t{0}},
                         {"content", sync::content_parts(sync::encode(group)).at(0)},
                         {"organisation", record_id(1)}}),
        standard_record("conflict", record_id(303),
                        {{"number", text("14-1")},
                         {"state", text("1")},
                         {"kind", std::int64_t{zhang.kind.number}},
                         {"record", to_text(zhang.id)},
                         {"field", std::int64_t{1}},
                         {"offered", packed_name("张散")},
                         {"committed", packed_name("张三")},
                         {"organisation", record_id(1)}})};
}

/// The workbench of an officer, before whom these wait.
struct OfficersWorkbench : Workbench {
    OfficersWorkbench() : Workbench{waiting()} {
        sync::Lease lease = lease_until({noon.milliseconds + 72 * hour});
        lease.manages = true;
        give_lease(lease);
    }
};

TEST(ApiCases, AreDecidedByOfficersAlone) {
    Workbench workbench{waiting()};
    const Answer refused = workbench.ask("POST", "/api/cases/12", {}, R"({"decision":"accept"})");
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(refused.text("/error/code"), "not_the_decider");
    EXPECT_EQ(workbench.ask("POST", "/api/conflicts/14-1", {}, R"({"decision":"keep"})").status,
              403U);
    EXPECT_TRUE(workbench.groups_made.empty());
    EXPECT_EQ(workbench.ask("POST", "/api/cases/12", {}, R"({"decision":"withdraw"})").status,
              201U);
}

TEST(ApiCases, AreListedWithReasonsAndContent) {
    OfficersWorkbench workbench;
    const Answer open = workbench.get("/api/cases");
    EXPECT_EQ(open.at("").as_array().size(), 1U);
    EXPECT_EQ(open.text("/0/number"), "12");
    EXPECT_EQ(open.text("/0/organisation"), "第一党支部");
    EXPECT_EQ(open.text("/0/content/0/fields/0/value"), "张散");
    EXPECT_EQ(open.text("/0/content/0/fields/0/previous"), "张三");
    EXPECT_EQ(workbench.get("/api/cases", {{"all", "true"}}).at("").as_array().size(), 2U);
    EXPECT_EQ(workbench.get("/api/cases/13", {{"lang", "en"}}).text("/state_text"), "Discarded");
    EXPECT_FALSE(workbench.get("/api/cases/13").has("/content"));
    EXPECT_EQ(workbench.get("/api/cases/99").status, 404U);
}

TEST(ApiCases, AreDecidedByOneGroup) {
    OfficersWorkbench workbench;
    const Answer refused = workbench.ask("POST", "/api/cases/12", {}, R"({"decision":"discard"})");
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.text("/error/findings/0/rule"), "case_needs_remark");
    const Answer done =
        workbench.ask("POST", "/api/cases/12", {}, R"({"decision":"discard","remark":"重复"})");
    EXPECT_EQ(done.status, 201U);
    EXPECT_EQ(workbench.groups_made, std::vector{record::Sequence{1}});
    EXPECT_EQ(workbench.get("/api/cases/12").text("/state"), "5");
    EXPECT_EQ(workbench.ask("POST", "/api/cases/12", {}, R"({"decision":"accept"})").status, 422U);
}

TEST(ApiCases, AnAmendedGroupComesWithItsChanges) {
    OfficersWorkbench workbench;
    const std::string change = R"({"kind":"person","operation":"update","id":")" +
                               to_text(zhang.id) + R"(","fields":{"name":"张叁"}})";
    const Answer done = workbench.ask("POST", "/api/cases/12", {},
                                      R"({"decision":"amend","changes":[)" + change + "]}");
    EXPECT_EQ(done.status, 201U);
    const Answer groups = workbench.get("/api/groups");
    EXPECT_EQ(groups.text("/0/changes"), "2");
    EXPECT_EQ(workbench.get("/api/records/person/" + to_text(zhang.id)).text("/fields/name/value"),
              "张叁");
}

TEST(ApiCases, AWishThatIsNoneIsRefused) {
    OfficersWorkbench workbench;
    for (const char* body :
         {"", "[]", "{}", R"({"decision":"burn"})", R"({"decision":5})",
          R"({"decision":"accept","more":"x"})", R"({"decision":"amend","changes":[{}]})"}) {
        EXPECT_EQ(workbench.ask("POST", "/api/cases/12", {}, body).status, 400U) << body;
        EXPECT_EQ(workbench.ask("POST", "/api/conflicts/14-1", {}, body).status, 400U) << body;
    }
    EXPECT_TRUE(workbench.groups_made.empty());
}

TEST(ApiConflicts, AreListedAndSettled) {
    OfficersWorkbench workbench;
    const Answer open = workbench.get("/api/conflicts");
    EXPECT_EQ(open.text("/0/number"), "14-1");
    EXPECT_EQ(open.text("/0/offered"), "张散");
    EXPECT_EQ(open.text("/0/now"), "张三");
    EXPECT_TRUE(workbench.get("/api/conflicts", {{"losses", "true"}}).at("").as_array().empty());
    const std::string path = "/api/conflicts/14-1";
    EXPECT_EQ(workbench.ask("POST", path, {}, R"({"decision":"value","value":""})").status, 422U);
    EXPECT_EQ(workbench.ask("POST", path, {}, R"({"decision":"value","value":"张叁"})").status,
              201U);
    EXPECT_EQ(workbench.get("/api/records/person/" + to_text(zhang.id)).text("/fields/name/value"),
              "张叁");
    EXPECT_TRUE(workbench.get("/api/conflicts").at("").as_array().empty());
    EXPECT_EQ(workbench.get("/api/conflicts", {{"all", "true"}}).text("/0/state"), "4");
    EXPECT_EQ(workbench.ask("POST", "/api/conflicts/9-9", {}, R"({"decision":"keep"})").status,
              404U);
}

TEST(ApiGroups, AreSentOnceMoreInOneAction) {
    Workbench workbench;
    EXPECT_EQ(workbench.set(20, "native_place", "宁波").status, 201U);
    EXPECT_EQ(workbench.set(20, "native_place", "杭州").status, 201U);
    const Answer again = workbench.ask("POST", "/api/groups/1/resubmit", {}, "{}");
    EXPECT_EQ(again.status, 201U);
    EXPECT_EQ(again.text("/sequence"), "3");
    EXPECT_EQ(workbench.get("/api/groups").text("/0/action"), "resubmit");
    EXPECT_EQ(workbench.ask("POST", "/api/groups/99/resubmit", {}, "{}").status, 404U);
}

}  // namespace
}  // namespace zhibu::client::test
