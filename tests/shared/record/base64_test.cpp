#include "shared/record/base64.hpp"

#include <gtest/gtest.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zhibu::record {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Base64, WritesTheExamplesOfItsStandard) {
    EXPECT_EQ(to_base64(bytes_of("")), "");
    EXPECT_EQ(to_base64(bytes_of("f")), "Zg==");
    EXPECT_EQ(to_base64(bytes_of("fo")), "Zm8=");
    EXPECT_EQ(to_base64(bytes_of("foo")), "Zm9v");
    EXPECT_EQ(to_base64(bytes_of("foob")), "Zm9vYg==");
    EXPECT_EQ(to_base64(bytes_of("fooba")), "Zm9vYmE=");
    EXPECT_EQ(to_base64(bytes_of("foobar")), "Zm9vYmFy");
}

TEST(Base64, ReadsWhatItWrites) {
    std::vector<std::uint8_t> bytes;
    for (int size = 0; size < 300; ++size) {
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes) << size;
        bytes.push_back(static_cast<std::uint8_t>(size * 37 + size / 7));
    }
}

TEST(Base64, ReadsNothingElse) {
    for (const char* text : {"Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zm9v\n", "Zm-_",
                             "Zh==", "Zm9=", "Zg=v", "Zm9v====", " Zm9"}) {
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace zhibu::record
