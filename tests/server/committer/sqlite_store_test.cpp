#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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

std::unique_ptr<StoreReader> reader_of(Court& court) {
    auto reader = court.used_store->open_reader();
    EXPECT_TRUE(reader);
    return *std::move(reader);
}

/// An officer's decision to accept the group that was set aside at that position.
record::Change acceptance(Court& court, LogIndex aside) {
    const auto& kind = catalog::standard_catalog().kind("case");
    const auto reader = reader_of(court);
    const auto found = reader->find_by(kind.id(), kind.field("number").id(),
                                       text(std::to_string(aside.position)), 2);
    EXPECT_TRUE(found && found->size() == 1);
    return update("case", found->front().id, record::confirmed_base(reader->head().value()),
                  {{"state", text("2")}});
}

void expect_name(Court& court, const RecordId& person, std::string_view name) {
    const auto& kind = catalog::standard_catalog().kind("person");
    const auto found = reader_of(court)->find({kind.id(), person});
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((**found).value(kind.field("name").id()), text(name));
}

/// Two devices of a branch: an import, a merge, a conflict, a quarantine, a group that an officer
/// accepts with one that builds on it, a retirement, a move, a second delivery and a fork.
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
    const RecordId guest = court.new_id();
    first.made_at = after(court.clock.now(), hour_ms);
    const LogIndex aside = push(first, {create("person", guest, applicant(court.branch_a, 40))});
    first.made_at = court.clock.now();
    push(first,
         {update("person", guest, record::own_base(first.last), {{"name", text("王四明")}})});
    push(above, {acceptance(court, aside)});
    expect_name(court, guest, "王四明");
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
    const auto& kind = catalog::standard_catalog().kind("conflict");
    const auto waiting = (*reader)->each(kind.id(), [&](const record::RecordState& state) {
        story.conflicts += state.value(kind.field("state").id()) == text("1") ? 1U : 0U;
    });
    EXPECT_TRUE(waiting);
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
