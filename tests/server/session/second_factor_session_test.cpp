#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "server/account/lockout.hpp"
#include "shared/keys/one_time_password.hpp"
#include "tests/server/session/session_fixture.hpp"

namespace zhibu::server::test {
namespace {

/// A session host whose secretary of branch A has a confirmed second factor.
class HostWithFactor : public HostOf {
public:
    HostWithFactor() {
        SecondFactors factors;
        factors.active.emplace();
        factors.active->secret.fill(7);
        factors.active->recovery_codes = {*keys::recovery_code_hash("ABCD-EFGH-IJKL-MNOP")};
        std::promise<bool> kept;
        court.committer->keep(
            [&](StoreTransaction& transaction) {
                return transaction.set_second_factors(court.secretary_a, factors);
            },
            [&](bool is_kept) { kept.set_value(is_kept); });
        EXPECT_TRUE(kept.get_future().get());
        secret = factors.active->secret;
    }

    [[nodiscard]] std::string code() {
        return keys::hotp(secret, keys::totp_step(court.clock.now()), keys::totp_digits);
    }

    /// How the server answers a device that shows that code before its hello; no value: it is in.
    std::optional<RefusalReason> come(Peer& peer, const std::string& typed,
                                      std::uint16_t protocol = sync::protocol_current) {
        open(peer);
        if (!typed.empty()) {
            peer.events->on_message(sync::encode(sync::Message{sync::SecondFactor{typed}}));
        }
        greet(peer, protocol);
        EXPECT_TRUE(executor.run_until(
            [&peer] { return !peer.sent<sync::Welcome>().empty() || peer.wire.closed; }));
        return peer.refusal();
    }

    std::optional<RefusalReason> come(const Desk& device, const std::string& typed) {
        Peer peer{device, {}, {}, {}};
        return come(peer, typed);
    }

    std::array<std::uint8_t, 20> secret{};
};

TEST_F(HostWithFactor, IsAskedOfWhoHasOneAndOfNobodyElse) {
    EXPECT_EQ(come(enrol(court.secretary_a), ""), RefusalReason::second_factor_needed);
    EXPECT_EQ(come(enrol(court.secretary_b), ""), std::nullopt);
}

TEST_F(HostWithFactor, ARightCodeLetsTheDeviceInAndIsGoodOnce) {
    const Desk device = enrol(court.secretary_a);
    const Desk other = enrol(court.secretary_a);
    const std::string shown = code();
    EXPECT_EQ(come(device, shown), std::nullopt);
    EXPECT_EQ(come(other, shown), RefusalReason::second_factor_wrong);
    EXPECT_EQ(come(other, "ABCD-EFGH-IJKL-MNOP"), std::nullopt);
    const Desk third = enrol(court.secretary_a);
    EXPECT_EQ(come(third, "ABCD-EFGH-IJKL-MNOP"), RefusalReason::second_factor_wrong);
}

TEST_F(HostWithFactor, ADeviceThatHasShownItIsNotAskedAgainForTwelveHours) {
    const Desk device = enrol(court.secretary_a);
    EXPECT_EQ(come(device, code()), std::nullopt);
    pass(12 * hour_ms - 1);
    EXPECT_EQ(come(device, ""), std::nullopt);
    pass(1);
    EXPECT_EQ(come(device, ""), RefusalReason::second_factor_needed);
}

TEST_F(HostWithFactor, GuessingIsLockedOutThoughThePasswordIsRight) {
    const Desk device = enrol(court.secretary_a);
    for (unsigned i = 0; i <= Lockout::free_failures; ++i) {
        EXPECT_EQ(come(device, "000000"), RefusalReason::second_factor_wrong);
    }
    EXPECT_EQ(come(device, code()), RefusalReason::locked_out);
}

TEST_F(HostWithFactor, AnOlderProgramIsToldThatItIsTooOld) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    EXPECT_EQ(come(peer, "", 3), RefusalReason::protocol_too_old);
}

TEST_F(HostWithFactor, AnErrandIsAnsweredInTheSession) {
    Peer peer{enrol(court.secretary_b), {}, {}, {}};
    log_in(peer);
    peer.events->on_message(
        sync::encode(sync::Message{sync::Errand{sync::ErrandSort::begin_second_factor, {}, {}}}));
    ASSERT_EQ(peer.sent<sync::ErrandReply>().size(), 1U);
    EXPECT_EQ(peer.sent<sync::ErrandReply>().front().sort, sync::ErrandSort::begin_second_factor);
    EXPECT_FALSE(peer.wire.closed);
}

}  // namespace
}  // namespace zhibu::server::test
