#include "server/account/second_factor.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "server/store/store.hpp"
#include "shared/keys/one_time_password.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/memory_store.hpp"

namespace zhibu::server::test {
namespace {

class SecondFactorOf : public testing::Test {
public:
    /// In a transaction that is committed, as the committer does it.
    template <class Result>
    Result in_transaction(const std::function<Stored<Result>(StoreTransaction&)>& work) {
        auto transaction = store.begin();
        EXPECT_TRUE(transaction);
        auto result = work(**transaction);
        EXPECT_TRUE(result && (*transaction)->commit());
        return *std::move(result);
    }

    NewSecondFactor begin() {
        return in_transaction<NewSecondFactor>([&](StoreTransaction& transaction) {
            return begin_second_factor(transaction, account, random);
        });
    }

    bool confirm(const std::string& typed) {
        return in_transaction<bool>([&](StoreTransaction& transaction) {
            return confirm_second_factor(transaction, account, typed, now);
        });
    }

    SecondFactorCheck use(const std::string& typed) {
        return in_transaction<SecondFactorCheck>([&](StoreTransaction& transaction) {
            return use_second_factor(transaction, account, typed, now);
        });
    }

    [[nodiscard]] std::string code_of(const NewSecondFactor& factor) const {
        return keys::hotp(factor.secret, keys::totp_step(now), keys::totp_digits);
    }

    void pass_a_step() { now.milliseconds += 1000 * keys::totp_step_seconds; }

    support::SeededRandom random{3};
    support::MemoryStore store{SpaceIdentity{}};
    RecordId account{record::make_uuid_v4(random)};
    Instant now = noon;
};

using enum SecondFactorCheck;

TEST_F(SecondFactorOf, CountsOnceItIsConfirmed) {
    EXPECT_EQ(use(""), not_asked);
    const NewSecondFactor factor = begin();
    EXPECT_EQ(use(""), not_asked) << "who begins and does not confirm is not locked out";
    EXPECT_FALSE(confirm("000000"));
    EXPECT_FALSE(confirm(factor.recovery_codes.front())) << "the authenticator must have it";
    EXPECT_TRUE(confirm(code_of(factor)));
    EXPECT_EQ(use(""), needed);
    EXPECT_EQ(use("000000"), wrong);
    EXPECT_FALSE(confirm(code_of(factor))) << "nothing waits any more";
}

TEST_F(SecondFactorOf, NoCodeIsTakenTwice) {
    const NewSecondFactor factor = begin();
    ASSERT_TRUE(confirm(code_of(factor)));
    EXPECT_EQ(use(code_of(factor)), wrong) << "the one that confirmed it";
    pass_a_step();
    const std::string code = code_of(factor);
    EXPECT_EQ(use(code), right);
    EXPECT_EQ(use(code), wrong);
    pass_a_step();
    EXPECT_EQ(use(code), wrong) << "though a clock may be a step off";
    EXPECT_EQ(use(code_of(factor)), right);
}

TEST_F(SecondFactorOf, EveryRecoveryCodeIsTakenOnce) {
    const NewSecondFactor factor = begin();
    ASSERT_TRUE(confirm(code_of(factor)));
    EXPECT_EQ(std::set(factor.recovery_codes.begin(), factor.recovery_codes.end()).size(),
              keys::recovery_codes);
    for (const std::string& code : factor.recovery_codes) {
        EXPECT_EQ(use(code), right);
        EXPECT_EQ(use(code), wrong);
    }
}

TEST_F(SecondFactorOf, AnotherOneReplacesItOnlyWhenItIsConfirmed) {
    const NewSecondFactor first = begin();
    ASSERT_TRUE(confirm(code_of(first)));
    pass_a_step();
    const NewSecondFactor dropped = begin();
    const NewSecondFactor second = begin();
    EXPECT_FALSE(confirm(code_of(dropped)));
    EXPECT_EQ(use(code_of(first)), right);
    EXPECT_TRUE(confirm(code_of(second)));
    pass_a_step();
    EXPECT_EQ(use(code_of(first)), wrong);
    EXPECT_EQ(use(first.recovery_codes.front()), wrong);
    EXPECT_EQ(use(code_of(second)), right);
}

TEST_F(SecondFactorOf, WhatTheStoreCannotKeepWasNotUsed) {
    const NewSecondFactor factor = begin();
    ASSERT_TRUE(confirm(code_of(factor)));
    pass_a_step();
    {
        auto transaction = store.begin();
        ASSERT_TRUE(transaction);
        EXPECT_EQ(use_second_factor(**transaction, account, code_of(factor), now), right);
    }
    EXPECT_EQ(use(code_of(factor)), right) << "dropped with its transaction";
}

}  // namespace
}  // namespace zhibu::server::test
