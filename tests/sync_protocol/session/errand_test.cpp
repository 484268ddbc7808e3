#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "sync_protocol/session/client_session.hpp"
#include "sync_protocol/session/server_session.hpp"
#include "tests/sync_protocol/session/client_samples.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

// What an account and a device ask for themselves, on both ends of a session.
namespace zhibu::sync {
namespace {

using samples::only;

template <class Wanted>
std::vector<Wanted> sent_by_server(const ServerEffects& effects) {
    return samples::sent<Wanted, server_effect::Send>(effects);
}

template <class Wanted>
std::vector<Wanted> sent_by_client(const ClientEffects& effects) {
    return samples::sent<Wanted, client_effect::Send>(effects);
}

ServerEffects receive(ServerSession& session, const Message& message) {
    return session.step(server_event::Received{encode(message)});
}

ClientEffects receive(ClientSession& session, const Message& message) {
    return session.step(client_event::Received{encode(message)});
}

Welcome welcome() {
    Welcome made;
    made.epoch = samples::epoch;
    made.head = LogIndex{5};
    made.lease = samples::signed_lease();
    made.push_credit = 1'000'000;
    return made;
}

ServerSession greeted_server(std::uint16_t protocol, const std::string& code = {}) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(server_event::Opened{samples::challenge()}));
    if (!code.empty()) {
        static_cast<void>(receive(session, SecondFactor{code}));
    }
    Hello hello = samples::hello();
    hello.protocol = protocol;
    static_cast<void>(receive(session, hello));
    return session;
}

ServerSession open_server(std::uint16_t protocol = protocol_current) {
    ServerSession session = greeted_server(protocol);
    static_cast<void>(session.step(server_event::Admitted{welcome()}));
    return session;
}

RefusalReason refused_with(const ServerEffects& effects) {
    const auto refusals = sent_by_server<Refusal>(effects);
    EXPECT_EQ(refusals.size(), 1U);
    return refusals.empty() ? RefusalReason::server_busy : refusals.front().reason;
}

ErrandReply reply_to(const Errand& errand) {
    ErrandReply reply;
    reply.sort = errand.sort;
    reply.is_done = true;
    return reply;
}

TEST(SecondFactorAtTheServer, IsHandedOnWithTheHello) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(server_event::Opened{samples::challenge()}));
    EXPECT_TRUE(receive(session, SecondFactor{"123456"}).empty());
    const auto greeted = receive(session, samples::hello());
    ASSERT_EQ(only<server_effect::Admit>(greeted).size(), 1U);
    EXPECT_EQ(only<server_effect::Admit>(greeted).front().second_factor, "123456");
}

TEST(SecondFactorAtTheServer, ComesOnceBeforeTheHelloOrNotAtAll) {
    ServerSession twice{ServerSession::Settings{}};
    static_cast<void>(twice.step(server_event::Opened{samples::challenge()}));
    static_cast<void>(receive(twice, SecondFactor{"123456"}));
    EXPECT_EQ(refused_with(receive(twice, SecondFactor{"654321"})),
              RefusalReason::unexpected_message);
    ServerSession empty{ServerSession::Settings{}};
    static_cast<void>(empty.step(server_event::Opened{samples::challenge()}));
    EXPECT_EQ(refused_with(receive(empty, SecondFactor{})), RefusalReason::unexpected_message);
    ServerSession late = open_server();
    EXPECT_EQ(refused_with(receive(late, SecondFactor{"123456"})),
              RefusalReason::unexpected_message);
}

TEST(SecondFactorAtTheServer, AnOlderDeviceIsToldThatItsProgramIsTooOld) {
    Refusal needed;
    needed.reason = RefusalReason::second_factor_needed;
    for (std::uint16_t protocol = 1; protocol < 4; ++protocol) {
        ServerSession older = greeted_server(protocol);
        EXPECT_EQ(refused_with(older.step(server_event::Denied{needed})),
                  RefusalReason::protocol_too_old);
    }
    ServerSession newer = greeted_server(4);
    EXPECT_EQ(refused_with(newer.step(server_event::Denied{needed})),
              RefusalReason::second_factor_needed);
}

TEST(ErrandAtTheServer, IsDoneOneAtATimeAndAnswered) {
    ServerSession session = open_server();
    const Errand errand{ErrandSort::change_password, "一个足够长的新密码", {}};
    const auto asked = receive(session, errand);
    ASSERT_EQ(only<server_effect::DoErrand>(asked).size(), 1U);
    EXPECT_EQ(only<server_effect::DoErrand>(asked).front().errand, errand);
    const auto answered = session.step(server_event::ErrandDone{reply_to(errand)});
    EXPECT_EQ(sent_by_server<ErrandReply>(answered), std::vector{reply_to(errand)});
    EXPECT_EQ(only<server_effect::DoErrand>(receive(session, errand)).size(), 1U);
    EXPECT_EQ(refused_with(receive(session, errand)), RefusalReason::unexpected_message);
}

TEST(ErrandAtTheServer, IsOfAnOpenSessionThatKnowsErrands) {
    ServerSession older = open_server(3);
    EXPECT_EQ(refused_with(receive(older, Errand{})), RefusalReason::unexpected_message);
    ServerSession early = greeted_server(protocol_current);
    EXPECT_EQ(refused_with(receive(early, Errand{})), RefusalReason::unexpected_message);
}

TEST(ErrandAtTheServer, AnAnswerThatComesAfterTheEndIsDropped) {
    ServerSession session = open_server();
    static_cast<void>(receive(session, Errand{}));
    static_cast<void>(receive(session, Goodbye{}));
    EXPECT_TRUE(session.step(server_event::ErrandDone{reply_to(Errand{})}).empty());
}

ClientSession greeting_client(const std::string& code, std::uint16_t server_protocol,
                              ClientEffects& greeting) {
    ReplicaPosition position = samples::replica_at(5, 0);
    position.second_factor = code;
    ClientSession session{position, samples::server_key().public_key(),
                          samples::comparing_when_asked()};
    Challenge challenge = samples::challenge();
    challenge.newest_protocol = server_protocol;
    static_cast<void>(session.step(client_event::Opened{}));
    static_cast<void>(receive(session, challenge));
    greeting = session.step(client_event::Proved{record::Signature(64, 1)});
    return session;
}

TEST(SecondFactorAtTheClient, GoesBeforeTheHello) {
    ClientEffects greeting;
    static_cast<void>(greeting_client("123456", protocol_current, greeting));
    ASSERT_EQ(greeting.size(), 2U);
    EXPECT_EQ(sent_by_client<SecondFactor>({greeting.front()}),
              std::vector{SecondFactor{"123456"}});
    EXPECT_EQ(sent_by_client<Hello>({greeting.back()}).size(), 1U);
}

TEST(SecondFactorAtTheClient, IsNotTold) {
    ClientEffects greeting;
    static_cast<void>(greeting_client("", protocol_current, greeting));
    EXPECT_EQ(greeting.size(), 1U) << "where there is none";
    static_cast<void>(greeting_client("123456", 3, greeting));
    EXPECT_EQ(greeting.size(), 1U) << "to a server that knows none";
}

ClientSession open_client(const std::vector<Errand>& errands, ClientEffects& after,
                          std::uint16_t server_protocol = protocol_current) {
    ClientEffects greeting;
    ClientSession session = greeting_client("", server_protocol, greeting);
    for (const Errand& errand : errands) {
        EXPECT_TRUE(session.step(client_event::ErrandWanted{errand}).empty()) << "not open yet";
    }
    after = receive(session, welcome());
    return session;
}

TEST(ErrandAtTheClient, GoesOneAfterAnotherOnceTheSessionIsOpen) {
    const Errand first{ErrandSort::renew_certificate, {}, {1, 2}};
    const Errand second{ErrandSort::change_password, "一个足够长的新密码", {}};
    ClientEffects after;
    ClientSession session = open_client({first, second}, after);
    EXPECT_EQ(sent_by_client<Errand>(after), std::vector{first});
    const auto next = receive(session, reply_to(first));
    ASSERT_EQ(only<client_effect::ErrandAnswered>(next).size(), 1U);
    EXPECT_EQ(only<client_effect::ErrandAnswered>(next).front().reply, reply_to(first));
    EXPECT_EQ(sent_by_client<Errand>(next), std::vector{second});
}

TEST(ErrandAtTheClient, AnAnswerThatNobodyAskedForEndsTheSession) {
    ClientEffects after;
    ClientSession none = open_client({}, after);
    EXPECT_EQ(only<client_effect::End>(receive(none, reply_to(Errand{}))).front().fault,
              SessionFault::unexpected_message);
    ClientSession other = open_client({Errand{}}, after);
    const Errand another{ErrandSort::begin_second_factor, {}, {}};
    EXPECT_EQ(only<client_effect::End>(receive(other, reply_to(another))).front().fault,
              SessionFault::unexpected_message);
}

TEST(ErrandAtTheClient, AnOlderServerIsNotAskedAndTheCallerIsTold) {
    ClientEffects after;
    static_cast<void>(open_client({Errand{}}, after, 3));
    EXPECT_TRUE(sent_by_client<Errand>(after).empty());
    const auto answered = only<client_effect::ErrandAnswered>(after);
    ASSERT_EQ(answered.size(), 1U);
    EXPECT_FALSE(answered.front().reply.is_done);
    EXPECT_EQ(answered.front().reply.refused, RefusalReason::protocol_too_old);
}

}  // namespace
}  // namespace zhibu::sync
