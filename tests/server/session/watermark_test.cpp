#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/session/session_fixture.hpp"

/// What a live session tells of backups, and takes of incidents.
namespace zhibu::server::test {
namespace {

using Watermarks = std::vector<sync::Watermark>;

TEST_F(HostOf, ADeviceIsToldHowFarABackupReachesAndWhenItRises) {
    Peer before{enrol(court.secretary_a), {}, {}, {}};
    log_in(before);
    EXPECT_TRUE(before.sent<sync::Watermark>().empty());
    const LogIndex first = court.head();
    for (int times = 0; times < 2; ++times) {
        host.on_commit({{}, false, first});
        executor.run_posted();
        EXPECT_EQ(before.sent<sync::Watermark>(), Watermarks{{first}}) << "once";
    }
}

TEST_F(HostOf, ADeviceThatComesLaterIsToldBehindTheWelcome) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    const LogIndex through = court.head();
    {
        const auto transaction = court.store.begin().value();
        ASSERT_TRUE(transaction->set_backed_up(through));
        ASSERT_TRUE(transaction->commit());
    }
    log_in(peer);
    EXPECT_EQ(peer.sent<sync::Watermark>(), Watermarks{{through}});
}

}  // namespace
}  // namespace zhibu::server::test
