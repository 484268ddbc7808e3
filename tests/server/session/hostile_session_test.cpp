#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/vault/data_key.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/session/session_fixture.hpp"

/// What a device that is enrolled, and therefore past TLS, can do to the server: every bad input is
/// answered, ends at most its own session, and keeps nobody else from working.
namespace zhibu::server::test {
namespace {

using record::Outcome;

class HostileSession : public HostOf {
protected:
    HostileSession() {
        log_in(honest);
        log_in(bad);
    }

    void send(Peer& peer, const sync::Message& message) {
        peer.events->on_message(sync::encode(message));
    }

    /// Until so many groups of this session have a verdict, or it is over.
    void wait_for_verdicts(Peer& peer, std::size_t count) {
        ASSERT_TRUE(
            executor.run_until([&] { return peer.wire.closed || receipts(peer).size() >= count; }));
    }

    static std::vector<record::Verdict> receipts(const Peer& peer) {
        std::vector<record::Verdict> found;
        for (const sync::Verdicts& verdicts : peer.sent<sync::Verdicts>()) {
            for (const record::Receipt& receipt : verdicts.receipts) {
                found.push_back(sync::decode_verdict(receipt.verdict).value());
            }
        }
        return found;
    }

    /// Pushes what must end this session, and says why it did.
    RefusalReason refused_push(std::vector<record::SealedGroup> groups) {
        send(bad, sync::Push{std::move(groups)});
        EXPECT_TRUE(executor.run_until([&] { return bad.wire.closed; }));
        return bad.refusal().value_or(RefusalReason::server_busy);
    }

    record::Change good(const RecordId& branch) {
        return create("person", court.new_id(), applicant(branch, ++people));
    }

    /// Somebody else's work goes on, on the session that stood all the time.
    void expect_honest_work_goes_on() {
        const auto before = receipts(honest).size();
        ASSERT_FALSE(honest.wire.closed);
        send(honest, sync::Push{{honest.device.seal({good(court.branch_b)})}});
        wait_for_verdicts(honest, before + 1);
        ASSERT_EQ(receipts(honest).size(), before + 1);
        EXPECT_EQ(receipts(honest).back().outcome, Outcome::accepted);
    }

    unsigned people = 500;
    Peer honest{enrol(court.secretary_b), {}, {}, {}};
    Peer bad{enrol(court.secretary_a), {}, {}, {}};
};

TEST_F(HostileSession, SignedGroupsThatCannotBeWaitWithTheirReasonAndTheNextIsTaken) {
    auto unknown_kind = good(court.branch_a);
    unknown_kind.record.kind.number = 999;
    auto unknown_field = good(court.branch_a);
    unknown_field.fields.push_back({record::FieldNumber{9'999}, text("x"), {}, {}});
    auto wrong_type = good(court.branch_a);
    wrong_type.fields.front().value = Value{std::int64_t{5}};
    auto missing = good(court.branch_a);
    missing.fields.erase(missing.fields.begin());
    const auto too_long = create(
        "person", court.new_id(),
        with(applicant(court.branch_a, ++people), {{"remark", text(std::string(60'000, 'x'))}}));
    const std::vector<std::pair<std::string_view, record::Change>> broken{
        {"unknown_kind", unknown_kind}, {"unknown_field", unknown_field},
        {"wrong_type", wrong_type},     {"too_long", too_long},
        {"required_missing", missing},
    };
    std::size_t judged = 0;
    for (const auto& [rule, change] : broken) {
        SCOPED_TRACE(rule);
        send(bad, sync::Push{{bad.device.seal({change})}});
        wait_for_verdicts(bad, ++judged);
        ASSERT_EQ(receipts(bad).size(), judged);
        EXPECT_EQ(receipts(bad).back().outcome, Outcome::quarantined);
        ASSERT_FALSE(receipts(bad).back().reasons.empty());
        EXPECT_EQ(receipts(bad).back().reasons.front().rule, rule);
    }
    send(bad, sync::Push{{bad.device.seal({good(court.branch_a)})}});
    wait_for_verdicts(bad, ++judged);
    EXPECT_EQ(receipts(bad).back().outcome, Outcome::accepted) << "one bad change blocks nothing";
    EXPECT_FALSE(bad.wire.closed);
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, WorkOnAnothersBranchIsNotApplied) {
    const auto change = good(court.branch_b);
    send(bad, sync::Push{{bad.device.seal({change})}});
    wait_for_verdicts(bad, 1);
    ASSERT_EQ(receipts(bad).size(), 1U);
    EXPECT_NE(receipts(bad).front().outcome, Outcome::accepted);
    EXPECT_FALSE(court.exists("person", change.record.id));
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, AForgedSignatureIsNotEvenKept) {
    const auto head = court.head();
    auto forged = bad.device.seal({good(court.branch_a)});
    forged.signature.back() ^= 1U;
    EXPECT_EQ(refused_push({forged}), RefusalReason::signature_wrong);
    EXPECT_EQ(court.head(), head);
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, AGapIsRefusedWithTheSequenceExpectedNext) {
    static_cast<void>(bad.device.seal({good(court.branch_a)}));
    const auto second = bad.device.seal({good(court.branch_a)});
    EXPECT_EQ(refused_push({second}), RefusalReason::sequence_gap);
    EXPECT_EQ(bad.sent<sync::Refusal>().back().expected, Sequence{1});
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, ABrokenChainIsRefused) {
    send(bad, sync::Push{{bad.device.seal({good(court.branch_a)})}});
    wait_for_verdicts(bad, 1);
    bad.device.last_hash.fill(7);
    EXPECT_EQ(refused_push({bad.device.seal({good(court.branch_a)})}), RefusalReason::chain_broken);
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, AForkEndsTheDevicesWorkAndNoOthers) {
    Desk clone = bad.device;
    send(bad, sync::Push{{bad.device.seal({good(court.branch_a)})}});
    wait_for_verdicts(bad, 1);
    EXPECT_EQ(refused_push({clone.seal({good(court.branch_a)})}), RefusalReason::device_not_active);
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, AGroupOfAnotherDeviceIsRefused) {
    Desk other = honest.device;
    EXPECT_EQ(refused_push({other.seal({good(court.branch_b)})}), RefusalReason::malformed_message);
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, AClockFarAheadIsEvidenceNotAnEnd) {
    bad.device.made_at = after(noon, 2 * day_ms);
    send(bad, sync::Push{{bad.device.seal({good(court.branch_a)})}});
    wait_for_verdicts(bad, 1);
    ASSERT_EQ(receipts(bad).size(), 1U);
    EXPECT_EQ(receipts(bad).front().outcome, Outcome::quarantined);
    EXPECT_FALSE(bad.wire.closed);
}

TEST_F(HostileSession, MessagesOutOfTheirTimeEndTheSession) {
    struct Wrong {
        std::string_view what;
        sync::Message message;
    };

    sync::EnrolRequest enrolment;
    enrolment.new_password = "a password of fifteen";
    const std::vector<Wrong> wrong{{"a second hello", sync::Hello{}},
                                   {"an enrolment", enrolment},
                                   {"a welcome", sync::Welcome{}},
                                   {"verdicts", sync::Verdicts{}},
                                   {"a hand-in", sync::HandIn{}}};
    for (const auto& [what, message] : wrong) {
        SCOPED_TRACE(what);
        Peer peer{enrol(court.secretary_a), {}, {}, {}};
        log_in(peer);
        send(peer, message);
        EXPECT_TRUE(peer.is_told(RefusalReason::unexpected_message));
    }
    Peer early{enrol(court.secretary_a), {}, {}, {}};
    open(early);
    send(early, sync::Push{});
    EXPECT_TRUE(early.is_told(RefusalReason::unexpected_message));
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, GarbageAndOversizeFramesAreNamed) {
    bad.events->on_message({0xff, 0x00, 0x13, 0x37});
    EXPECT_TRUE(bad.is_told(RefusalReason::malformed_message));
    Peer large{enrol(court.secretary_a), {}, {}, {}};
    log_in(large);
    large.events->on_message(std::vector<std::uint8_t>(sync::frame_bytes_max + 1, 1));
    EXPECT_TRUE(large.is_told(RefusalReason::message_too_large));
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, AHelloThatIsNotTheCertifiedDevicesOwnOpensNothing) {
    struct Wrong {
        std::string_view what;
        std::function<void(sync::Hello&)> change;
        RefusalReason reason;
    };

    const std::vector<Wrong> wrong{
        {"another device", [&](sync::Hello& hello) { hello.device = honest.device.device; },
         RefusalReason::unknown_device},
        {"another account", [&](sync::Hello& hello) { hello.account = honest.device.account; },
         RefusalReason::unknown_device},
        {"another space", [&](sync::Hello& hello) { hello.space.uuid.bytes.fill(9); },
         RefusalReason::other_space},
    };
    for (const auto& [what, change, reason] : wrong) {
        SCOPED_TRACE(what);
        Peer peer{enrol(court.secretary_a), {}, {}, {}};
        open(peer);
        sync::Hello hello;
        hello.space = court.store.identity().space;
        hello.device = peer.device.device;
        hello.incarnation = peer.device.incarnation;
        hello.account = peer.device.account;
        change(hello);
        hello.account_proof =
            password_key.sign(sync::session_transcript(peer.challenge, hello, binding));
        send(peer, hello);
        ASSERT_TRUE(executor.run_until([&] { return peer.wire.closed; }));
        EXPECT_EQ(peer.refusal(), reason);
        EXPECT_TRUE(peer.sent<sync::Welcome>().empty());
    }
    expect_honest_work_goes_on();
}

TEST_F(HostileSession, AProofOfAnotherChannelOrChallengeOpensNothing) {
    const Desk device = enrol(court.secretary_a);
    Peer first{device, {}, {}, {}};
    open(first);
    sync::Hello hello;
    hello.space = court.store.identity().space;
    hello.device = device.device;
    hello.incarnation = device.incarnation;
    hello.account = device.account;
    std::array<std::uint8_t, 32> elsewhere{};
    elsewhere.fill(77);
    hello.account_proof =
        password_key.sign(sync::session_transcript(first.challenge, hello, elsewhere));
    send(first, hello);
    ASSERT_TRUE(executor.run_until([&] { return first.wire.closed; }));
    EXPECT_EQ(first.refusal(), RefusalReason::wrong_password);

    hello.account_proof =
        password_key.sign(sync::session_transcript(first.challenge, hello, binding));
    Peer replaying{device, {}, {}, {}};
    open(replaying);
    send(replaying, hello);
    ASSERT_TRUE(executor.run_until([&] { return replaying.wire.closed; }));
    EXPECT_EQ(replaying.refusal(), RefusalReason::wrong_password) << "the nonce is another";
}

/// One device's attempts to sign in.
class WrongProofs : public HostileSession {
protected:
    /// What it is refused with; empty where it is admitted.
    std::vector<sync::Refusal> attempt(bool right) {
        Peer peer{device, {}, {}, {}};
        open(peer);
        if (right) {
            greet(peer);
        } else {
            sync::Hello hello;
            hello.space = court.store.identity().space;
            hello.device = device.device;
            hello.incarnation = device.incarnation;
            hello.account = device.account;
            hello.account_proof.assign(64, 1);
            send(peer, hello);
        }
        EXPECT_TRUE(executor.run_until(
            [&] { return peer.wire.closed || !peer.sent<sync::Welcome>().empty(); }));
        return peer.sent<sync::Refusal>();
    }

    /// How many wrong ones it takes until the device is locked out.
    int tries_until_locked_out() {
        for (int tries = 1; tries < 50; ++tries) {
            last = attempt(false);
            EXPECT_FALSE(last.empty());
            if (last.back().reason == RefusalReason::locked_out) {
                return tries;
            }
        }
        ADD_FAILURE() << "never locked out";
        return 0;
    }

    void wait_until_let_in() {
        pass(last.back().not_before->milliseconds - court.clock.now().milliseconds + 1);
    }

    const Desk device = enrol(court.secretary_a);
    std::vector<sync::Refusal> last;
};

TEST_F(WrongProofs, LockThisDeviceOutForAWhile) {
    static_cast<void>(tries_until_locked_out());
    ASSERT_TRUE(last.back().not_before);
    const auto refused = attempt(true);
    ASSERT_FALSE(refused.empty());
    EXPECT_EQ(refused.back().reason, RefusalReason::locked_out) << "the right password too";
    expect_honest_work_goes_on();

    wait_until_let_in();
    EXPECT_TRUE(attempt(true).empty()) << "and after it the password opens again";
}

TEST_F(WrongProofs, AreForgottenWithARightOne) {
    const int at_first = tries_until_locked_out();
    wait_until_let_in();
    EXPECT_TRUE(attempt(true).empty());
    EXPECT_EQ(tries_until_locked_out(), at_first);
}

/// Groups of `device` as its outbox would hold them.
class HandIn : public HostileSession {
protected:
    sync::BoxedGroup box(const Desk& of, const record::SealedGroup& group,
                         const keys::X25519Public& to) {
        const vault::DataKey data_key = vault::make_data_key(court.random);
        const record::GroupName name{of.device, of.incarnation, of.last};
        auto entry = vault::seal_entry(name, group, {}, {to, data_key}, court.random);
        EXPECT_TRUE(entry);
        return {std::move(entry->bytes)};
    }

    /// Opens a wire of that device and hands in.
    Peer& hand_in(const Desk& device, sync::HandIn wish) {
        peers.push_back(std::make_unique<Peer>(device));
        Peer& peer = *peers.back();
        open(peer);
        send(peer, wish);
        EXPECT_TRUE(executor.run_until(
            [&] { return peer.wire.closed || !peer.sent<sync::HandedIn>().empty(); }));
        return peer;
    }

    std::vector<std::unique_ptr<Peer>> peers;
};

TEST_F(HandIn, OfADisabledAccountIsAnsweredAndWaits) {
    Desk device = enrol(court.secretary_a);
    const auto change = good(court.branch_a);
    const auto entry_box = box(device, device.seal({change}), box_key.public_key());
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    const sync::HandIn wish{device.account, device.incarnation, {entry_box}};
    EXPECT_EQ(hand_in(device, wish).sent<sync::HandedIn>(),
              (std::vector{sync::HandedIn{device.incarnation, Sequence{1}}}));
    EXPECT_FALSE(court.exists("person", change.record.id));
    const auto head = court.head();
    EXPECT_EQ(hand_in(device, wish).sent<sync::HandedIn>().size(), 1U)
        << "and again, without effect";
    EXPECT_EQ(court.head(), head);
}

TEST_F(HandIn, OfAnActiveAccountCommitsAsAPushWould) {
    Desk device = enrol(court.secretary_a);
    const auto change = good(court.branch_a);
    const auto entry_box = box(device, device.seal({change}), box_key.public_key());
    Peer& peer = hand_in(device, {device.account, device.incarnation, {entry_box}});
    EXPECT_EQ(peer.sent<sync::HandedIn>().size(), 1U);
    EXPECT_TRUE(peer.sent<sync::Verdicts>().empty()) << "who has not signed in learns no verdict";
    EXPECT_TRUE(court.exists("person", change.record.id));
}

TEST_F(HandIn, BehindAGapIsAnsweredAndWaits) {
    Desk device = enrol(court.secretary_a);
    const auto first = box(device, device.seal({good(court.branch_a)}), box_key.public_key());
    static_cast<void>(device.seal({good(court.branch_a)}));
    const auto change = good(court.branch_a);
    const auto third = box(device, device.seal({change}), box_key.public_key());
    const sync::HandIn wish{device.account, device.incarnation, {first, third}};
    EXPECT_EQ(hand_in(device, wish).sent<sync::HandedIn>(),
              (std::vector{sync::HandedIn{device.incarnation, Sequence{3}}}));
    EXPECT_FALSE(court.exists("person", change.record.id));
    const auto head = court.head();
    EXPECT_EQ(hand_in(device, wish).sent<sync::HandedIn>().size(), 1U);
    EXPECT_EQ(court.head(), head);
}

TEST_F(HandIn, WhatIsNotThisDevicesOwnIsRefused) {
    Desk device = enrol(court.secretary_a);
    Desk other = enrol(court.secretary_b);
    const auto head = court.head();
    const auto own = device.seal({good(court.branch_a)});
    const auto foreign = other.seal({good(court.branch_b)});
    const auto to_nobody = box(device, own, keys::X25519Key::generate().public_key());
    EXPECT_TRUE(hand_in(device, {device.account, device.incarnation, {to_nobody}})
                    .is_told(RefusalReason::malformed_message));
    EXPECT_TRUE(
        hand_in(device,
                {device.account, device.incarnation, {box(device, foreign, box_key.public_key())}})
            .is_told(RefusalReason::malformed_message));
    EXPECT_TRUE(
        hand_in(device,
                {other.account, other.incarnation, {box(other, foreign, box_key.public_key())}})
            .is_told(RefusalReason::unknown_device));
    EXPECT_EQ(court.head(), head);
}

TEST_F(HandIn, OfARevokedDeviceIsRefused) {
    Desk device = enrol(court.secretary_a);
    const auto entry_box = box(device, device.seal({good(court.branch_a)}), box_key.public_key());
    court.write({update("device", RecordId{device.device.uuid}, {}, {{"state", text("3")}})});
    EXPECT_TRUE(hand_in(device, {device.account, device.incarnation, {entry_box}})
                    .is_told(RefusalReason::device_not_active));
}

}  // namespace
}  // namespace zhibu::server::test
