#include "client/agent/replica_desk.hpp"

#include <gtest/gtest.h>

#include "tests/support/sealed_place.hpp"

#include <thread>
#include <vector>

#include "tests/client/replica/fixture.hpp"

namespace zhibu::client::test {
namespace {

TEST(ReplicaDesk, WorksInTheOrderAskedOnOneThreadOfItsOwn) {
    Device device;
    std::vector<int> order;
    std::vector<std::thread::id> threads;
    {
        ReplicaDesk desk{std::move(device.replica)};
        for (int i = 0; i < 100; ++i) {
            desk.ask([&, i](Replica&) {
                order.push_back(i);
                threads.push_back(std::this_thread::get_id());
            });
        }
    }
    ASSERT_EQ(order.size(), 100U);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
        EXPECT_EQ(threads[static_cast<std::size_t>(i)], threads.front());
    }
    EXPECT_NE(threads.front(), std::this_thread::get_id());
}

TEST(ReplicaDesk, WhatIsAskedByWorkIsDoneBeforeItEnds) {
    Device device;
    int done = 0;
    {
        ReplicaDesk desk{std::move(device.replica)};
        desk.ask([&](Replica&) {
            ++done;
            desk.ask([&](Replica&) { ++done; });
        });
        ask_and_wait(desk, [](Replica&) { return true; });
    }
    EXPECT_EQ(done, 2);
}

TEST(ReplicaDesk, ClosesTheReplicaAtItsEnd) {
    Device device;
    {
        const ReplicaDesk desk{std::move(device.replica)};
        const auto second = Replica::open(support::sealed(device.folder.file()), small_catalog(),
                                          device.clock, device.random);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().fault, ReplicaFault::in_use);
    }
    EXPECT_TRUE(Replica::open(support::sealed(device.folder.file()), small_catalog(), device.clock,
                              device.random));
}

TEST(ReplicaDesk, AnswersManyThreadsEachWithItsOwn) {
    Device device;
    ReplicaDesk desk{std::move(device.replica)};
    std::vector<std::thread> askers;
    std::vector<int> answers(8);
    for (int i = 0; i < 8; ++i) {
        askers.emplace_back([&, i] {
            for (int round = 0; round < 50; ++round) {
                answers[static_cast<std::size_t>(i)] +=
                    ask_and_wait(desk, [i](Replica&) { return i; });
            }
        });
    }
    for (std::thread& each : askers) {
        each.join();
    }
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(answers[static_cast<std::size_t>(i)], 50 * i);
    }
}

}  // namespace
}  // namespace zhibu::client::test
