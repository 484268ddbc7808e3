#include "shared/keys/one_time_password.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/keys/base32.hpp"
#include "shared/record/clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::keys {
namespace {

using record::Instant;

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

const std::vector<std::uint8_t> rfc_secret = bytes_of("12345678901234567890");

Instant seconds(std::int64_t count) { return Instant{count * 1000}; }

// RFC 4226, appendix D.
TEST(Hotp, GivesTheVectorsOfTheRfc) {
    const std::vector<std::string> codes{"755224", "287082", "359152", "969429", "338314",
                                         "254676", "287922", "162583", "399871", "520489"};
    for (std::size_t i = 0; i < codes.size(); ++i) {
        EXPECT_EQ(hotp(rfc_secret, i, 6), codes[i]) << i;
    }
}

// RFC 6238, appendix B, the rows of SHA1.
TEST(Totp, GivesTheVectorsOfTheRfc) {
    const std::vector<std::pair<std::int64_t, std::string>> rows{{59, "94287082"},
                                                                 {1'111'111'109, "07081804"},
                                                                 {1'111'111'111, "14050471"},
                                                                 {1'234'567'890, "89005924"},
                                                                 {2'000'000'000, "69279037"},
                                                                 {20'000'000'000, "65353130"}};
    for (const auto& [time, code] : rows) {
        EXPECT_EQ(hotp(rfc_secret, totp_step(seconds(time)), 8), code) << time;
        EXPECT_TRUE(totp_match(rfc_secret, code.substr(2), seconds(time), 0)) << time;
    }
}

TEST(Totp, TakesTheStepBeforeAndTheStepAfterAndNoOther) {
    const std::string code = hotp(rfc_secret, 1000, totp_digits);
    for (const std::int64_t step : {999, 1000, 1001}) {
        EXPECT_EQ(totp_match(rfc_secret, code, seconds(step * 30), 0), 1000U);
        EXPECT_EQ(totp_match(rfc_secret, code, seconds(step * 30 + 29), 0), 1000U);
    }
    EXPECT_FALSE(totp_match(rfc_secret, code, seconds(998 * 30 + 29), 0));
    EXPECT_FALSE(totp_match(rfc_secret, code, seconds(1002 * 30), 0));
}

TEST(Totp, TakesNoCodeTwiceNorAnOlderOneAfterANewer) {
    const Instant now = seconds(30'000);
    EXPECT_EQ(totp_match(rfc_secret, hotp(rfc_secret, 1000, totp_digits), now, 999), 1000U);
    EXPECT_FALSE(totp_match(rfc_secret, hotp(rfc_secret, 1000, totp_digits), now, 1000));
    EXPECT_FALSE(totp_match(rfc_secret, hotp(rfc_secret, 999, totp_digits), now, 1000));
    EXPECT_EQ(totp_match(rfc_secret, hotp(rfc_secret, 1001, totp_digits), now, 1000), 1001U);
}

TEST(Totp, TakesWhatIsNoCodeForNone) {
    const std::string right = hotp(rfc_secret, 1000, totp_digits);
    for (const std::string& typed : {std::string{}, right.substr(1), right + "0", " " + right,
                                     std::string(6, '\0'), std::string(100'000, '1')}) {
        EXPECT_FALSE(totp_match(rfc_secret, typed, seconds(30'000), 0)) << typed.size();
    }
    EXPECT_EQ(totp_step(Instant{-1}), 0U);
    EXPECT_EQ(totp_match(rfc_secret, hotp(rfc_secret, 1, totp_digits), Instant{0}, 0), 1U);
}

// RFC 4648, 10.
TEST(Base32, GivesTheVectorsOfTheRfcWithoutPadding) {
    const std::vector<std::pair<std::string, std::string>> rows{{"", ""},
                                                                {"f", "MY"},
                                                                {"fo", "MZXQ"},
                                                                {"foo", "MZXW6"},
                                                                {"foob", "MZXW6YQ"},
                                                                {"fooba", "MZXW6YTB"},
                                                                {"foobar", "MZXW6YTBOI"}};
    for (const auto& [plain, encoded] : rows) {
        EXPECT_EQ(to_base32(bytes_of(plain)), encoded);
    }
}

TEST(OtpauthUrl, NamesIssuerAndAccountInEscapedForm) {
    EXPECT_EQ(otpauth_url(rfc_secret, "zhibu", "党委 1/2"),
              "otpauth://totp/zhibu:%E5%85%9A%E5%A7%94%201%2F2?secret="
              "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=zhibu&algorithm=SHA1&digits=6&period=30");
}

TEST(RecoveryCode, IsKnownByItsHashHoweverItWasTyped) {
    support::SeededRandom random{5};
    const std::string code = make_recovery_code(random);
    ASSERT_EQ(code.size(), 19U);
    const auto hash = recovery_code_hash(code);
    ASSERT_TRUE(hash);
    std::string typed;
    for (const char c : code) {
        typed += c == '-' ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    EXPECT_EQ(recovery_code_hash(typed), hash);
    EXPECT_FALSE(recovery_code_hash(code.substr(1)));
    EXPECT_FALSE(recovery_code_hash("ABCD-EFGH-IJKL-MNO1"));
    EXPECT_FALSE(recovery_code_hash(""));
    std::set<std::string> all;
    for (std::size_t i = 0; i < recovery_codes; ++i) {
        EXPECT_TRUE(all.insert(make_recovery_code(random)).second);
    }
}

}  // namespace
}  // namespace zhibu::keys
