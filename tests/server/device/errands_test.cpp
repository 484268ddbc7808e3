#include "server/device/errands.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/device/enrolment.hpp"
#include "server/store/store.hpp"
#include "shared/keys/account_key.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/one_time_password.hpp"
#include "shared/keys/p256.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::server::test {
namespace {

using sync::ErrandReply;
using sync::ErrandSort;
using sync::RefusalReason;

constexpr std::string_view first_password = "correct horse battery staple";
constexpr std::string_view next_password = "another quite long passphrase";

class ErrandsOf : public testing::Test {
public:
    ErrandsOf()
        : desk{court.store.open_reader().value()},
          root{keys::make_root("test root", years(), court.random)},
          authority{keys::make_intermediate(root, "test devices", keys::Usage::device, years(),
                                            court.random)} {
        auto parts = std::make_shared<EnrolmentParts>();
        parts->executor = &executor;
        parts->committer = court.committer.get();
        parts->desk = &desk;
        parts->derivations = &derivations;
        parts->clock = &court.clock;
        parts->random = &court.random;
        parts->catalog = &catalog::standard_catalog();
        parts->device_authority = &authority;
        parts->root = root.certificate;
        parts->password_cost = keys::argon2_cost_min;
        parts->log = [](std::string_view, std::string_view) {};
        errands = std::make_unique<Errands>(parts);
        hello.account = device.account;
        hello.device = device.device;
    }

    static keys::Validity years() {
        return {after(noon, -365 * day_ms), after(noon, 3'650 * day_ms)};
    }

    ErrandReply run(ErrandSort sort, std::string_view text = {},
                    std::vector<std::uint8_t> signing_request = {}) {
        std::optional<ErrandReply> reply;
        errands->run({sort, std::string{text}, std::move(signing_request)}, hello,
                     [&reply](ErrandReply answer) { reply = std::move(answer); });
        EXPECT_TRUE(executor.run_until([&reply] { return reply.has_value(); }));
        return reply.value_or(ErrandReply{});
    }

    /// Whether the account proves itself with the password, derived as the store says.
    [[nodiscard]] bool proves(std::string_view password) {
        auto reader = court.store.open_reader();
        const auto held = (*reader)->credential(device.account).value();
        if (!held) {
            return false;
        }
        const auto key =
            keys::derive_account_key(keys::SecretBytes{password}, held->salt,
                                     {held->cost.memory_kib, held->cost.passes, held->cost.lanes});
        return key && key->public_key() == held->public_key;
    }

    [[nodiscard]] DeviceKey device_key() {
        auto reader = court.store.open_reader();
        return (*reader)->device_key(device.device).value().value();
    }

    support::HandExecutor executor;
    Court court;
    ReadingDesk desk;
    DerivationDesk derivations{1, 4};
    keys::Issuer root;
    keys::Issuer authority;
    Desk device = court.enrol(court.secretary_a);
    sync::Hello hello;
    std::unique_ptr<Errands> errands;
};

TEST_F(ErrandsOf, APasswordIsChangedAndSaysHowItIsDerived) {
    const ErrandReply reply = run(ErrandSort::change_password, first_password);
    ASSERT_TRUE(reply.is_done) << static_cast<int>(reply.refused);
    EXPECT_TRUE(proves(first_password));
    EXPECT_EQ(court.value("account", device.account, "password_changed_on"),
              Value{(record::Date{2026, 6, 12})});
    EXPECT_EQ(court.store.contents()->rows.back()->action, "change_password");
    auto reader = court.store.open_reader();
    EXPECT_EQ((*reader)->credential(device.account).value()->salt, reply.password_salt);
    EXPECT_EQ(reply.password_cost.memory_kib, keys::argon2_cost_min.memory_kib);
    ASSERT_TRUE(run(ErrandSort::change_password, next_password).is_done);
    EXPECT_TRUE(proves(next_password));
    EXPECT_FALSE(proves(first_password));
}

TEST_F(ErrandsOf, AWeakPasswordAndTheFormerOneAreRefused) {
    ASSERT_TRUE(run(ErrandSort::change_password, first_password).is_done);
    const LogIndex head = court.head();
    for (const std::string_view weak : {std::string_view{"short"}, std::string_view{},
                                        std::string_view{"aaaaaaaaaaaaaaaaaaaa"}, first_password}) {
        const ErrandReply reply = run(ErrandSort::change_password, weak);
        EXPECT_FALSE(reply.is_done);
        EXPECT_EQ(reply.refused, RefusalReason::password_too_weak);
    }
    EXPECT_EQ(court.head(), head);
    EXPECT_TRUE(proves(first_password));
}

TEST_F(ErrandsOf, TheNextCertificateIsOfTheSameDeviceAndKey) {
    const ErrandReply reply =
        run(ErrandSort::renew_certificate, {}, keys::make_signing_request(*device.key));
    ASSERT_TRUE(reply.is_done) << static_cast<int>(reply.refused);
    ASSERT_EQ(reply.certificate_chain.size(), 3U);
    const auto words = keys::read_certificate(keys::Certificate{reply.certificate_chain[0]});
    ASSERT_TRUE(words);
    EXPECT_EQ(words->device, device.device);
    EXPECT_GE(words->validity.until, after(noon, 29 * day_ms));
    EXPECT_EQ(device_key().certificate_fingerprint, words->fingerprint);
    EXPECT_EQ(device_key().public_key, device.key->public_key());
}

TEST_F(ErrandsOf, AnotherKeyIsAnotherDevice) {
    const DeviceKey before = device_key();
    const ErrandReply reply = run(ErrandSort::renew_certificate, {},
                                  keys::make_signing_request(keys::P256Key::generate()));
    EXPECT_FALSE(reply.is_done);
    EXPECT_EQ(reply.refused, RefusalReason::unknown_device);
    EXPECT_TRUE(reply.certificate_chain.empty());
    EXPECT_EQ(device_key().certificate_fingerprint, before.certificate_fingerprint);
    EXPECT_EQ(run(ErrandSort::renew_certificate, {}, {1, 2, 3}).refused,
              RefusalReason::malformed_message);
}

TEST_F(ErrandsOf, ASecondFactorIsBegunConfirmedAndNotedInTheAccount) {
    const ErrandReply begun = run(ErrandSort::begin_second_factor);
    ASSERT_TRUE(begun.is_done);
    EXPECT_EQ(begun.secret.size(), keys::totp_secret_bytes);
    EXPECT_EQ(begun.recovery_codes.size(), keys::recovery_codes);
    const ErrandReply wrong = run(ErrandSort::confirm_second_factor, "000000");
    EXPECT_EQ(wrong.refused, RefusalReason::second_factor_wrong);
    const std::string code =
        keys::hotp(begun.secret, keys::totp_step(court.clock.now()), keys::totp_digits);
    ASSERT_TRUE(run(ErrandSort::confirm_second_factor, code).is_done);
    EXPECT_EQ(court.value("account", device.account, "second_factor"), Value{true});
    auto reader = court.store.open_reader();
    EXPECT_TRUE((*reader)->second_factors(device.account).value().active);
    // What is secret of it stands in no group.
    for (const auto& row : court.store.contents()->rows) {
        const std::string bytes{row->sealed.bytes.begin(), row->sealed.bytes.end()};
        EXPECT_FALSE(bytes.contains(std::string{begun.secret.begin(), begun.secret.end()}));
    }
}

TEST_F(ErrandsOf, WhatTheStoreCannotKeepIsNotDone) {
    court.store.fail_after(0, StoreFault::storage_full, true);
    for (const ErrandSort sort : {ErrandSort::begin_second_factor, ErrandSort::renew_certificate}) {
        const ErrandReply reply = run(sort, {}, keys::make_signing_request(*device.key));
        EXPECT_FALSE(reply.is_done);
        EXPECT_EQ(reply.refused, RefusalReason::server_storage_failed);
        EXPECT_TRUE(reply.secret.empty() && reply.certificate_chain.empty());
    }
    court.store.heal();
}

}  // namespace
}  // namespace zhibu::server::test
