#include "server/session/reading_desk.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "tests/support/memory_store.hpp"

namespace zhibu::server {
namespace {

TEST(ReadingDesk, ReadsInTheOrderOfAskingFromManyThreads) {
    support::MemoryStore store{SpaceIdentity{}};
    std::vector<int> done;
    {
        ReadingDesk desk{store.open_reader().value()};
        for (int i = 0; i < 100; ++i) {
            desk.ask([&done, i](StoreReader&) { done.push_back(i); });
        }
        std::promise<void> last;
        desk.ask([&last](StoreReader&) { last.set_value(); });
        last.get_future().wait();
    }
    ASSERT_EQ(done.size(), 100U);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
    }
}

TEST(ReadingDesk, EndsAfterTheReadUnderWayAndDropsTheRest) {
    support::MemoryStore store{SpaceIdentity{}};
    std::promise<void> begun;
    std::promise<void> may_end;
    std::atomic<int> done{0};
    auto desk = std::make_unique<ReadingDesk>(store.open_reader().value());
    desk->ask([&](StoreReader&) {
        begun.set_value();
        may_end.get_future().wait();
        ++done;
    });
    for (int i = 0; i < 10; ++i) {
        desk->ask([&done](StoreReader&) { ++done; });
    }
    begun.get_future().wait();
    auto ending = std::async(std::launch::async, [&desk] { desk.reset(); });
    EXPECT_EQ(ending.wait_for(std::chrono::milliseconds{20}), std::future_status::timeout);
    may_end.set_value();
    ending.wait();
    EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace zhibu::server
