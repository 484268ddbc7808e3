#include "shared/keys/authority.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shared/keys/digest.hpp"
#include "tests/shared/keys/certificate_check.hpp"
#include "tests/shared/keys/hex.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::keys {
namespace {

constexpr std::int64_t day = 86'400'000;
constexpr record::Instant now{1'780'000'000'000};

constexpr Validity around_now(std::int64_t days) {
    return Validity{record::Instant{now.milliseconds - day},
                    record::Instant{now.milliseconds + days * day}};
}

/// One space's certificates, with a server and a device.
class Authority : public testing::Test {
protected:
    [[nodiscard]] std::string check(const Certificate& leaf, Usage usage, record::Instant at = now,
                                    const std::string& host = {}) const {
        return check_certificate(
            leaf,
            {root_.certificate, {servers_.certificate, devices_.certificate}, usage, at, host});
    }

    [[nodiscard]] std::expected<Certificate, KeyError> issue(
        std::span<const std::uint8_t> request) {
        return issue_device(devices_, request, device_, around_now(30), random_);
    }

    support::SeededRandom random_{1};
    Issuer root_ = make_root("某某街道党工委 root", around_now(3650), random_);
    Issuer servers_ = make_intermediate(root_, "servers", Usage::server, around_now(3650), random_);
    Issuer devices_ = make_intermediate(root_, "devices", Usage::device, around_now(3650), random_);
    record::DeviceId device_{record::make_uuid_v7(now, random_)};
    P256Key device_key_ = P256Key::generate();
};

TEST_F(Authority, ItsServerIsTrustedUnderEachOfItsNamesAlone) {
    const Issuer server = issue_server(servers_, {"zhibu.example", "192.0.2.7", "2001:db8::7"},
                                       around_now(365), random_);
    EXPECT_EQ(check(server.certificate, Usage::server), "ok");
    for (const char* host : {"zhibu.example", "ZHIBU.example", "192.0.2.7", "2001:db8::7"}) {
        EXPECT_EQ(check(server.certificate, Usage::server, now, host), "ok") << host;
    }
    for (const char* host : {"other.example", "sub.zhibu.example", "example", "192.0.2.8"}) {
        EXPECT_NE(check(server.certificate, Usage::server, now, host), "ok") << host;
    }
}

TEST_F(Authority, ARenewedServerHasTheKeyAndTheNamesOfTheOneBefore) {
    const Issuer former =
        issue_server(servers_, {"zhibu.example", "192.0.2.7"}, around_now(10), random_);
    const record::Instant later{now.milliseconds + 11 * day};
    EXPECT_NE(check(former.certificate, Usage::server, later), "ok");
    const auto next = renew_server(servers_, former.certificate, {}, around_now(365), random_);
    ASSERT_TRUE(next);
    for (const char* host : {"zhibu.example", "192.0.2.7"}) {
        EXPECT_EQ(check(*next, Usage::server, later, host), "ok") << host;
    }
    EXPECT_NE(check(*next, Usage::server, later, "other.example"), "ok");
    EXPECT_TRUE(belongs_to(*next, former.key));
    EXPECT_FALSE(belongs_to(*next, device_key_));
    EXPECT_EQ(common_name_of(*next), common_name_of(former.certificate));
    EXPECT_FALSE(renew_server(servers_, Certificate{{1, 2, 3}}, {}, around_now(365), random_));
}

TEST_F(Authority, ARenewedServerCanHaveOtherNames) {
    const Issuer former = issue_server(servers_, {"zhibu.example"}, around_now(10), random_);
    const auto next =
        renew_server(servers_, former.certificate, {"new.example"}, around_now(365), random_);
    ASSERT_TRUE(next);
    EXPECT_EQ(check(*next, Usage::server, now, "new.example"), "ok");
    EXPECT_NE(check(*next, Usage::server, now, "zhibu.example"), "ok");
}

TEST_F(Authority, AHostNameIsNeverReadAsANotation) {
    const Issuer server =
        issue_server(servers_, {"a.example,DNS:bank.example", "@section"}, around_now(1), random_);
    EXPECT_EQ(check(server.certificate, Usage::server), "ok");
    EXPECT_NE(check(server.certificate, Usage::server, now, "bank.example"), "ok");
}

TEST_F(Authority, ALongHostNameStandsWholeAmongTheNames) {
    const std::string host = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
    const Issuer server = issue_server(servers_, {host}, around_now(1), random_);
    EXPECT_EQ(check(server.certificate, Usage::server, now, host), "ok");
}

TEST_F(Authority, ALongSpaceNameKeepsItsAuthoritiesApart) {
    std::string name;
    for (int i = 0; i < 100; ++i) {
        name += "党";
    }
    const Issuer root = make_root(name + " root", around_now(10), random_);
    const Issuer servers =
        make_intermediate(root, name + " servers", Usage::server, around_now(10), random_);
    const Issuer server = issue_server(servers, {"zhibu.example"}, around_now(1), random_);
    EXPECT_EQ(check_certificate(server.certificate,
                                {root.certificate, {servers.certificate}, Usage::server, now, {}}),
              "ok");
    EXPECT_TRUE(common_name_of(root.certificate).ends_with(" root"));
    EXPECT_TRUE(common_name_of(servers.certificate).ends_with(" servers"));
}

TEST_F(Authority, ANameOfStrangeBytesStillMakesARoot) {
    for (const std::string& name : {std::string{}, std::string{"\xff\xfe"}, std::string(64, 'x')}) {
        EXPECT_TRUE(read_certificate(make_root(name, around_now(1), random_).certificate));
    }
    EXPECT_EQ(common_name_of(make_root(std::string(64, 'x'), around_now(1), random_).certificate),
              std::string(64, 'x'));
}

TEST_F(Authority, ADevicesCertificateNamesItAndItsKey) {
    const auto request = make_signing_request(device_key_);
    const auto certificate = issue(request);
    ASSERT_TRUE(certificate);
    EXPECT_EQ(check(*certificate, Usage::device), "ok");
    const auto words = read_certificate(*certificate);
    ASSERT_TRUE(words);
    EXPECT_EQ(words->device, device_);
    EXPECT_EQ(words->validity.from, around_now(30).from);
    EXPECT_EQ(words->validity.until, around_now(30).until);
    EXPECT_EQ(words->fingerprint, sha256(certificate->der));
    EXPECT_EQ(common_name_of(*certificate), to_text(device_));
    EXPECT_EQ(requested_key(request), device_key_.public_key());
}

TEST_F(Authority, NeitherDeviceNorServerPassesForTheOther) {
    const auto device = issue(make_signing_request(device_key_));
    const Issuer server = issue_server(servers_, {"zhibu.example"}, around_now(1), random_);
    EXPECT_NE(check(*device, Usage::server), "ok");
    EXPECT_NE(check(server.certificate, Usage::device), "ok");
}

TEST_F(Authority, AnIntermediateCannotIssueWhatTheOtherMay) {
    const auto device =
        issue_device(servers_, make_signing_request(device_key_), device_, around_now(30), random_);
    ASSERT_TRUE(device);
    EXPECT_NE(check(*device, Usage::device), "ok");
    const Issuer server = issue_server(devices_, {"zhibu.example"}, around_now(1), random_);
    EXPECT_NE(check(server.certificate, Usage::server), "ok");
}

TEST_F(Authority, ALeafCannotIssue) {
    const Issuer server = issue_server(servers_, {"zhibu.example"}, around_now(1), random_);
    const Issuer below = issue_server(server, {"below.example"}, around_now(1), random_);
    EXPECT_NE(check_certificate(below.certificate, {root_.certificate,
                                                    {servers_.certificate, server.certificate},
                                                    Usage::server,
                                                    now,
                                                    {}}),
              "ok");
}

TEST_F(Authority, AnIntermediateCannotMakeIntermediates) {
    const Issuer deeper =
        make_intermediate(servers_, "deeper", Usage::server, around_now(10), random_);
    const Issuer server = issue_server(deeper, {"zhibu.example"}, around_now(1), random_);
    EXPECT_NE(check_certificate(server.certificate, {root_.certificate,
                                                     {servers_.certificate, deeper.certificate},
                                                     Usage::server,
                                                     now,
                                                     {}}),
              "ok");
}

TEST_F(Authority, ACertificateHoldsFromItsFirstSecondUntilItsEnd) {
    const auto device = issue(make_signing_request(device_key_));
    const Validity validity = around_now(30);
    const auto at = [](record::Instant instant, std::int64_t seconds) {
        return record::Instant{instant.milliseconds + seconds * 1000};
    };
    EXPECT_EQ(check(*device, Usage::device, validity.from), "ok");
    EXPECT_EQ(check(*device, Usage::device, at(validity.from, -1)), "certificate is not yet valid");
    EXPECT_EQ(check(*device, Usage::device, at(validity.until, -1)), "ok");
    EXPECT_EQ(check(*device, Usage::device, validity.until), "certificate has expired");
}

TEST_F(Authority, AnotherCommitteesRootIsNotTrusted) {
    const Issuer other = make_root("another", around_now(10), random_);
    const auto device = issue(make_signing_request(device_key_));
    EXPECT_NE(check_certificate(
                  *device, {other.certificate, {devices_.certificate}, Usage::device, now, {}}),
              "ok");
}

TEST_F(Authority, ARequestChangedInAnyByteIsRefused) {
    const auto request = make_signing_request(device_key_);
    for (std::size_t i = 0; i < request.size(); ++i) {
        auto changed = request;
        changed[i] ^= 0x01;
        EXPECT_FALSE(issue(changed)) << i;
        EXPECT_FALSE(requested_key(changed)) << i;
    }
}

TEST_F(Authority, ARequestCutOrLengthenedIsMalformed) {
    auto request = make_signing_request(device_key_);
    for (std::size_t size = 0; size < request.size(); ++size) {
        EXPECT_FALSE(issue(std::span{request}.first(size))) << size;
    }
    request.push_back(0);
    const auto issued = issue(request);
    ASSERT_FALSE(issued);
    EXPECT_EQ(issued.error().fault, KeyFault::malformed);
}

TEST_F(Authority, ARequestForAKeyThatDidNotSignItIsRefused) {
    auto request = make_signing_request(device_key_);
    const auto mine = device_key_.public_key();
    const auto theirs = P256Key::generate().public_key();
    const auto at = std::ranges::search(request, mine).begin();
    ASSERT_NE(at, request.end());
    std::ranges::copy(theirs, at);
    const auto issued = issue(request);
    ASSERT_FALSE(issued);
    EXPECT_EQ(issued.error().fault, KeyFault::signature_wrong);
}

TEST_F(Authority, SerialNumbersDiffer) {
    const auto request = make_signing_request(device_key_);
    EXPECT_NE(issue(request)->der, issue(request)->der);
}

TEST_F(Authority, ACertificateChangedInAnyByteIsUnreadableOrUntrusted) {
    const auto certificate = issue(make_signing_request(device_key_));
    for (std::size_t i = 0; i < certificate->der.size(); ++i) {
        Certificate changed = *certificate;
        changed.der[i] ^= 0x01;
        if (read_certificate(changed)) {
            EXPECT_NE(check(changed, Usage::device), "ok") << i;
        }
    }
}

TEST_F(Authority, BytesBehindACertificateAreMalformed) {
    Certificate longer = root_.certificate;
    longer.der.push_back(0);
    EXPECT_FALSE(read_certificate(longer));
    EXPECT_FALSE(read_certificate(Certificate{}));
}

TEST_F(Authority, AServersCertificateNamesNoDevice) {
    const Issuer server = issue_server(servers_, {"zhibu.example"}, around_now(1), random_);
    EXPECT_FALSE(read_certificate(server.certificate)->device);
}

TEST_F(Authority, PemHoldsCertificatesInTheirOrder) {
    const std::string pem = to_pem(servers_.certificate) + to_pem(root_.certificate);
    const auto read = certificates_from_pem(pem);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (std::vector{servers_.certificate, root_.certificate}));
}

TEST_F(Authority, ABrokenSecondCertificateIsNotPassedOver) {
    std::string second = to_pem(root_.certificate);
    second[100] = '!';
    for (const std::string& text :
         {std::string{}, std::string{"no certificate"}, to_pem(servers_.certificate) + second,
          to_pem(servers_.certificate) + to_pem(root_.certificate).substr(0, 200)}) {
        EXPECT_FALSE(certificates_from_pem(text)) << text;
    }
}

}  // namespace
}  // namespace zhibu::keys
