#include "shared/keys/enrolment_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "shared/keys/digest.hpp"
#include "tests/shared/keys/hex.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::keys {
namespace {

EnrolmentCode sample() {
    support::SeededRandom random{7};
    return make_enrolment_code(sha256(bytes_of("root")), random);
}

bool same(const EnrolmentCode& left, const EnrolmentCode& right) {
    return left.secret == right.secret && left.root_fingerprint == right.root_fingerprint;
}

TEST(EnrolmentCode, ComesBackFromItsTextHoweverItIsTyped) {
    const EnrolmentCode code = sample();
    const std::string text = to_text(code);
    EXPECT_EQ(text.size(), 77U + 10U);
    std::string typed = text;
    std::ranges::transform(typed, typed.begin(), [](char character) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    });
    std::ranges::replace(typed, '-', ' ');
    std::ranges::replace(typed, '0', 'o');
    std::ranges::replace(typed, '1', 'l');
    for (const std::string& each : {text, typed}) {
        const auto parsed = parse_enrolment_code(each);
        ASSERT_TRUE(parsed) << each;
        EXPECT_TRUE(same(*parsed, code));
    }
}

TEST(EnrolmentCode, TextsThatAreNoCodeAreRefused) {
    const std::string text = to_text(sample());
    EXPECT_FALSE(parse_enrolment_code(""));
    EXPECT_FALSE(parse_enrolment_code(text.substr(0, text.size() - 1)));
    EXPECT_FALSE(parse_enrolment_code(text + "0"));
    EXPECT_FALSE(parse_enrolment_code("U" + text.substr(1)));
    EXPECT_FALSE(parse_enrolment_code(std::string(1'000'000, '7')));
    std::string other_bits = text;
    other_bits.back() = 'Z';
    EXPECT_FALSE(parse_enrolment_code(other_bits)) << "the last bit belongs to no byte";
}

TEST(EnrolmentCode, IsKnownToTheServerByALabelledHash) {
    const EnrolmentCode code = sample();
    const auto hash = enrolment_code_hash(secret_text(code));
    ASSERT_TRUE(hash);
    auto labelled = bytes_of("zhibu enrolment code v1");
    labelled.insert(labelled.end(), code.secret.begin(), code.secret.end());
    EXPECT_EQ(*hash, to_hex(sha256(labelled)));
    EXPECT_FALSE(enrolment_code_hash(to_text(code))) << "the whole code is not its secret";
    EXPECT_FALSE(enrolment_code_hash(""));
}

}  // namespace
}  // namespace zhibu::keys
