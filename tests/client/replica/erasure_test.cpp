#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

/// What a device forgets of a record that the committee has erased by law.
namespace zhibu::client::test {
namespace {

using record::Operation;
using record::Outcome;

constexpr record::KindNumber erasure{61};

catalog::Catalog with_erasures() {
    std::vector<catalog::Kind> all = kinds();
    catalog::Kind notes = all.front();
    notes.number = erasure.number;
    notes.name = "erasure";
    const auto field = [&](std::uint16_t number, std::string_view called, catalog::FieldType type) {
        catalog::Field made = all.front().fields.front();
        made.number = number;
        made.name = called;
        made.type = type;
        made.width = type == catalog::FieldType::text ? std::uint16_t{50} : std::uint16_t{0};
        made.required = catalog::Required::no;
        return made;
    };
    notes.fields = {field(2, "kind", catalog::FieldType::integer),
                    field(3, "record", catalog::FieldType::text)};
    all.push_back(notes);
    return catalog::Catalog(8, all, {});
}

class ErasedRecord : public testing::Test {
protected:
    ErasedRecord() {
        device.replica.reset();
        device.replica =
            Replica::open(sealed(device.folder.file()), catalog, device.clock, device.random)
                .value();
        commit_and_accept(
            one({person, lin}, Operation::create, {{name, "planted"}, {branch, record_id(1)}}));
        commit_and_accept(
            one({person, wang}, Operation::create, {{name, "stays"}, {branch, record_id(1)}}));
        pull();
    }

    void commit_and_accept(const Draft& draft) {
        const record::Sequence made = device.commit(draft);
        const auto groups = device.replica->waiting_after({made.position - 1}, 1U << 20U).value();
        ASSERT_EQ(groups.size(), 1U);
        const auto receipt = server.judge(groups.front(), Outcome::accepted);
        ASSERT_TRUE(device.replica->take_verdicts({&receipt, 1}));
    }

    void pull() {
        const record::LogIndex from = device.replica->status()->confirmed;
        ASSERT_TRUE(device.replica->apply_tail(server.tail(from, server.head()), server.head()));
    }

    /// As the server tells it.
    void erase(const record::RecordId& id) {
        server.evict({person, id});
        record::RecordState note;
        note.key = {erasure, record_id(700)};
        note.life_changed_at = server.head();
        note.set(record::FieldNumber{2}, std::int64_t{person.number}, server.head());
        note.set(record::FieldNumber{3}, record::to_text(id), server.head());
        server.enter(note);
    }

    [[nodiscard]] bool own_groups_say(const std::string& words) {
        const auto groups = device.replica->waiting_after({0}, 1U << 20U).value();
        for (const record::SealedGroup& each : groups) {
            const std::string bytes{each.bytes.begin(), each.bytes.end()};
            if (bytes.find(words) != std::string::npos) {
                return true;
            }
        }
        return false;
    }

    const record::RecordId lin = record_id(31);
    const record::RecordId wang = record_id(32);
    const catalog::Catalog catalog = with_erasures();
    ModelServer server;
    Device device;
};

TEST_F(ErasedRecord, LeavesTheReplicaAndItsOwnGroups) {
    ASSERT_TRUE(own_groups_say("planted"));
    erase(lin);
    pull();
    EXPECT_FALSE(device.find(person, lin));
    EXPECT_FALSE(own_groups_say("planted"));
    EXPECT_TRUE(own_groups_say("stays"));
    EXPECT_TRUE(device.find(person, wang));
    EXPECT_EQ(device.replica->own_groups(10)->size(), 2U) << "that there were groups stays";
}

TEST_F(ErasedRecord, IsForgottenByWhoHasLostItFromScopeToo) {
    server.evict({person, lin});
    pull();
    ASSERT_TRUE(own_groups_say("planted"));
    erase(lin);
    pull();
    EXPECT_FALSE(own_groups_say("planted"));
}

TEST_F(ErasedRecord, IsForgottenWithASnapshotToo) {
    erase(lin);
    sync::SnapshotChunk chunk = server.chunk({}, 100);
    ASSERT_TRUE(device.replica->stage({}, chunk));
    ASSERT_TRUE(device.replica->swap_in());
    EXPECT_FALSE(device.find(person, lin));
    EXPECT_FALSE(own_groups_say("planted"));
}

TEST_F(ErasedRecord, WhatHasNoVerdictYetIsStillDelivered) {
    device.commit(one({person, lin}, Operation::update, {{mobile, "pending"}}));
    erase(lin);
    pull();
    EXPECT_FALSE(own_groups_say("planted"));
    EXPECT_TRUE(own_groups_say("pending")) << "the server decides about it";
}

}  // namespace
}  // namespace zhibu::client::test
