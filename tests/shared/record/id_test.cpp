#include "shared/record/id.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "shared/record/clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::record {
namespace {

constexpr std::string_view sample = "0190163d-8694-739b-aea5-966c26f8ad91";

/// What the text says; an id that is none where it says nothing, which fails the test.
Uuid read(std::string_view text) {
    const auto uuid = parse_uuid(text);
    EXPECT_TRUE(uuid.has_value()) << text;
    return uuid.value_or(Uuid{});
}

TEST(Uuid, ReadsAndWritesTheCanonicalForm) {
    const Uuid uuid = read(sample);
    EXPECT_EQ(uuid.bytes[0], 0x01);
    EXPECT_EQ(uuid.bytes[15], 0x91);
    EXPECT_EQ(to_text(uuid), sample);
}

TEST(Uuid, ReadsUpperCaseAndWritesLower) {
    std::string upper{sample};
    std::ranges::transform(upper, upper.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    EXPECT_EQ(to_text(read(upper)), sample);
}

TEST(Uuid, RefusesEverythingElse) {
    for (std::size_t at = 0; at < sample.size(); ++at) {
        std::string damaged{sample};
        damaged[at] = 'g';
        EXPECT_FALSE(parse_uuid(damaged)) << damaged;
    }
    EXPECT_FALSE(parse_uuid(""));
    EXPECT_FALSE(parse_uuid(sample.substr(1)));
    EXPECT_FALSE(parse_uuid(std::string{sample} + "0"));
    EXPECT_FALSE(parse_uuid("0190163d8694739baea5966c26f8ad91"));
    EXPECT_FALSE(parse_uuid("{0190163d-8694-739b-aea5-966c26f8ad9}"));
}

TEST(UuidV7, HoldsTheTimeVersionAndVariant) {
    support::SeededRandom random{7};
    const Uuid uuid = make_uuid_v7(Instant{0x0190163d8694}, random);
    EXPECT_TRUE(to_text(uuid).starts_with("0190163d-8694-7"));
    EXPECT_EQ(uuid.bytes[8] & 0xC0U, 0x80U);
}

TEST(UuidV7, LaterOnesSortAfterEarlierOnes) {
    support::SeededRandom random{7};
    Uuid last{};
    for (std::int64_t time = 1'795'000'000'000; time < 1'795'000'000'200; ++time) {
        const Uuid uuid = make_uuid_v7(Instant{time}, random);
        EXPECT_LT(last, uuid);
        last = uuid;
    }
}

TEST(UuidV4, HoldsVersionAndVariantAndDiffers) {
    support::SeededRandom random{7};
    const Uuid first = make_uuid_v4(random);
    const Uuid second = make_uuid_v4(random);
    EXPECT_EQ(first.bytes[6] >> 4U, 4U);
    EXPECT_EQ(first.bytes[8] & 0xC0U, 0x80U);
    EXPECT_NE(first, second);
}

TEST(Id, AllZeroIsNone) {
    EXPECT_TRUE(RecordId{}.is_none());
    EXPECT_FALSE(RecordId{read(sample)}.is_none());
}

TEST(Id, HashesOfNeighboursDiffer) {
    support::SeededRandom random{7};
    std::unordered_set<RecordId> ids;
    std::unordered_set<std::size_t> hashes;
    for (int i = 0; i < 1000; ++i) {
        const RecordId id{make_uuid_v7(Instant{1'795'000'000'000}, random)};
        ids.insert(id);
        hashes.insert(std::hash<RecordId>{}(id));
    }
    EXPECT_EQ(ids.size(), 1000U);
    EXPECT_EQ(hashes.size(), 1000U);
}

}  // namespace
}  // namespace zhibu::record
