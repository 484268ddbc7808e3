#include "server/ledger/head_file.hpp"

#include <gtest/gtest.h>

#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

sync::SignedTreeHead sample() {
    sync::TreeHead head;
    head.size = 8;
    head.root.fill(0xab);
    head.signed_at = record::Instant{5};
    return {sync::encode(head), record::Signature(64, 7)};
}

TEST(HeadFile, IsReadAsItWasWritten) {
    const std::string text = to_text(sample());
    EXPECT_TRUE(text.starts_with("zhibu tree head 1\norigin 0000"));
    EXPECT_NE(text.find("\nlog_index 4\n"), std::string::npos);
    EXPECT_EQ(read_head(text), sample());
}

TEST(HeadFile, IsReadWithTheLineEndsOfAnotherSystem) {
    std::string text;
    for (const char c : to_text(sample())) {
        text += c == '\n' ? "\r\n" : std::string(1, c);
    }
    EXPECT_EQ(read_head(text), sample());
}

TEST(HeadFile, ThatIsNoneIsNoValue) {
    const std::string text = to_text(sample());
    EXPECT_FALSE(read_head(""));
    EXPECT_FALSE(read_head("zhibu tree head 1\n"));
    EXPECT_FALSE(read_head(text.substr(1)));
    EXPECT_FALSE(read_head(text.substr(0, text.find("\nsignature"))));
    std::string odd = text;
    odd.insert(odd.find("\nsignature"), "0");
    EXPECT_FALSE(read_head(odd));
    std::string other = text;
    other[other.find("\nhead ") + 6] = 'x';
    EXPECT_FALSE(read_head(other));
    EXPECT_FALSE(
        read_head("zhibu tree head 1\nhead " + std::string(9'000, 'a') + "\nsignature aa\n"));
}

}  // namespace
}  // namespace zhibu::server
