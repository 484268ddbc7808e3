#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/vault/data_key.hpp"
#include "tests/server/session/session_fixture.hpp"

/// Groups that no message holds, over the server's whole session: staged, judged, told to others.
namespace zhibu::server::test {
namespace {

constexpr std::size_t part_bytes = 300'000;

class OversizedOf : public HostOf {
protected:
    record::SealedGroup large(Desk& author, unsigned people = 800) {
        std::vector<record::Change> changes;
        for (unsigned i = 0; i < people; ++i) {
            changes.push_back(create("person", court.new_id(),
                                     with(applicant(court.branch_a, ++number),
                                          {{"remark", text(std::string(1'900, 'r'))}})));
        }
        return author.seal(std::move(changes));
    }

    static sync::GroupOffer offer_of(const Desk& author, const std::vector<std::uint8_t>& bytes,
                                     std::uint64_t sequence) {
        sync::GroupOffer offer;
        offer.account = author.account;
        offer.incarnation = author.incarnation;
        offer.sequence = Sequence{sequence};
        offer.bytes = bytes.size();
        offer.hash = keys::sha256(bytes);
        return offer;
    }

    /// How much the server said that it holds; no value where it refused.
    std::optional<std::uint64_t> offer(Peer& peer, const sync::GroupOffer& offered) {
        const std::size_t before = peer.sent<sync::PartsHeld>().size();
        peer.events->on_message(sync::encode(offered));
        EXPECT_TRUE(executor.run_until(
            [&] { return peer.sent<sync::PartsHeld>().size() > before || peer.wire.closed; }));
        if (peer.wire.closed) {
            return std::nullopt;
        }
        return peer.sent<sync::PartsHeld>().back().bytes;
    }

    void send(Peer& peer, const std::vector<std::uint8_t>& bytes, std::uint64_t from,
              std::uint64_t to) {
        while (from < to && !peer.wire.closed) {
            const auto count = std::min<std::uint64_t>(part_bytes, to - from);
            const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
            peer.events->on_message(sync::encode(
                sync::GroupPart{from, {begin, begin + static_cast<std::ptrdiff_t>(count)}}));
            from += count;
            ASSERT_TRUE(executor.run_until([&] {
                return peer.sent<sync::PartsHeld>().back().bytes == from || peer.wire.closed;
            }));
        }
    }

    unsigned number = 0;
};

TEST_F(OversizedOf, AGroupIsTakenInPartsAndToldInParts) {
    Peer author{enrol(court.secretary_a), {}, {}, {}};
    Peer reader{enrol(court.general_administrator), {}, {}, {}};
    log_in(author);
    log_in(reader);
    const LogIndex before = court.head();
    const auto group = large(author.device);
    ASSERT_GT(group.bytes.size(), sync::frame_bytes_max);
    auto offered = offer_of(author.device, group.bytes, 1);
    offered.signature = group.signature;
    ASSERT_EQ(offer(author, offered), 0U);
    send(author, group.bytes, 0, group.bytes.size());
    ASSERT_TRUE(executor.run_until([&] { return !author.sent<sync::Verdicts>().empty(); }));
    ASSERT_EQ(author.sent<sync::Verdicts>().front().receipts.size(), 1U);
    const auto verdict = verdict_of(author.sent<sync::Verdicts>().front().receipts.front());
    EXPECT_EQ(verdict.outcome, record::Outcome::accepted);
    tell_of_commit();
    reader.events->on_message(sync::encode(sync::Subscribe{before, 64U << 20U}));
    ASSERT_TRUE(executor.run_until([&] {
        const auto parts = reader.sent<sync::TailPart>();
        return !parts.empty() && parts.back().is_last;
    }));
    std::size_t effects = 0;
    for (const sync::TailPart& part : reader.sent<sync::TailPart>()) {
        EXPECT_EQ(part.entry.entry.index, verdict.index);
        effects += part.entry.entry.effects.size();
    }
    EXPECT_GT(reader.sent<sync::TailPart>().size(), 1U);
    EXPECT_EQ(effects, 800U);
}

TEST_F(OversizedOf, TheNextSessionGoesOnWhereTheOneBeforeWasCut) {
    Peer first{enrol(court.secretary_a), {}, {}, {}};
    log_in(first);
    const auto group = large(first.device, 40);
    auto offered = offer_of(first.device, group.bytes, 1);
    offered.signature = group.signature;
    ASSERT_EQ(offer(first, offered), 0U);
    send(first, group.bytes, 0, 50'000);
    first.close();
    Peer second{first.device, {}, {}, {}};
    log_in(second);
    EXPECT_EQ(offer(second, offered), 50'000U);
    send(second, group.bytes, 50'000, group.bytes.size());
    ASSERT_TRUE(executor.run_until([&] { return !second.sent<sync::Verdicts>().empty(); }));
    EXPECT_EQ(second.sent<sync::Verdicts>().front().receipts.size(), 1U);
}

TEST_F(OversizedOf, WhatAnotherKeySignedIsRefusedBeforeAnyOfItIsSent) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    log_in(peer);
    const auto group = large(peer.device, 1);
    auto offered = offer_of(peer.device, group.bytes, 1);
    offered.signature = group.signature;
    offered.signature[9] ^= 1U;
    EXPECT_FALSE(offer(peer, offered));
    EXPECT_TRUE(peer.is_told(RefusalReason::signature_wrong));
}

TEST_F(OversizedOf, AnEntryOfTheOutboxIsHandedInWithoutSigningIn) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    open(peer);
    const auto group = large(peer.device);
    const vault::DataKey data_key = vault::make_data_key(court.random);
    const auto entry = vault::seal_entry({peer.device.device, peer.device.incarnation, Sequence{1}},
                                         group, {}, {box_key.public_key(), data_key}, court.random);
    ASSERT_TRUE(entry.has_value());
    auto offered = offer_of(peer.device, entry->bytes, 1);
    offered.is_boxed = true;
    ASSERT_EQ(offer(peer, offered), 0U);
    EXPECT_GT(peer.sent<sync::PartsHeld>().front().push_credit, 0U);
    send(peer, entry->bytes, 0, entry->bytes.size());
    ASSERT_TRUE(executor.run_until([&] { return !peer.sent<sync::HandedIn>().empty(); }));
    EXPECT_EQ(peer.sent<sync::HandedIn>().front().through, Sequence{1});
    EXPECT_FALSE(peer.wire.closed) << "it may sign in now";
    EXPECT_FALSE(court.store.contents()->stagings.contains(peer.device.device));
}

TEST_F(OversizedOf, AnEntryOfAnotherAccountsDeviceIsRefused) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    open(peer);
    auto offered = offer_of(peer.device, {1, 2, 3}, 1);
    offered.is_boxed = true;
    offered.account = court.secretary_b;
    EXPECT_FALSE(offer(peer, offered));
    EXPECT_TRUE(peer.is_told(RefusalReason::unknown_device));
}

}  // namespace
}  // namespace zhibu::server::test
