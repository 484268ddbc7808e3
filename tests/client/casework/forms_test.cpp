#include "client/words/casework_forms.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>
#include <string>

#include "client/casework/casework.hpp"
#include "client/words/words.hpp"
#include "shared/record/id.hpp"
#include "tests/client/casework/machine.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::client::test {
namespace {

using server::test::applicant;
using server::test::text;

TEST(CaseForm, DrawsTheContentThroughTheCatalogInBothLanguages) {
    Court court;
    Machine secretary{court, court.secretary_a};
    const record::RecordId person = court.new_id();
    secretary.clock.advance(server::test::hour_ms);
    secretary.commit(creation("person", person, applicant(court.branch_a, 1)));
    secretary.synchronise();
    const auto zh = case_form(*secretary.replica, words(), secretary.only_case(), Language::zh);
    EXPECT_EQ(zh.at("state_text").as_string(), "待处理");
    EXPECT_EQ(zh.at("changes").as_int64(), 1);
    EXPECT_EQ(zh.at("reasons").as_array().at(0).at("rule").as_string(), "wrong_clock");
    const auto& change = zh.at("content").as_array().at(0);
    EXPECT_EQ(change.at("kind_text").as_string(), "人员");
    EXPECT_EQ(change.at("operation_text").as_string(), "新增");
    // Whom it is about says the change itself: the record never came to be.
    EXPECT_EQ(change.at("name").as_string(), "王明");
    EXPECT_EQ(change.at("fields").as_array().at(0).at("label").as_string(), "姓名");
    EXPECT_EQ(change.at("fields").as_array().at(0).at("value").as_string(), "王明");
    const auto en = case_form(*secretary.replica, words(), secretary.only_case(), Language::en);
    EXPECT_EQ(en.at("state_text").as_string(), "Waiting");
    EXPECT_EQ(en.at("content").as_array().at(0).at("operation_text").as_string(), "new");
}

TEST(OwnGroupForm, SaysWhatItIsAbout) {
    Court court;
    Machine secretary{court, court.secretary_a};
    const record::RecordId person = court.new_id();
    secretary.commit(creation("person", person, applicant(court.branch_a, 1)));
    const auto groups = secretary.replica->own_groups(1);
    ASSERT_TRUE(groups);
    const auto form = own_group_form(*secretary.replica, words(), groups->front(), Language::zh);
    const auto& about = form.at("about");
    EXPECT_EQ(about.at("kind").as_string(), "person");
    EXPECT_EQ(about.at("kind_text").as_string(), "人员");
    EXPECT_EQ(about.at("name").as_string(), "王明");
    EXPECT_EQ(about.at("record").as_string(), to_text(person));
}

TEST(ConflictForm, NamesRecordFieldAndBothValues) {
    Court court;
    Machine first{court, court.secretary_a};
    Machine second{court, court.secretary_a};
    const record::RecordId person = court.new_id();
    first.commit(creation("person", person, applicant(court.branch_a, 1)));
    first.synchronise();
    second.synchronise();
    first.commit(edit("person", person, {{"sex", text("1")}, {"name", text("王一明")}}));
    second.commit(edit("person", person, {{"name", text("王二明")}}));
    first.synchronise();
    second.synchronise();
    const auto form = conflict_form(*second.replica, words(), second.only_conflict(), Language::zh);
    EXPECT_EQ(form.at("label").as_string(), "姓名");
    EXPECT_EQ(form.at("name").as_string(), "王一明");
    EXPECT_EQ(form.at("offered").as_string(), "王二明");
    EXPECT_EQ(form.at("committed").as_string(), "王一明");
    EXPECT_EQ(form.at("now").as_string(), "王一明");
    EXPECT_EQ(form.at("record").as_string(), to_text(person));
    EXPECT_FALSE(form.at("own_loss").as_bool());
    EXPECT_FALSE(form.at("life").as_bool());
}

}  // namespace
}  // namespace zhibu::client::test
