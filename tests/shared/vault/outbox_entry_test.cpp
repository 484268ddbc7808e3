#include "shared/vault/outbox_entry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/sealed_box.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/change.hpp"
#include "shared/vault/data_key.hpp"
#include "tests/shared/vault/outbox_samples.hpp"

namespace zhibu::vault {
namespace {

using Samples = OutboxSamples;

class OutboxEntryTest : public testing::Test {
protected:
    [[nodiscard]] OutboxEntry sealed(const record::SealedGroup& group) {
        auto entry = seal_entry(Samples::name_of(3), group, previous_, samples_.recipients(),
                                samples_.random);
        EXPECT_TRUE(entry);
        return *std::move(entry);
    }

    Samples samples_;
    record::Hash previous_ = keys::sha256(std::vector<std::uint8_t>{1});
};

TEST_F(OutboxEntryTest, OpensToServerAndDeviceEachAlone) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, outbox_group_bytes_max}) {
        const auto group = Samples::group_of(1, size);
        const OutboxEntry entry = sealed(group);
        EXPECT_LE(entry.bytes.size(), outbox_entry_bytes_max);
        const OpenedEntry expected{.name = Samples::name_of(3), .group = group};
        const auto by_server = open_for_server(entry.bytes, samples_.server);
        ASSERT_TRUE(by_server);
        EXPECT_EQ(*by_server, expected);
        const auto by_device = open_own(entry.bytes, samples_.data_key);
        ASSERT_TRUE(by_device);
        EXPECT_EQ(*by_device, expected);
        EXPECT_EQ(entry.previous, previous_);
        EXPECT_EQ(parse_entry(entry.bytes), entry);
    }
}

TEST_F(OutboxEntryTest, OpensToNobodyElse) {
    const OutboxEntry entry = sealed(Samples::group_of(1));
    EXPECT_EQ(open_for_server(entry.bytes, keys::X25519Key::generate()).error(),
              OutboxFault::wrong_key);
    // The next window's key, of another file, and the next epoch's of the same one.
    EXPECT_EQ(open_own(entry.bytes, make_data_key(samples_.random)).error(),
              OutboxFault::wrong_key);
    EXPECT_EQ(open_own(entry.bytes, next_data_key(samples_.data_key, samples_.random)).error(),
              OutboxFault::wrong_key);
}

TEST_F(OutboxEntryTest, ShowsNothingOfTheGroup) {
    const auto group = Samples::group_of(1);
    const OutboxEntry first = sealed(group);
    const OutboxEntry second = sealed(group);
    EXPECT_TRUE(std::ranges::search(first.bytes, std::span(group.bytes).first(8)).empty());
    EXPECT_TRUE(std::ranges::search(first.bytes, std::span(group.signature).first(8)).empty());
    // Sealed again, no part of what is encrypted is the same: key, nonce and boxes are new.
    for (std::size_t at = 104; at + 8 <= first.bytes.size(); ++at) {
        ASSERT_FALSE(std::equal(first.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                first.bytes.begin() + static_cast<std::ptrdiff_t>(at + 8),
                                second.bytes.begin() + static_cast<std::ptrdiff_t>(at)))
            << at;
    }
}

TEST_F(OutboxEntryTest, EveryFlippedBitIsMalformed) {
    const OutboxEntry entry = sealed(Samples::group_of(1, 10));
    for (std::size_t bit = 0; bit < entry.bytes.size() * 8; ++bit) {
        auto changed = entry.bytes;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
        ASSERT_EQ(parse_entry(changed).error(), OutboxFault::malformed) << bit;
    }
    auto longer = entry.bytes;
    longer.push_back(0);
    EXPECT_EQ(parse_entry(longer).error(), OutboxFault::malformed);
    EXPECT_EQ(parse_entry(std::span(entry.bytes).first(entry.bytes.size() - 1)).error(),
              OutboxFault::malformed);
    EXPECT_EQ(parse_entry({}).error(), OutboxFault::malformed);
}

TEST_F(OutboxEntryTest, ForgedInAnyByteItOpensToNobody) {
    const OutboxEntry entry = sealed(Samples::group_of(1, 10));
    const std::size_t end = entry.bytes.size() - entry.hash.size();
    for (std::size_t at = 0; at < end; ++at) {
        auto changed = entry.bytes;
        changed[at] ^= 1;
        std::ranges::copy(keys::sha256(std::span(changed).first(end)),
                          changed.begin() + static_cast<std::ptrdiff_t>(end));
        const auto by_server = open_for_server(changed, samples_.server);
        const auto by_device = open_own(changed, samples_.data_key);
        // Each reader asks the whole header, the content and its own box of the other's bytes too.
        ASSERT_FALSE(by_server) << at;
        ASSERT_FALSE(by_device) << at;
    }
}

TEST_F(OutboxEntryTest, RefusesWhatCannotBeSealed) {
    const auto fault = [&](const record::SealedGroup& group, const OutboxRecipients& recipients) {
        return seal_entry(Samples::name_of(3), group, previous_, recipients, samples_.random)
            .error();
    };
    EXPECT_EQ(fault(Samples::group_of(1, outbox_group_bytes_max + 1), samples_.recipients()),
              OutboxFault::group_too_large);
    auto group = Samples::group_of(1);
    group.signature.resize(outbox_signature_bytes_max + 1);
    EXPECT_EQ(fault(group, samples_.recipients()), OutboxFault::group_too_large);
    EXPECT_EQ(fault(Samples::group_of(1), {keys::X25519Public{}, samples_.data_key}),
              OutboxFault::bad_server_key);
}

TEST_F(OutboxEntryTest, ANameThatHoldsTheMarkIsRefused) {
    auto name = Samples::name_of(3);
    std::ranges::copy(std::array<std::uint8_t, 8>{0x89, 'Z', 'O', 'B', 'X', 0x0d, 0x0a, 0x1a},
                      name.device.uuid.bytes.begin());
    EXPECT_EQ(
        seal_entry(name, Samples::group_of(1), previous_, samples_.recipients(), samples_.random)
            .error(),
        OutboxFault::malformed);
}

/// As a device could write it: the content of `entry` is `content`, whatever that is. Made from the
/// format's description alone.
std::vector<std::uint8_t> with_content(const OutboxEntry& entry, const keys::X25519Key& server,
                                       std::vector<std::uint8_t> content) {
    const std::span<const std::uint8_t> bytes(entry.bytes);
    const auto key =
        keys::open_box(server, {.purpose = "zhibu outbox server v1", .bound_to = bytes.first(104)},
                       bytes.subspan(104, 80));
    EXPECT_TRUE(key);
    std::vector<std::uint8_t> written(bytes.begin(), bytes.begin() + 244);
    written.resize(244 + content.size() + 16);
    keys::aes_gcm_seal({.key = &*key, .nonce = {}, .bound_to = std::span(written).first(244)},
                       content, std::span(written).subspan(244));
    const auto hash = keys::sha256(written);
    written.insert(written.end(), hash.begin(), hash.end());
    return written;
}

TEST_F(OutboxEntryTest, AHostileAuthorsLengthsAreRefused) {
    const std::vector<std::uint8_t> good{2, 0, 0, 0, 'a', 'b', 's', 'i'};
    const OutboxEntry entry = sealed({.bytes = {'x', 'x'}, .signature = {'x', 'x'}});
    const auto opened =
        open_for_server(with_content(entry, samples_.server, good), samples_.server);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->group, (record::SealedGroup{.bytes = {'a', 'b'}, .signature = {'s', 'i'}}));
    for (const std::vector<std::uint8_t>& length : std::vector<std::vector<std::uint8_t>>{
             {5, 0, 0, 0}, {255, 255, 255, 255}, {0, 0, 16, 0}}) {
        auto hostile = good;
        std::ranges::copy(length, hostile.begin());
        const auto bytes = with_content(entry, samples_.server, hostile);
        EXPECT_EQ(open_for_server(bytes, samples_.server).error(), OutboxFault::malformed);
        EXPECT_EQ(open_own(bytes, samples_.data_key).error(), OutboxFault::malformed);
    }
}

TEST_F(OutboxEntryTest, ASignatureAboveItsLimitIsRefused) {
    auto group = Samples::group_of(1, 200);
    group.signature.resize(0);
    const OutboxEntry entry = sealed(group);
    std::vector<std::uint8_t> content(204);
    content[0] = 200 - outbox_signature_bytes_max - 1;
    EXPECT_EQ(
        open_for_server(with_content(entry, samples_.server, content), samples_.server).error(),
        OutboxFault::malformed);
    content[0] = 200 - outbox_signature_bytes_max;
    EXPECT_TRUE(open_for_server(with_content(entry, samples_.server, content), samples_.server));
}

TEST_F(OutboxEntryTest, AnotherEntrysBoxesDoNotFit) {
    const OutboxEntry first = sealed(Samples::group_of(1, 10));
    const OutboxEntry second = sealed(Samples::group_of(2, 10));
    auto mixed = first.bytes;
    // Both boxes of the second under the same header: its content key is not the first's.
    std::copy(second.bytes.begin() + 104, second.bytes.begin() + 244, mixed.begin() + 104);
    std::ranges::copy(keys::sha256(std::span(mixed).first(mixed.size() - 32)), mixed.end() - 32);
    EXPECT_EQ(open_for_server(mixed, samples_.server).error(), OutboxFault::wrong_key);
    EXPECT_EQ(open_own(mixed, samples_.data_key).error(), OutboxFault::wrong_key);
}

}  // namespace
}  // namespace zhibu::vault
