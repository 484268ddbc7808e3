#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/server_place.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server::test {
namespace {

/// What a space's story leaves behind.
struct Story {
    std::vector<std::vector<std::uint8_t>> verdicts;
    sync::DigestReply digest;
    std::size_t conflicts = 0;
};

/// Two devices of a branch: an import, a merge, a conflict, a quarantine, a retirement, a move, a
/// second delivery and a fork.
Story tell(Store* store) {
    Court court{store};
    Story story;
    Desk first = court.enrol(court.secretary_a);
    Desk second = court.enrol(court.secretary_a);
    Desk above = court.enrol(court.general_administrator);
    const Desk before_all = second;
    const auto push = [&](Desk& desk, std::vector<record::Change> changes) {
        const auto verdict = court.judge(desk, std::move(changes));
        story.verdicts.push_back(sync::encode(verdict));
        return verdict.index;
    };
    std::vector<RecordId> persons;
    std::vector<record::Change> import;
    for (unsigned i = 1; i <= 20; ++i) {
        persons.push_back(court.new_id());
        import.push_back(create("person", persons.back(), applicant(court.branch_a, i)));
        import.push_back(create("person_education", court.new_id(),
                                {{"owner", Value{persons.back()}}, {"education", text("10")}}));
    }
    const auto seen = record::confirmed_base(push(first, import));
    push(first, {update("person", persons[0], seen, {{"address", text("一路")}})});
    push(second, {update("person", persons[0], seen, {{"address", text("二路")}})});
    push(first, {update("person", persons[0], seen, {{"name", text("王一明")}})});
    push(second, {update("person", persons[0], seen, {{"name", text("王二明")}})});
    push(second,
         {update("person", persons[0], record::own_base(second.last), {{"name", text("王三明")}})});
    push(second, {create("person", court.new_id(), applicant(court.branch_a, 1))});
    push(first, {life("person", persons[1], record::Operation::retire)});
    push(above, {update("person", persons[2], seen, {{"organisation", Value{court.branch_b}}})});
    const auto sealed = first.seal({});
    const auto delivered = court.push(first, {sealed});
    court.restart();
    EXPECT_EQ(court.push(first, {sealed}).receipts, delivered.receipts);
    Desk clone = before_all;
    EXPECT_TRUE(court.push(clone, {clone.seal({})}).refusal);
    EXPECT_TRUE(court.push(clone, {clone.seal({})}).refusal);

    auto reader = court.used_store->open_reader();
    EXPECT_TRUE(reader);
    const ScopeFilter everything{.everything = true, .organisations = {}};
    story.digest = (*reader)->digest(everything).value();
    story.conflicts = (*reader)->conflicts(everything, 100).value().size();
    court.stop();
    return story;
}

TEST(SqliteStore, TellsTheSameStoryAsTheStoreInMemory) {
    const support::TemporaryDirectory directory;
    auto sqlite = create_sqlite_store(support::server_place(directory.path() / "space.db"),
                                      SpaceIdentity{}, catalog::standard_catalog());
    ASSERT_TRUE(sqlite);
    const Story durable = tell(sqlite->get());
    const Story remembered = tell(nullptr);
    ASSERT_EQ(durable.verdicts.size(), remembered.verdicts.size());
    for (std::size_t i = 0; i < durable.verdicts.size(); ++i) {
        const auto left = sync::decode_verdict(durable.verdicts[i]);
        const auto right = sync::decode_verdict(remembered.verdicts[i]);
        ASSERT_TRUE(left && right);
        EXPECT_EQ(left->outcome, right->outcome) << i;
        EXPECT_EQ(left->index, right->index) << i;
        EXPECT_EQ(left->reasons, right->reasons) << i;
        EXPECT_EQ(left->decisions, right->decisions) << i;
    }
    EXPECT_EQ(durable.digest, remembered.digest);
    EXPECT_EQ(durable.conflicts, 2U);
    EXPECT_EQ(remembered.conflicts, 2U);
}

}  // namespace
}  // namespace zhibu::server::test
