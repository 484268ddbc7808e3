#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

#include "tests/client/cli/open_office.hpp"

/// Several pages at once, and the ticking thread: what the thread sanitizer is to look at, and what
/// must not stick.
namespace zhibu::client::test {
namespace {

constexpr int pages = 4;

template <class Work>
void at_once(Work work) {
    std::latch all{pages};
    std::vector<std::jthread> threads;
    for (int i = 0; i < pages; ++i) {
        threads.emplace_back([&all, &work, i] {
            all.arrive_and_wait();
            work(i);
        });
    }
}

TEST(WorkplaceThreads, OfManyWhoUnlockAtOnceOneOpensItAndAllAreAnswered) {
    OpenOffice at;
    std::atomic<int> opened = 0;
    std::atomic<int> busy = 0;
    at_once([&](int) {
        const unsigned status = at.unlock();
        opened += status == 200 ? 1 : 0;
        busy += status == 409 ? 1 : 0;
    });
    EXPECT_EQ(opened, 1);
    EXPECT_EQ(busy, pages - 1);
    EXPECT_FALSE(at.is_locked());
}

TEST(WorkplaceThreads, WrongPasswordsFromAllSidesOpenNothing) {
    OpenOffice at;
    at_once([&](int) {
        for (int i = 0; i < 5; ++i) {
            const unsigned status = at.unlock("not the password at all");
            EXPECT_TRUE(status == 403 || status == 409) << status;
        }
    });
    EXPECT_TRUE(at.is_locked());
    EXPECT_EQ(at.unlock(), 200U) << "and the right one still does";
}

TEST(WorkplaceThreads, AllPagesLockAtOnce) {
    OpenOffice at;
    for (int round = 0; round < 5; ++round) {
        at.open();
        at_once([&](int) {
            const unsigned status = at.post("/api/lock");
            EXPECT_TRUE(status == 200 || status == 423) << status;
        });
        EXPECT_TRUE(at.is_locked());
        at.workplace->tick();
    }
    EXPECT_EQ(at.unlock(), 200U);
}

/// Some unlock, some lock, some read and save, while time passes and the idle lock falls.
void work_on_all_sides(OpenOffice& at, int rounds) {
    std::atomic<bool> over = false;
    std::jthread ticking{[&] {
        while (!over) {
            at.workplace->tick();
            at.office.clock.advance(3 * 60'000);
            std::this_thread::yield();
        }
    }};
    at_once([&](int page) {
        for (int i = 0; i < rounds; ++i) {
            if (page == 0) {
                static_cast<void>(at.unlock());
            } else if (page == 1 && i % 3 == 0) {
                static_cast<void>(at.post("/api/lock"));
            } else {
                const unsigned status = at.get("/api/records/person");
                EXPECT_TRUE(status == 200 || status == 423) << status;
                static_cast<void>(at.get("/api/status"));
                static_cast<void>(at.post("/api/activity"));
            }
        }
    });
    over = true;
}

TEST(WorkplaceThreads, UnlockingLockingAndReadingFromAllSides) {
    OpenOffice at;
    at.office.grant(full_lease(at.office.device, 24L * 365));
    work_on_all_sides(at, 40);
    at.workplace->tick();
    static_cast<void>(at.post("/api/lock"));
    at.workplace->tick();
    EXPECT_EQ(at.unlock(), 200U);
    EXPECT_EQ(at.get("/api/records/person"), 200U);
}

TEST(WorkplaceThreads, TheSameWithAnAgentThatFindsNoServer) {
    OpenOffice at{Workplace::Settings{false, std::chrono::minutes{15}}};
    at.office.grant(full_lease(at.office.device, 24L * 365));
    work_on_all_sides(at, 20);
    at.workplace.reset();
    OpenOffice again;
    EXPECT_EQ(again.unlock(), 200U);
}

TEST(WorkplaceThreads, TheLeaseEndsInTheMiddleOfTheWork) {
    OpenOffice at;
    work_on_all_sides(at, 40);
    at.office.clock.set(hours_later(80));
    at.workplace->tick();
    at.workplace->tick();
    EXPECT_TRUE(at.is_locked());
    EXPECT_EQ(at.unlock(), 403U);
    EXPECT_EQ(at.locked_because(), "lease_over");
}

}  // namespace
}  // namespace zhibu::client::test
