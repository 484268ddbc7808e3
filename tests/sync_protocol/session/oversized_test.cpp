#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "sync_protocol/session/client_session.hpp"
#include "sync_protocol/session/server_session.hpp"
#include "tests/sync_protocol/session/client_samples.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

/// What no message holds, at both ends of a session.
namespace zhibu::sync {
namespace {

namespace ce = client_effect;
namespace cv = client_event;
namespace se = server_effect;
namespace sv = server_event;
using samples::only;

Bytes content(std::size_t count) {
    Bytes bytes(count);
    for (std::size_t i = 0; i < count; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    }
    return bytes;
}

GroupOffer offer_of(const Bytes& bytes, std::uint64_t sequence = 1, bool is_boxed = false) {
    return {samples::account,
            samples::incarnation,
            Sequence{sequence},
            is_boxed,
            bytes.size(),
            keys::sha256(bytes),
            is_boxed ? Signature{} : Signature(70, 9)};
}

template <class Wanted>
std::vector<Wanted> sent(const ServerEffects& effects) {
    return samples::sent<Wanted, se::Send>(effects);
}

template <class Wanted>
std::vector<Wanted> sent(const ClientEffects& effects) {
    return samples::sent<Wanted, ce::Send>(effects);
}

Welcome welcome() {
    Welcome made;
    made.epoch = samples::epoch;
    made.head = LogIndex{5};
    made.lease = samples::signed_lease();
    return made;
}

class ServerTakes : public testing::Test {
protected:
    void greet() { static_cast<void>(session.step(sv::Opened{samples::challenge()})); }

    void open(std::uint16_t protocol = protocol_current) {
        greet();
        Hello hello = samples::hello();
        hello.protocol = protocol;
        receive(hello);
        static_cast<void>(session.step(sv::Admitted{welcome()}));
    }

    const ServerEffects& receive(const Message& message) {
        last = session.step(sv::Received{encode(message)});
        return last;
    }

    const ServerEffects& staged(std::uint64_t held) {
        last = session.step(sv::Staged{held});
        return last;
    }

    [[nodiscard]] std::optional<Refusal> refusal() const {
        const auto refusals = sent<Refusal>(last);
        return refusals.empty() ? std::nullopt : std::optional{refusals.front()};
    }

    GroupPart part(std::uint64_t at, std::size_t count) const {
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        return {at, Bytes(from, from + static_cast<std::ptrdiff_t>(count))};
    }

    ServerSession session{ServerSession::Settings{}};
    ServerEffects last;
    Bytes bytes = content(1'000);
    GroupOffer offer = offer_of(bytes);
};

TEST_F(ServerTakes, PartsOneAtATimeAndJudgesTheWholeOnce) {
    open();
    ASSERT_EQ(only<se::StageOffer>(receive(offer)).size(), 1U);
    EXPECT_EQ(sent<PartsHeld>(staged(0)), std::vector{PartsHeld{}});
    EXPECT_EQ(only<se::StagePart>(receive(part(0, 400))).size(), 1U);
    EXPECT_TRUE(only<se::StagePart>(receive(part(400, 600))).empty()) << "one is being staged";
    const auto next = staged(400);
    EXPECT_EQ(sent<PartsHeld>(next).front().bytes, 400U);
    EXPECT_EQ(sent<PartsHeld>(next).front().push_credit, 400U);
    ASSERT_EQ(only<se::StagePart>(next).size(), 1U);
    EXPECT_TRUE(only<se::JudgeStaged>(next).empty());
    const auto whole = staged(1'000);
    ASSERT_EQ(only<se::JudgeStaged>(whole).size(), 1U);
    EXPECT_EQ(only<se::JudgeStaged>(whole).front().offer, offer);
    const auto judged = session.step(sv::Judged{{samples::receipt(1)}, std::nullopt});
    EXPECT_EQ(sent<Verdicts>(judged).front().receipts.size(), 1U);
    EXPECT_EQ(only<se::Judge>(receive(Push{{samples::sealed_group(2)}})).size(), 1U);
}

TEST_F(ServerTakes, TheRestOfWhatIsHeldFromBefore) {
    open();
    receive(offer);
    EXPECT_EQ(sent<PartsHeld>(staged(700)).front().bytes, 700U);
    receive(part(0, 10));
    ASSERT_TRUE(refusal());
    EXPECT_EQ(refusal()->detail, "part at 0, expected at 700 of 1000");
}

TEST_F(ServerTakes, WholeWhatIsHeldWholeWithoutAnotherPart) {
    open();
    receive(offer);
    EXPECT_EQ(only<se::JudgeStaged>(staged(1'000)).size(), 1U);
}

TEST_F(ServerTakes, NothingThatIsOutOfPlace) {
    const auto refused = [this](const std::vector<Message>& messages) {
        session = ServerSession{ServerSession::Settings{}};
        open();
        receive(offer);
        staged(0);
        for (const Message& each : messages) {
            receive(each);
        }
        return refusal() ? std::optional{refusal()->reason} : std::nullopt;
    };
    using enum RefusalReason;
    EXPECT_EQ(refused({part(1, 10)}), unexpected_message) << "a gap";
    EXPECT_EQ(refused({part(0, 10), part(0, 10)}), unexpected_message) << "twice";
    EXPECT_EQ(refused({part(0, 400), part(400, 600), GroupPart{1'000, {1}}}), unexpected_message)
        << "beyond the end";
    EXPECT_EQ(refused({GroupPart{0, content(1'001)}}), unexpected_message) << "too many";
    EXPECT_EQ(refused({GroupPart{0, {}}}), unexpected_message) << "none";
    EXPECT_EQ(refused({Push{{samples::sealed_group(1)}}}), unexpected_message) << "interleaved";
    EXPECT_EQ(refused({offer}), unexpected_message) << "a second offer";
    EXPECT_EQ(refused({part(0, 400)}), std::nullopt);
}

TEST_F(ServerTakes, NoPartBeforeItHasSaidWhatItHolds) {
    open();
    receive(offer);
    receive(part(0, 10));
    EXPECT_EQ(refusal()->reason, RefusalReason::unexpected_message);
}

TEST_F(ServerTakes, NoOfferBesideGroupsThatAreBeingJudged) {
    open();
    receive(Push{{samples::sealed_group(1)}});
    receive(offer);
    EXPECT_EQ(refusal()->detail, "offer before the last verdict");
}

TEST_F(ServerTakes, NoMoreThanTheCredit) {
    session = ServerSession{ServerSession::Settings{.push_credit_bytes = 300}};
    open();
    receive(offer);
    staged(0);
    receive(part(0, 400));
    EXPECT_EQ(refusal()->reason, RefusalReason::message_too_large);
}

TEST_F(ServerTakes, NoOfferOfAnOlderSession) {
    open(2);
    receive(offer);
    EXPECT_EQ(refusal()->detail, "newer than this session's protocol");
}

TEST_F(ServerTakes, AnEntryOfTheOutboxBeforeTheHelloAndNothingElse) {
    greet();
    const GroupOffer boxed = offer_of(bytes, 1, true);
    ASSERT_EQ(only<se::StageOffer>(receive(boxed)).size(), 1U);
    EXPECT_EQ(sent<PartsHeld>(staged(0)).front().push_credit,
              ServerSession::Settings{}.push_credit_bytes);
    receive(part(0, 1'000));
    ASSERT_EQ(only<se::JudgeStaged>(staged(1'000)).size(), 1U);
    last = session.step(sv::TakenIn{HandedIn{samples::incarnation, Sequence{1}}});
    EXPECT_EQ(sent<HandedIn>(last).size(), 1U);
    EXPECT_EQ(only<se::Admit>(receive(samples::hello())).size(), 1U) << "it may sign in now";

    session = ServerSession{ServerSession::Settings{}};
    greet();
    receive(offer);
    EXPECT_EQ(refusal()->detail, "offer of another sort");
    session = ServerSession{ServerSession::Settings{}};
    greet();
    receive(boxed);
    receive(samples::hello());
    EXPECT_EQ(refusal()->detail, "between parts");
}

TEST_F(ServerTakes, ADenialOfWhatCannotBeStaged) {
    open();
    receive(offer);
    Refusal refused;
    refused.reason = RefusalReason::message_too_large;
    last = session.step(sv::Denied{refused});
    EXPECT_EQ(refusal()->reason, RefusalReason::message_too_large);
}

/// A tail entry with so many records.
TailPart tail_part(std::uint64_t index, std::uint8_t first, std::size_t records, bool is_last) {
    TailPart part;
    part.entry.entry.index = LogIndex{index};
    for (std::size_t i = 0; i < records; ++i) {
        record::Effect effect;
        effect.sort = record::Effect::Sort::entered;
        effect.state.key = {record::KindNumber{3},
                            RecordId{samples::uuid(static_cast<std::uint8_t>(first + i))}};
        part.entry.entry.effects.push_back(std::move(effect));
    }
    part.is_last = is_last;
    part.head = LogIndex{index};
    return part;
}

TEST_F(ServerTakes, AndTellsAnEntryInPartsUnderTheCredit) {
    open();
    last = session.step(sv::HeadAdvanced{LogIndex{7}});
    const TailPart first = tail_part(7, 1, 3, false);
    const TailPart second = tail_part(7, 4, 1, true);
    const std::uint64_t credit = encoded_size_hint(first.entry.entry);
    receive(Subscribe{LogIndex{5}, credit});
    ASSERT_EQ(only<se::ReadTail>(last).size(), 1U);
    EXPECT_TRUE(only<se::ReadTail>(last).front().in_parts);
    last = session.step(sv::TailRead{first});
    EXPECT_EQ(sent<TailPart>(last).size(), 1U);
    EXPECT_TRUE(only<se::ReadTail>(last).empty()) << "no credit is left";
    receive(PullCredit{credit});
    ASSERT_EQ(only<se::ReadTail>(last).size(), 1U);
    EXPECT_EQ(only<se::ReadTail>(last).front().from, LogIndex{6});
    EXPECT_EQ(only<se::ReadTail>(last).front().within, first.entry.entry.effects.back().state.key);
    last = session.step(sv::TailRead{second});
    EXPECT_EQ(sent<TailPart>(last).size(), 1U);
    EXPECT_TRUE(only<se::ReadTail>(last).empty()) << "it is at the head";
}

TEST_F(ServerTakes, AnOlderReaderToASnapshotInsteadOfParts) {
    open(2);
    last = session.step(sv::HeadAdvanced{LogIndex{7}});
    receive(Subscribe{LogIndex{5}, 100'000});
    EXPECT_FALSE(only<se::ReadTail>(last).front().in_parts);
    EXPECT_EQ(sent<SnapshotNeeded>(session.step(sv::TailRead{std::nullopt})).size(), 1U);
}

class ClientSends : public testing::Test {
protected:
    explicit ClientSends(std::uint64_t last_sequence = 1)
        : session{samples::replica_at(5, last_sequence), samples::server_key().public_key(),
                  samples::comparing_when_asked()} {}

    void open(std::uint16_t protocol = protocol_current, std::uint64_t push_credit = 1'000'000) {
        Challenge challenge = samples::challenge();
        challenge.newest_protocol = protocol;
        static_cast<void>(session.step(cv::Opened{}));
        receive(challenge);
        static_cast<void>(session.step(cv::Proved{Signature(64, 1)}));
        Welcome made = welcome();
        made.push_credit = push_credit;
        receive(made);
        last = session.step(cv::Done{});  // the lease
    }

    const ClientEffects& receive(const Message& message) {
        last = session.step(cv::Received{encode(message)});
        return last;
    }

    /// Answers what is read until nothing more is; how many bytes were sent.
    std::size_t send_parts() {
        std::size_t bytes_sent = 0;
        for (auto reads = only<ce::ReadPart>(last); !reads.empty();
             reads = only<ce::ReadPart>(last)) {
            const ce::ReadPart& wish = reads.front();
            const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(wish.at);
            const std::size_t count =
                std::min(wish.bytes_max, bytes.size() - static_cast<std::size_t>(wish.at));
            last =
                session.step(cv::PartRead{Bytes(from, from + static_cast<std::ptrdiff_t>(count))});
            const auto parts = sent<GroupPart>(last);
            EXPECT_EQ(parts.size(), 1U);
            EXPECT_EQ(parts.front().at, wish.at);
            bytes_sent += parts.front().bytes.size();
        }
        return bytes_sent;
    }

    [[nodiscard]] std::optional<SessionFault> fault() const {
        const auto ends = only<ce::End>(last);
        return ends.empty() ? std::nullopt : ends.front().fault;
    }

    Bytes bytes = content(3'000'000);
    GroupOffer offer = offer_of(bytes);
    ClientSession session;
    ClientEffects last;
};

TEST_F(ClientSends, WhatIsMissingAtTheServerInParts) {
    open();
    last = session.step(cv::WaitingRead{{}, Sequence{0}, offer});
    EXPECT_EQ(sent<GroupOffer>(last), std::vector{offer});
    EXPECT_TRUE(only<ce::ReadPart>(last).empty()) << "what the server holds is not known yet";
    receive(PartsHeld{2'000'000, 0});
    EXPECT_EQ(send_parts(), 1'000'000U);
    receive(PartsHeld{3'000'000, 1'000'000});
    EXPECT_TRUE(only<ce::ReadPart>(last).empty());
    receive(Verdicts{{samples::receipt(1)}, 0});
    EXPECT_EQ(only<ce::StoreVerdicts>(last).size(), 1U);
}

TEST_F(ClientSends, NoMoreThanTheCreditAndWaitsForMore) {
    open(protocol_current, 500'000);
    last = session.step(cv::WaitingRead{{}, Sequence{0}, offer});
    receive(PartsHeld{0, 0});
    const std::size_t first = send_parts();
    EXPECT_EQ(first, 500'000U);
    receive(PartsHeld{first, 400'000});
    EXPECT_EQ(send_parts(), ClientSession::Settings{}.push_bytes_max)
        << "for the little that is left of the credit no part is sent while more is on its way";
}

TEST_F(ClientSends, AnOfferOnlyWhenAllBeforeItIsJudged) {
    session = ClientSession{samples::replica_at(5, 2), samples::server_key().public_key(),
                            samples::comparing_when_asked()};
    offer.sequence = Sequence{2};
    open();
    last = session.step(cv::WaitingRead{{samples::sealed_group(1)}, Sequence{1}});
    last = session.step(cv::WaitingRead{{}, Sequence{1}, offer});
    EXPECT_TRUE(sent<GroupOffer>(last).empty());
    receive(Verdicts{{samples::receipt(1)}, 0});
    ASSERT_EQ(only<ce::ReadWaiting>(last).size(), 1U);
    last = session.step(cv::WaitingRead{{}, Sequence{1}, offer});
    EXPECT_EQ(sent<GroupOffer>(last).size(), 1U);
}

TEST_F(ClientSends, NothingToAServerThatClaimsWhatItWasNotSent) {
    const auto fault_after = [this](const std::vector<PartsHeld>& answers) {
        session = ClientSession{samples::replica_at(5, 1), samples::server_key().public_key(),
                                samples::comparing_when_asked()};
        open();
        last = session.step(cv::WaitingRead{{}, Sequence{0}, offer});
        for (const PartsHeld& each : answers) {
            receive(each);
        }
        return fault();
    };
    EXPECT_EQ(fault_after({{3'000'001, 0}}), SessionFault::unexpected_message);
    EXPECT_EQ(fault_after({{1'000, 0}, {2'000, 0}}), SessionFault::unexpected_message)
        << "more than was sent";
    EXPECT_EQ(fault_after({{1'000, 0}, {0, 0}}), SessionFault::unexpected_message);
    session = ClientSession{samples::replica_at(5, 1), samples::server_key().public_key(),
                            samples::comparing_when_asked()};
    open();
    receive(PartsHeld{0, 0});
    EXPECT_EQ(fault(), SessionFault::unexpected_message) << "nothing was offered";
}

TEST_F(ClientSends, NothingToAnOlderServerAndSaysSoWhenAllElseIsDone) {
    open(1);
    last = session.step(cv::WaitingRead{{}, Sequence{0}, offer});
    EXPECT_TRUE(sent<GroupOffer>(last).empty());
    EXPECT_FALSE(fault()) << "pulling goes on";
    receive(Tail{{}, LogIndex{5}, LogIndex{5}});
    last = session.step(cv::Done{});
    last = session.step(cv::LeaveWhenDone{});
    EXPECT_EQ(fault(), SessionFault::group_needs_newer_server);
}

TEST_F(ClientSends, AnEntryOfTheOutboxBeforeItSignsIn) {
    ReplicaPosition position = samples::replica_at(5, 0);
    Delivery delivery;
    delivery.account = samples::account;
    delivery.incarnation = IncarnationId{samples::uuid(30)};
    delivery.last = Sequence{1};
    position.deliveries = {delivery};
    session = ClientSession{position, samples::server_key().public_key(),
                            samples::comparing_when_asked()};
    offer = offer_of(bytes, 1, true);
    offer.incarnation = delivery.incarnation;
    static_cast<void>(session.step(cv::Opened{}));
    receive(samples::challenge());
    ASSERT_EQ(only<ce::ReadBoxed>(last).size(), 1U);
    last = session.step(cv::BoxedRead{{}, offer});
    EXPECT_EQ(sent<GroupOffer>(last), std::vector{offer});
    receive(PartsHeld{0, 4'000'000});
    EXPECT_EQ(send_parts(), bytes.size());
    receive(PartsHeld{bytes.size(), 3'000'000});
    receive(HandedIn{delivery.incarnation, Sequence{1}});
    EXPECT_EQ(only<ce::StoreHandedIn>(last).size(), 1U);
    ASSERT_EQ(only<ce::ReadBoxed>(last).size(), 1U);
    last = session.step(cv::BoxedRead{});
    EXPECT_EQ(only<ce::Prove>(last).size(), 1U) << "now it signs in";
}

TEST_F(ClientSends, AndAppliesAnEntryWhenItsLastPartIsStaged) {
    session = ClientSession{samples::replica_at(5), samples::server_key().public_key(),
                            samples::comparing_when_asked()};
    open();
    receive(tail_part(7, 1, 2, false));
    ASSERT_EQ(only<ce::StageTailPart>(last).size(), 1U);
    EXPECT_TRUE(only<ce::StageTailPart>(last).front().is_first);
    last = session.step(cv::Done{});
    EXPECT_GT(sent<PullCredit>(last).front().bytes, 0U);
    receive(tail_part(7, 3, 1, true));
    ASSERT_EQ(only<ce::StageTailPart>(last).size(), 1U);
    EXPECT_FALSE(only<ce::StageTailPart>(last).front().is_first);
    last = session.step(cv::Done{});
    ASSERT_EQ(only<ce::ApplyTailParts>(last).size(), 1U);
    EXPECT_EQ(only<ce::ApplyTailParts>(last).front().through, LogIndex{7});
    last = session.step(cv::Done{});
    EXPECT_EQ(only<ce::CaughtUp>(last).size(), 1U);
}

TEST_F(ClientSends, NoTailAndNoOtherEntryIsTakenBetweenParts) {
    for (const Message& other :
         {Message{tail_part(8, 9, 1, true)}, Message{Tail{{}, LogIndex{8}, LogIndex{8}}}}) {
        session = ClientSession{samples::replica_at(5), samples::server_key().public_key(),
                                samples::comparing_when_asked()};
        open();
        receive(tail_part(7, 1, 2, false));
        receive(other);
        EXPECT_EQ(fault(), SessionFault::unexpected_message);
    }
}

}  // namespace
}  // namespace zhibu::sync
