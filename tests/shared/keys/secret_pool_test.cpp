#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "shared/keys/detail/secret_pool.hpp"
#include "shared/keys/secret_bytes.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace zhibu::keys {
namespace {

std::size_t in_use() { return detail::SecretPool::instance().in_use(); }

/// Of this process, in KiB.
std::size_t locked_kib() {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;) {
        if (word == "VmLck:") {
            std::size_t kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

bool is_all(std::span<const std::uint8_t> bytes, std::uint8_t value) {
    return std::ranges::all_of(bytes, [&](auto byte) { return byte == value; });
}

TEST(SecretPool, GivesBackNothingOfWhatStoodThere) {
    const std::size_t before = in_use();
    for (const std::size_t size : {1U, 31U, 32U, 33U, 64U, 700U, 1'024U, 1'025U, 5'000U}) {
        for (int again = 0; again < 3; ++again) {
            SecretBytes secret{size};
            ASSERT_TRUE(is_all(secret.span(), 0)) << size;
            std::ranges::fill(secret.span(), std::uint8_t{0xA5});
            secret.shrink(size / 2);
        }
    }
    EXPECT_EQ(in_use(), before);
}

TEST(SecretPool, KeepsSecretsApart) {
    std::vector<SecretBytes> secrets;
    for (std::size_t i = 0; i < 500; ++i) {
        secrets.emplace_back(1 + i % 90);
        std::ranges::fill(secrets.back().span(), static_cast<std::uint8_t>(i));
    }
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        EXPECT_TRUE(is_all(secrets[i].span(), static_cast<std::uint8_t>(i))) << i;
    }
}

TEST(SecretPool, ManySmallSecretsShareLockedPages) {
    const std::size_t before = locked_kib();
    std::vector<SecretBytes> secrets(4'096);
    std::ranges::generate(secrets, [] { return SecretBytes{32}; });
    const std::size_t more = locked_kib() - before;
    if (more == 0) {
        GTEST_SKIP() << "this system lets nothing be locked";
    }
    EXPECT_GE(more, 64U) << "some were there before";
    EXPECT_LE(more, 160U) << "a page each would be 16,384";
    secrets.clear();
    EXPECT_GE(locked_kib(), before + more) << "pages that are free stay locked";
}

TEST(SecretPool, SomeThreadsAtOnceEachHaveTheirOwn) {
    const std::size_t before = in_use();
    const auto work = [](std::uint8_t mark, bool& went_well) {
        std::array<SecretBytes, 8> held;
        for (std::size_t i = 0; i < 20'000 && went_well; ++i) {
            SecretBytes& one = held[i % held.size()];
            went_well = is_all(one.span(), mark);
            one = SecretBytes{1 + i % 130};
            went_well = went_well && is_all(one.span(), 0);
            std::ranges::fill(one.span(), mark);
        }
    };
    std::array<bool, 4> went_well{true, true, true, true};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < went_well.size(); ++i) {
        threads.emplace_back([&, i] { work(static_cast<std::uint8_t>(i + 1), went_well[i]); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_TRUE(std::ranges::all_of(went_well, std::identity{}));
    EXPECT_EQ(in_use(), before);
}

#ifdef __SANITIZE_ADDRESS__
TEST(SecretPool, WhatIsFreeOrBehindASecretIsOutOfBounds) {
    std::optional<SecretBytes> secret{std::in_place, 40U};
    const std::uint8_t* start = secret->span().data();
    EXPECT_EQ(__asan_region_is_poisoned(const_cast<std::uint8_t*>(start), 40), nullptr);
    EXPECT_TRUE(__asan_address_is_poisoned(start + 40));
    secret.reset();
    EXPECT_TRUE(__asan_address_is_poisoned(start));
}
#endif

}  // namespace
}  // namespace zhibu::keys
