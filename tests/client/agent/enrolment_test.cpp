#include "client/agent/enrolment.hpp"

#include <gtest/gtest.h>

#include "shared/keys/authority.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

namespace zhibu::client::test {
namespace {

class RecordingWire final : public sync::Wire {
public:
    void send(std::vector<std::uint8_t> message) override { sent.push_back(std::move(message)); }

    void close() override { ++closes; }

    [[nodiscard]] std::size_t unsent_bytes() const override { return 0; }

    std::vector<std::vector<std::uint8_t>> sent;
    int closes = 0;
};

/// One enrolment on a wire, and what it told.
struct Attempt {
    Attempt() {
        EnrolmentWish wish;
        wish.code_secret = "0123456789abcdef";
        wish.signing_request = {1, 2, 3};
        wish.device_label = "支部电脑";
        wish.new_password = keys::SecretBytes{std::string_view{"ppppppppppppppp"}};
        events = make_enrolment(std::move(wish), [this](EnrolmentOutcome outcome) {
            outcomes.push_back(std::move(outcome));
        });
    }

    void open() { events->on_open(wire, sync::PeerIdentity{}); }

    void hear(const sync::Message& message) { events->on_message(sync::encode(message)); }

    void lose(sync::WireFault fault) { events->on_closed({fault, "a test"}); }

    RecordingWire wire;
    std::vector<EnrolmentOutcome> outcomes;
    std::unique_ptr<sync::WireEvents> events;
};

sync::EnrolAccepted accepted() {
    support::SeededRandom random{3};
    const keys::Validity validity{noon, {noon.milliseconds + 720 * hour}};
    const keys::Issuer root = keys::make_root("root", validity, random);
    const keys::Issuer devices =
        keys::make_intermediate(root, "devices", keys::Usage::device, validity, random);
    sync::EnrolAccepted made;
    made.space = identity().space;
    made.device = identity().device;
    made.account = identity().account;
    made.account_name = "第一支部";
    const auto certificate =
        keys::issue_device(devices, keys::make_signing_request(keys::P256Key::generate()),
                           identity().device, validity, random);
    made.certificate_chain = {certificate->der, devices.certificate.der, root.certificate.der};
    made.server_key.fill(4);
    made.password_salt.fill(5);
    made.password_cost = {65'536, 2, 1};
    return made;
}

TEST(Enrolment, SendsTheWishOnceTheWireStands) {
    Attempt attempt;
    EXPECT_TRUE(attempt.wire.sent.empty());
    attempt.open();
    ASSERT_EQ(attempt.wire.sent.size(), 1U);
    const auto message = sync::decode_message(attempt.wire.sent.front());
    ASSERT_TRUE(message);
    const auto* request = std::get_if<sync::EnrolRequest>(&*message);
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(request->code, "0123456789abcdef");
    EXPECT_EQ(request->signing_request, (std::vector<std::uint8_t>{1, 2, 3}));
    EXPECT_EQ(request->device_label, "支部电脑");
    EXPECT_EQ(request->new_password, std::string(15, 'p'));
    EXPECT_TRUE(attempt.outcomes.empty());
}

TEST(Enrolment, AnAnswerIsToldOnceAndTheWireClosed) {
    Attempt attempt;
    attempt.open();
    const sync::EnrolAccepted answer = accepted();
    attempt.hear(answer);
    ASSERT_EQ(attempt.outcomes.size(), 1U);
    ASSERT_TRUE(attempt.outcomes.front());
    EXPECT_EQ(*attempt.outcomes.front(), answer);
    EXPECT_EQ(attempt.wire.closes, 1);
    attempt.lose(sync::WireFault::closed_here);
    EXPECT_EQ(attempt.outcomes.size(), 1U);
}

TEST(Enrolment, ASecondUseOfTheCodeIsTheServersRefusal) {
    Attempt attempt;
    attempt.open();
    sync::Refusal refusal;
    refusal.reason = sync::RefusalReason::code_unknown_or_used;
    attempt.hear(refusal);
    ASSERT_EQ(attempt.outcomes.size(), 1U);
    ASSERT_FALSE(attempt.outcomes.front());
    const EnrolmentFailure& failure = attempt.outcomes.front().error();
    ASSERT_TRUE(failure.refusal);
    EXPECT_EQ(failure.refusal->reason, sync::RefusalReason::code_unknown_or_used);
    EXPECT_FALSE(failure.wire_error);
    EXPECT_FALSE(failure.not_understood);
    EXPECT_EQ(attempt.wire.closes, 1);
}

TEST(Enrolment, WhatIsNoAnswerIsNotUnderstood) {
    Attempt garbage;
    garbage.open();
    garbage.events->on_message({0xFF, 0xFF});
    ASSERT_EQ(garbage.outcomes.size(), 1U);
    ASSERT_FALSE(garbage.outcomes.front());
    EXPECT_TRUE(garbage.outcomes.front().error().not_understood);
    EXPECT_EQ(garbage.wire.closes, 1);

    Attempt out_of_place;
    out_of_place.open();
    out_of_place.hear(sync::Goodbye{});
    // A second answer does not make the first one good.
    out_of_place.hear(accepted());
    ASSERT_EQ(out_of_place.outcomes.size(), 1U);
    EXPECT_FALSE(out_of_place.outcomes.front());
}

TEST(Enrolment, AServerOutOfReachOrLostBeforeItsAnswerIsTold) {
    Attempt never_open;
    never_open.lose(sync::WireFault::server_untrusted);
    ASSERT_EQ(never_open.outcomes.size(), 1U);
    ASSERT_FALSE(never_open.outcomes.front());
    EXPECT_EQ(never_open.outcomes.front().error().wire_error->fault,
              sync::WireFault::server_untrusted);

    Attempt lost;
    lost.open();
    lost.lose(sync::WireFault::connection_lost);
    ASSERT_EQ(lost.outcomes.size(), 1U);
    EXPECT_EQ(lost.outcomes.front().error().wire_error->fault, sync::WireFault::connection_lost);
}

TEST(EnrolmentIdentity, HoldsWhatTheServerGaveAndWhereItIs) {
    const sync::EnrolAccepted answer = accepted();
    const auto made = identity_of(answer, "committee.example", 7443);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->space, answer.space);
    EXPECT_EQ(made->device, answer.device);
    EXPECT_EQ(made->account, answer.account);
    EXPECT_EQ(made->account_name, "第一支部");
    EXPECT_EQ(made->server_host, "committee.example");
    EXPECT_EQ(made->server_port, 7443);
    EXPECT_EQ(made->server_key, answer.server_key);
    EXPECT_EQ(made->password_salt, answer.password_salt);
    EXPECT_EQ(made->password_cost, answer.password_cost);
    const auto chain = keys::certificates_from_pem(made->certificate_chain);
    ASSERT_TRUE(chain);
    ASSERT_EQ(chain->size(), 2U);
    EXPECT_EQ(chain->front().der, answer.certificate_chain[0]);
    EXPECT_EQ(chain->back().der, answer.certificate_chain[1]);
    const auto root = keys::certificates_from_pem(made->root_certificate);
    ASSERT_TRUE(root);
    ASSERT_EQ(root->size(), 1U);
    EXPECT_EQ(root->front().der, answer.certificate_chain[2]);
}

TEST(EnrolmentIdentity, IsNotMadeOfCertificatesThatAreNotWhole) {
    const sync::EnrolAccepted whole = accepted();
    for (std::size_t i = 0; i < whole.certificate_chain.size(); ++i) {
        sync::EnrolAccepted one_missing = whole;
        one_missing.certificate_chain.erase(one_missing.certificate_chain.begin() +
                                            static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(identity_of(one_missing, "h", 1)) << i;
        sync::EnrolAccepted cut = whole;
        cut.certificate_chain[i].resize(cut.certificate_chain[i].size() / 2);
        EXPECT_FALSE(identity_of(cut, "h", 1)) << i;
        sync::EnrolAccepted empty = whole;
        empty.certificate_chain[i].clear();
        EXPECT_FALSE(identity_of(empty, "h", 1)) << i;
    }
    sync::EnrolAccepted one_more = whole;
    one_more.certificate_chain.push_back(whole.certificate_chain[2]);
    EXPECT_FALSE(identity_of(one_more, "h", 1));
}

}  // namespace
}  // namespace zhibu::client::test
