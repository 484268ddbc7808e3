#include "server/device/derivation_desk.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace zhibu::server {
namespace {

TEST(DerivationDesk, TakesAsManyAsMayWaitAndNoMore) {
    std::promise<void> begun;
    std::promise<void> may_end;
    std::atomic<int> done{0};
    DerivationDesk desk{1, 2};
    ASSERT_TRUE(desk.try_ask([&] {
        begun.set_value();
        may_end.get_future().wait();
    }));
    begun.get_future().wait();
    std::promise<void> last;
    EXPECT_TRUE(desk.try_ask([&done] { ++done; }));
    EXPECT_TRUE(desk.try_ask([&last] { last.set_value(); }));
    EXPECT_FALSE(desk.try_ask([&done] { ++done; }));
    may_end.set_value();
    last.get_future().wait();
    EXPECT_EQ(done, 1);
    EXPECT_TRUE(desk.try_ask([] {}));
}

TEST(DerivationDesk, EndsAfterWhatIsUnderWayAndDropsTheRest) {
    std::promise<void> begun;
    std::promise<void> may_end;
    std::atomic<int> done{0};
    auto desk = std::make_unique<DerivationDesk>(1, 10);
    ASSERT_TRUE(desk->try_ask([&] {
        begun.set_value();
        may_end.get_future().wait();
        ++done;
    }));
    ASSERT_TRUE(desk->try_ask([&done] { ++done; }));
    begun.get_future().wait();
    auto ending = std::async(std::launch::async, [&desk] { desk.reset(); });
    EXPECT_EQ(ending.wait_for(std::chrono::milliseconds{20}), std::future_status::timeout);
    may_end.set_value();
    ending.wait();
    EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace zhibu::server
