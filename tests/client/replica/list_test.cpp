#include <gtest/gtest.h>

#include "tests/client/replica/fixture.hpp"

namespace zhibu::client::test {
namespace {

using record::Operation;
using Relation = Condition::Relation;

class ReplicaList : public testing::Test {
protected:
    ReplicaList() {
        add(11, "林一", "310101198705030018", 100);
        add(12, "王%", "310101199001010026", 300);
        add(13, "王二", "310101199001010034", 200);
        add(14, "赵_a", "", 200);
        device.commit(one({study, record_id(50)}, Operation::create,
                          {{owner, record_id(11)}, {school, "甲"}}));
        device.commit(one({study, record_id(51)}, Operation::create,
                          {{owner, record_id(12)}, {school, "乙"}}));
    }

    void add(std::uint64_t number, const std::string& called, const std::string& id,
             std::int64_t paid) {
        Draft draft = new_person(record_id(number), called);
        auto& fields = draft.changes.front().fields;
        if (!id.empty()) {
            fields.push_back({id_number, id});
        }
        fields.push_back({dues, paid});
        device.commit(draft);
    }

    ListPage list(const ListQuery& query) { return device.replica->list(query).value(); }

    std::string names(const ListQuery& query) {
        std::string text;
        for (const record::RecordState& state : list(query).records) {
            text += record::to_text(state.value(name)) + " ";
        }
        return text;
    }

    ListQuery with(record::FieldNumber field, Relation relation,
                   std::vector<record::Value> values) {
        ListQuery query;
        query.kind = person;
        query.conditions = {{field, relation, std::move(values)}};
        return query;
    }

    Device device;
};

TEST_F(ReplicaList, SearchesNameAndIdNumberTakingWildcardsAsTheyAre) {
    ListQuery query;
    query.kind = person;
    query.search = "王";
    EXPECT_EQ(names(query), "王% 王二 ");
    query.search = "%";
    EXPECT_EQ(names(query), "王% ");
    query.search = "_";
    EXPECT_EQ(names(query), "赵_a ");
    query.search = "19900101";
    EXPECT_EQ(names(query), "王% 王二 ");
    query.search = "' OR 1=1 --";
    EXPECT_EQ(names(query), "");
}

TEST_F(ReplicaList, FindsAnEditedRecordByWhatItHoldsNow) {
    const auto found_by = [this](const std::string& typed) {
        ListQuery query;
        query.kind = person;
        query.search = typed;
        return names(query);
    };
    const auto edit = [this](std::vector<DraftField> fields) {
        device.commit(one({person, record_id(13)}, Operation::update, std::move(fields)));
    };
    EXPECT_EQ(found_by("王二"), "王二 ");
    edit({{name, "周三"}});
    EXPECT_EQ(found_by("王二"), "");
    EXPECT_EQ(found_by("周三"), "周三 ");
    edit({{dues, std::int64_t{900}}});
    EXPECT_EQ(found_by("周三"), "周三 ");
    EXPECT_EQ(names(with(dues, Relation::equal, {std::int64_t{900}})), "周三 ");
    edit({{id_number, record::Empty{}}});
    EXPECT_EQ(found_by("199001010034"), "");
    edit({{name, "郑四"}, {id_number, "310101199001010034"}, {dues, std::int64_t{1}}});
    EXPECT_EQ(found_by("周三"), "");
    EXPECT_EQ(found_by("199001010034"), "郑四 ");
    EXPECT_EQ(names(with(dues, Relation::equal, {std::int64_t{1}})), "郑四 ");
}

TEST_F(ReplicaList, KeepsEachRelation) {
    EXPECT_EQ(names(with(dues, Relation::equal, {std::int64_t{200}})), "王二 赵_a ");
    EXPECT_EQ(names(with(dues, Relation::not_equal, {std::int64_t{200}})), "林一 王% ");
    EXPECT_EQ(names(with(dues, Relation::less, {std::int64_t{200}})), "林一 ");
    EXPECT_EQ(names(with(dues, Relation::not_greater, {std::int64_t{200}})), "林一 王二 赵_a ");
    EXPECT_EQ(names(with(dues, Relation::greater, {std::int64_t{200}})), "王% ");
    EXPECT_EQ(names(with(dues, Relation::not_less, {std::int64_t{300}})), "王% ");
    EXPECT_EQ(names(with(id_number, Relation::empty, {})), "赵_a ");
    EXPECT_EQ(names(with(id_number, Relation::not_empty, {})), "林一 王% 王二 ");
    EXPECT_EQ(names(with(name, Relation::like, {"二"})), "王二 ");
    EXPECT_EQ(names(with(name, Relation::any_of, {"林一", "王二"})), "林一 王二 ");
    EXPECT_EQ(names(with(name, Relation::any_of, {})), "");
}

TEST_F(ReplicaList, OrdersByFieldsAndThenById) {
    ListQuery query;
    query.kind = person;
    query.order = {{dues, true}};
    EXPECT_EQ(names(query), "王% 王二 赵_a 林一 ");
    query.order = {{dues, false}, {name, true}};
    EXPECT_EQ(names(query), "林一 赵_a 王二 王% ");
}

TEST_F(ReplicaList, PagesAndCountsAllThatMatch) {
    ListQuery query;
    query.kind = person;
    query.limit = 2;
    query.offset = 1;
    EXPECT_EQ(names(query), "王% 王二 ");
    EXPECT_EQ(list(query).total, 4U);
    query.offset = 9;
    EXPECT_EQ(names(query), "");
    EXPECT_EQ(list(query).total, 4U);
}

TEST_F(ReplicaList, HidesRetiredRecordsUnlessAsked) {
    device.commit(one({person, record_id(11)}, Operation::retire, {}));
    ListQuery query;
    query.kind = person;
    EXPECT_EQ(list(query).total, 3U);
    query.with_retired = true;
    EXPECT_EQ(list(query).total, 4U);
}

TEST_F(ReplicaList, ShowsOneOwnersEntries) {
    ListQuery query;
    query.kind = study;
    query.owner = record_id(12);
    ASSERT_EQ(list(query).total, 1U);
    EXPECT_EQ(list(query).records.front().value(school), record::Value("乙"));
}

TEST_F(ReplicaList, RefusesWhatNoListCanBe) {
    const auto fault = [&](const ListQuery& query) {
        return device.replica->list(query).error().fault;
    };
    ListQuery query;
    query.kind = record::KindNumber{77};
    EXPECT_EQ(fault(query), ReplicaFault::unknown_kind);
    query.kind = person;
    query.limit = 0;
    EXPECT_EQ(fault(query), ReplicaFault::wrong_value);
    query.limit = 1001;
    EXPECT_EQ(fault(query), ReplicaFault::wrong_value);
    query.limit = 10;
    query.owner = record_id(11);
    EXPECT_EQ(fault(query), ReplicaFault::unknown_field);
    query.owner.reset();
    query.order = {{record::FieldNumber{99}, false}};
    EXPECT_EQ(fault(query), ReplicaFault::unknown_field);
    EXPECT_EQ(fault(with(record::FieldNumber{99}, Relation::equal, {"x"})),
              ReplicaFault::unknown_field);
    EXPECT_EQ(fault(with(name, Relation::equal, {})), ReplicaFault::wrong_value);
    EXPECT_EQ(fault(with(name, Relation::equal, {std::int64_t{1}})), ReplicaFault::wrong_value);
    EXPECT_EQ(fault(with(dues, Relation::like, {"1"})), ReplicaFault::wrong_value);
    EXPECT_EQ(fault(with(name, Relation::any_of, std::vector<record::Value>(10'001, "x"))),
              ReplicaFault::wrong_value);
}

}  // namespace
}  // namespace zhibu::client::test
