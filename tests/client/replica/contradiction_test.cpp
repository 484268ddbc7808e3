#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "tests/client/replica/fixture.hpp"

/// What a server says that does not go together with what it has said before.
namespace zhibu::client::test {
namespace {

using record::Operation;
using record::Outcome;

class ReplicaTold : public testing::Test {
protected:
    ReplicaTold() {
        for (std::uint64_t number = 30; number < 36; ++number) {
            server.change({person, record_id(number)}, Operation::create, {{name, "王一", {}}});
        }
    }

    std::optional<ReplicaFault> fault_of(record::RecordKey after,
                                         const sync::SnapshotChunk& chunk) {
        const auto staged = device.replica->stage(after, chunk);
        return staged ? std::nullopt : std::optional{staged.error().fault};
    }

    Device device;
    ModelServer server;
};

TEST_F(ReplicaTold, AChunkThatDoesNotGoOnFromTheOneBeforeKeepsWhatIsStaged) {
    const sync::SnapshotChunk first = server.chunk({}, 2);
    const sync::SnapshotChunk second = server.chunk(first.through, 2);
    const sync::SnapshotChunk last = server.chunk(second.through, 10);
    EXPECT_EQ(fault_of(second.through, last), ReplicaFault::contradiction) << "nothing is there";
    EXPECT_EQ(fault_of({}, first), std::nullopt);
    EXPECT_EQ(fault_of(second.through, last), ReplicaFault::contradiction) << "one is left out";
    EXPECT_EQ(device.replica->status()->staged->through, first.through);
    EXPECT_EQ(fault_of(first.through, second), std::nullopt);
    EXPECT_EQ(fault_of(first.through, second), ReplicaFault::contradiction) << "one comes twice";
    EXPECT_EQ(fault_of(second.through, last), std::nullopt);
    EXPECT_EQ(fault_of(last.through, last), ReplicaFault::contradiction) << "it is whole";
    ASSERT_TRUE(device.replica->swap_in());
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaTold, AChunkThatClaimsToEndBeforeItsLastRecordIsNotStaged) {
    sync::SnapshotChunk chunk = server.chunk({}, 3);
    chunk.through = chunk.records[1].key;
    EXPECT_EQ(fault_of({}, chunk), ReplicaFault::contradiction);
    EXPECT_FALSE(device.replica->status()->staged);
}

TEST_F(ReplicaTold, AnotherVerdictOnAGroupThatHasOneChangesNothing) {
    ASSERT_TRUE(device.replica->apply_tail(server.tail({0}, server.head()), server.head()));
    const auto sequence = device.commit(
        one({person, record_id(30)}, Operation::update, {{mobile, std::string{"1"}}}));
    const auto group = device.replica->waiting_after({}, 1).value().front();
    const record::Receipt accepted = server.judge(group, Outcome::accepted);
    ASSERT_TRUE(device.replica->take_verdicts({&accepted, 1}));
    const std::string once = device.fingerprint();
    const record::Receipt rejected = server.judge(group, Outcome::rejected);
    ASSERT_TRUE(device.replica->take_verdicts({&rejected, 1}));
    EXPECT_EQ(device.fingerprint(), once);
    EXPECT_EQ(device.stage(sequence), GroupStage::accepted);
}

}  // namespace
}  // namespace zhibu::client::test
