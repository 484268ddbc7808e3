#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/session/client_ledger.hpp"
#include "tests/sync_protocol/session/ledger_server.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

/// What a device takes of a server's tree, whatever the tree's size, whatever it had pinned, and
/// whichever bit of an answer is another.
namespace zhibu::sync {
namespace {

using samples::acknowledge;
using samples::LedgerServer;
using samples::watch;

constexpr std::uint64_t positions_max = 60;

Message answer(const LedgerServer& server, const Message& request) {
    if (const auto* head = std::get_if<TreeHeadRequest>(&request)) {
        return server.answer(*head);
    }
    return server.answer(std::get<InclusionRequest>(request));
}

LedgerWatch::Outcome take(LedgerWatch& watch, const Message& reply) {
    if (const auto* head = std::get_if<TreeHeadReply>(&reply)) {
        return watch.take(*head);
    }
    return watch.take(std::get<InclusionReply>(reply));
}

/// The message with one bit of its frame flipped; none where that is no message of the sort.
std::optional<Message> with_a_flipped_bit(const Message& message) {
    Bytes frame = encode(message);
    constexpr std::size_t header_bytes = 3;
    frame[*rc::gen::inRange<std::size_t>(header_bytes, frame.size())] ^=
        static_cast<std::uint8_t>(1U << *rc::gen::inRange(0U, 8U));
    const auto decoded = decode_message(frame);
    return decoded ? std::optional{*decoded} : std::nullopt;
}

/// A server, and a device that pinned its head some time ago and holds its newest receipt.
struct Contact {
    LedgerServer server;
    LedgerWatch device = watch();

    Contact() {
        const std::uint64_t pinned = *rc::gen::inRange<std::uint64_t>(1, positions_max);
        const std::uint64_t now = *rc::gen::inRange<std::uint64_t>(pinned, positions_max);
        server.grow_to(pinned);
        device = watch(samples::pinned_by(server));
        device.begin(2, samples::epoch, LogIndex{pinned});
        server.grow_to(now);
        acknowledge(device, server.grow());
    }
};

TEST(LedgerLaw, AnHonestServerIsBelievedWhateverTheSizes) {
    EXPECT_TRUE(rc::check([] {
        Contact contact;
        std::optional<LedgerPin> pin;
        for (auto request = contact.device.ask(); request; request = contact.device.ask()) {
            const auto outcome = take(contact.device, answer(contact.server, *request));
            RC_ASSERT(outcome.wrong == LedgerWatch::Outcome::Wrong::no);
            RC_ASSERT(!outcome.finding.has_value());
            RC_ASSERT(outcome.pin.has_value());
            pin = outcome.pin;
        }
        RC_ASSERT(pin.has_value());
        RC_ASSERT(pin->head.bytes == contact.server.head().bytes);
        RC_ASSERT(!pin->newest.verdict.empty());
    }));
}

TEST(LedgerLaw, AnAnswerOfWhichOneBitIsAnotherPinsNothing) {
    EXPECT_TRUE(rc::check([] {
        Contact contact;
        auto request = contact.device.ask();
        // Either of the two answers.
        if (*rc::gen::arbitrary<bool>()) {
            static_cast<void>(take(contact.device, answer(contact.server, *request)));
            request = contact.device.ask();
        }
        RC_ASSERT(request.has_value());
        const auto spoilt = with_a_flipped_bit(answer(contact.server, *request));
        if (spoilt) {
            const auto outcome = take(contact.device, *spoilt);
            RC_ASSERT(!outcome.pin.has_value());
        }
    }));
}

TEST(LedgerLaw, AnotherHistoryOfAnyLengthIsAnIncident) {
    EXPECT_TRUE(rc::check([] {
        Contact contact;
        // The same groups and verdicts, with other salts.
        LedgerServer other{2};
        other.grow_to(*rc::gen::inRange<std::uint64_t>(1, 2 * positions_max));
        const auto outcome = take(contact.device, answer(other, contact.device.ask().value()));
        RC_ASSERT(outcome.finding.has_value());
        RC_ASSERT((outcome.finding->sort == IncidentSort::history_forked ||
                   outcome.finding->sort == IncidentSort::history_shortened));
        RC_ASSERT(!outcome.pin.has_value());
        RC_ASSERT(!contact.device.ask().has_value());
    }));
}

}  // namespace
}  // namespace zhibu::sync
