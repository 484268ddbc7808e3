#include "client/access/safe.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "shared/keys/account_key.hpp"
#include "tests/client/access/enrolled_device.hpp"

namespace zhibu::client::test {
namespace {

/// The data key that an opening gave; zero bytes where it gave none.
std::string data_key(const std::expected<Access, AccessFault>& access) {
    EXPECT_TRUE(access);
    return access && access->data_key ? std::string{access->data_key->secret.text()}
                                      : std::string(32, '\0');
}

void put_something(const std::filesystem::path& file) { std::ofstream{file} << "sealed pages"; }

TEST(Safe, BeforeTheFirstSynchronisationThePasswordProvesTheAccountAlone) {
    EnrolledDevice device;
    const auto access = device.open(password);
    ASSERT_TRUE(access);
    EXPECT_FALSE(access->data_key);
    EXPECT_EQ(access->sealed_because, AccessFault::never_synchronised);
    const auto key = account_key(*access);
    const auto expected = keys::derive_account_key(
        keys::SecretBytes{password}, device.identity.password_salt, keys::argon2_cost_min);
    ASSERT_TRUE(key && expected);
    EXPECT_EQ(key->public_key(), expected->public_key());
}

TEST(Safe, OpensTheSameDataKeyByPasswordLeaseAndDevice) {
    EnrolledDevice device;
    const Access made = device.synchronised(72);
    const auto again = device.open(password);
    EXPECT_EQ(data_key(again), made.data_key->secret.text());
    EXPECT_EQ(account_key(*again)->public_key(), account_key(made)->public_key());
}

TEST(Safe, AWrongPasswordIsToldAsSuchAndChangesNothing) {
    EnrolledDevice device;
    const Access made = device.synchronised(72);
    const auto wrong = device.open("Correct horse battery staple");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error(), AccessFault::wrong_password);
    EXPECT_EQ(data_key(device.open(password)), made.data_key->secret.text());
}

TEST(Safe, WithoutTheDeviceSecretTheRestOpensNothing) {
    EnrolledDevice device;
    static_cast<void>(device.synchronised(72));
    std::filesystem::remove(device.files.device_secret());
    const auto elsewhere = device.open(password);
    EXPECT_TRUE(!elsewhere || !elsewhere->data_key);
}

TEST(Safe, ARenewedLeaseKeepsTheDataKeyAndEndsTheOldSecret) {
    EnrolledDevice device;
    Access access = device.synchronised(72);
    ASSERT_TRUE(device.safe.take_lease(access, device.lease(2, 100), device.secret(2), morning));
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(80)));
    EXPECT_EQ(data_key(device.open(password)), access.data_key->secret.text());
}

TEST(Safe, AtTheLeasesEndSecretAndReplicaAreGoneAndTheOutboxStays) {
    EnrolledDevice device;
    static_cast<void>(device.synchronised(72));
    for (const auto& file : device.files.replica_files()) {
        put_something(file);
    }
    put_something(device.files.outbox());
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(71)));
    EXPECT_TRUE(std::filesystem::exists(device.files.replica())) << "not before its end";

    ASSERT_TRUE(device.safe.erase_if_over(hours_later(72)));
    for (const auto& file : device.files.replica_files()) {
        EXPECT_FALSE(std::filesystem::exists(file)) << file;
    }
    EXPECT_TRUE(std::filesystem::exists(device.files.outbox()));
    const auto after = device.open(password);
    ASSERT_TRUE(after);
    EXPECT_FALSE(after->data_key);
    EXPECT_EQ(after->sealed_because, AccessFault::lease_over);
}

TEST(Safe, AClockThatWasSetBackDoesNotProlongALease) {
    EnrolledDevice device;
    static_cast<void>(device.synchronised(72));
    put_something(device.files.replica());
    put_something(device.files.outbox());
    // It was once later than the lease's end: the workbench stood open, say.
    ASSERT_TRUE(device.safe.know(hours_later(73)));
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(1)));
    EXPECT_FALSE(std::filesystem::exists(device.files.replica()));
    EXPECT_TRUE(std::filesystem::exists(device.files.outbox()));
    const auto after = device.open(password);
    ASSERT_TRUE(after);
    EXPECT_FALSE(after->data_key);
    EXPECT_EQ(after->sealed_because, AccessFault::clock_went_back);
    Safe later{device.files, device.disk, device.random};
    ASSERT_TRUE(later.erase_if_over(hours_later(1)));
    EXPECT_EQ(later.open(keys::SecretBytes{password}, device.identity)->sealed_because,
              AccessFault::clock_went_back)
        << "a later program says so too";
}

TEST(Safe, EachStartRaisesTheLatestTimeKnown) {
    EnrolledDevice device;
    static_cast<void>(device.synchronised(72));
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(71)));
    EXPECT_TRUE(device.open(password)->data_key);
    Access access = device.open(password).value();
    // The lease is renewed, and a shorter one would have ended by what is known.
    sync::Lease shorter = device.lease(2, 70);
    ASSERT_TRUE(device.safe.take_lease(access, shorter, device.secret(2), hours_later(1)));
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(2)));
    EXPECT_TRUE(device.open(password)->data_key) << "the server's time counts, not the clock's";
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(69)));
    EXPECT_TRUE(device.open(password)->data_key);
    ASSERT_TRUE(device.safe.know(hours_later(70)));
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(2)));
    EXPECT_FALSE(device.open(password)->data_key);
}

TEST(Safe, ATimeMarkThatWasChangedOrRemovedEndsTheLease) {
    for (const bool removed : {false, true}) {
        for (std::size_t at = 0; at < (removed ? 1U : 48U); ++at) {
            SCOPED_TRACE(at);
            EnrolledDevice device;
            static_cast<void>(device.synchronised(72));
            ASSERT_TRUE(device.safe.erase_if_over(hours_later(1)));
            if (removed) {
                std::filesystem::remove(device.files.latest_time());
            } else {
                std::fstream file{device.files.latest_time(),
                                  std::ios::in | std::ios::out | std::ios::binary};
                file.seekg(static_cast<std::streamoff>(at));
                const int byte = file.get();
                file.seekp(static_cast<std::streamoff>(at));
                file.put(static_cast<char>(byte ^ 1));
            }
            ASSERT_TRUE(device.safe.erase_if_over(hours_later(1)));
            EXPECT_EQ(device.safe.over_at(hours_later(1)), AccessFault::clock_went_back);
            if (!removed && at >= 2) {
                // One Argon2id for each bit of the file is enough of them.
                continue;
            }
            EXPECT_EQ(device.open(password)->sealed_because, AccessFault::clock_went_back);
        }
    }
}

TEST(Safe, AClockThatWentAheadIsForgottenAtTheNextContact) {
    EnrolledDevice device;
    static_cast<void>(device.synchronised(72));
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(24 * 365)));
    EXPECT_EQ(device.safe.over_at(hours_later(1)), AccessFault::lease_over);
    static_cast<void>(device.synchronised(72));
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(1)));
    EXPECT_TRUE(device.open(password)->data_key);
}

TEST(Safe, ADisabledAccountIsAnotherReasonThanALeaseThatIsOver) {
    EnrolledDevice device;
    static_cast<void>(device.synchronised(72));
    ASSERT_TRUE(device.safe.erase(vault::LeaseEnding::account_disabled));
    const auto after = device.open(password);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->sealed_because, AccessFault::account_disabled);
}

TEST(Safe, ALeaseThatPermitsNothingErasesTheOneBeforeAndSaysWhenItOpensNext) {
    EnrolledDevice device;
    Access access = device.synchronised(72);
    sync::Lease closed = device.lease(2, 0);
    closed.periods = {{hours_later(-5), hours_later(-1)}, {hours_later(24), hours_later(30)}};
    ASSERT_TRUE(device.safe.take_lease(access, closed, device.secret(2), morning));
    EXPECT_FALSE(access.data_key);
    const auto after = device.open(password);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->sealed_because, AccessFault::lease_over);
    EXPECT_EQ(device.safe.opens_next(morning), hours_later(24));
}

TEST(Safe, ALeaseThatFollowsOneThatPermittedNothingDoesNotEndTheProgram) {
    EnrolledDevice device;
    Access access = device.synchronised(72);
    // The clock of this machine runs ahead: the lease is over as it comes.
    ASSERT_TRUE(
        device.safe.take_lease(access, device.lease(2, 100), device.secret(2), hours_later(200)));
    ASSERT_FALSE(access.data_key);
    const auto next =
        device.safe.take_lease(access, device.lease(3, 300), device.secret(3), hours_later(200));
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error(), AccessFault::lease_over);
    EXPECT_FALSE(access.data_key);
}

TEST(Safe, DamagedKeyFilesAskForASynchronisation) {
    EnrolledDevice device;
    static_cast<void>(device.synchronised(72));
    for (const char* slot : {".0", ".1"}) {
        const std::string file = device.files.key_file().string() + slot;
        ASSERT_TRUE(std::filesystem::exists(file));
        std::ofstream{file} << "not a key file";
    }
    const auto damaged = device.open(password);
    ASSERT_TRUE(damaged);
    EXPECT_FALSE(damaged->data_key);
    EXPECT_EQ(damaged->sealed_because, AccessFault::damaged);
}

TEST(Safe, ANewWindowHasANewDataKey) {
    EnrolledDevice device;
    const Access first = device.synchronised(72);
    ASSERT_TRUE(device.safe.erase_if_over(hours_later(72)));
    const Access second = device.synchronised(200);
    EXPECT_NE(first.data_key->secret.text(), second.data_key->secret.text());
}

TEST(SafeKept, OpensAsThePasswordDidWhileTheLeaseLasts) {
    EnrolledDevice device;
    const Access made = device.synchronised(72);
    const keys::SecretBytes kept = Safe::kept(made);
    const auto opened = device.safe.open_kept(kept, device.identity);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->data_key);
    EXPECT_EQ(opened->data_key->secret.text(), made.data_key->secret.text());
    EXPECT_EQ(account_key(*opened)->public_key(), account_key(made)->public_key());

    ASSERT_TRUE(device.safe.erase_if_over(hours_later(72)));
    const auto later = device.safe.open_kept(kept, device.identity);
    ASSERT_TRUE(later);
    EXPECT_FALSE(later->data_key) << "what is kept outlives no lease";
    EXPECT_FALSE(device.safe.open_kept(keys::SecretBytes{"short"}, device.identity));
}

}  // namespace
}  // namespace zhibu::client::test
