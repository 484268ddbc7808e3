#include "sync_protocol/casework/casework.hpp"

#include <gtest/gtest.h>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

namespace zhibu::sync {
namespace {

TEST(Casework, AGroupOfAnySizeComesBackFromItsParts) {
    for (const std::size_t size : {0UL, 1UL, 44'999UL, 45'000UL, 45'001UL, 1'000'000UL}) {
        std::vector<std::uint8_t> bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
        }
        const auto parts = content_parts(bytes);
        for (const std::string& part : parts) {
            EXPECT_LE(part.size(), packed_bytes_max);
        }
        EXPECT_EQ(content_of(parts), bytes) << size;
    }
}

TEST(Casework, AValueComesBackWithItsFieldAndIndex) {
    const record::FieldState field{record::FieldNumber{7}, std::string{"王\u202e明"},
                                   record::LogIndex{12}};
    const auto text = packed(field);
    ASSERT_TRUE(text);
    EXPECT_EQ(unpacked_field(*text), field);
    EXPECT_EQ(unpacked_field("no such thing"), std::nullopt);
    EXPECT_EQ(unpacked_field(""), std::nullopt);
}

TEST(Casework, AValueThatNoFieldTakesIsNotPacked) {
    const record::FieldState field{record::FieldNumber{7}, std::string(50'000, 'x'), {}};
    EXPECT_EQ(packed(field), std::nullopt);
}

TEST(Casework, AsManyReasonsAsAFieldTakes) {
    std::vector<record::Reason> reasons(100);
    for (record::Reason& reason : reasons) {
        reason.rule = "R-103";
        reason.parameters = {{"n", std::string(10, 'x')}};
    }
    EXPECT_EQ(unpacked_reasons(packed(reasons)), reasons);
    for (record::Reason& reason : reasons) {
        reason.parameters = {{"n", std::string(3'000, 'x')}};
    }
    const std::string text = packed(reasons);
    EXPECT_LE(text.size(), packed_bytes_max);
    const auto some = unpacked_reasons(text);
    EXPECT_FALSE(some.empty());
    EXPECT_LT(some.size(), reasons.size());
    EXPECT_TRUE(unpacked_reasons("no such thing").empty());
}

}  // namespace
}  // namespace zhibu::sync
