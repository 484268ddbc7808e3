#include "sync_protocol/session/write_queue.hpp"

#include <gtest/gtest.h>
#include <cstdint>

namespace zhibu::sync {
namespace {

using Message = WriteQueue::Message;
using Push = WriteQueue::Push;

TEST(WriteQueue, HandsOutMessagesInOrderAndOneAtATime) {
    WriteQueue queue{100};
    EXPECT_EQ(queue.begin_write(), nullptr);
    ASSERT_EQ(queue.push(Message(3, 1)), Push::queued);
    ASSERT_EQ(queue.push(Message(4, 2)), Push::queued);
    EXPECT_EQ(queue.unsent_bytes(), 7U);

    const Message* first = queue.begin_write();
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(*first, Message(3, 1));
    EXPECT_EQ(queue.begin_write(), nullptr) << "one is being written";
    EXPECT_EQ(queue.unsent_bytes(), 7U) << "not taken yet";
    queue.end_write();
    EXPECT_EQ(queue.unsent_bytes(), 4U);

    const Message* second = queue.begin_write();
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(*second, Message(4, 2));
    queue.end_write();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.unsent_bytes(), 0U);
}

TEST(WriteQueue, TakesUpToItsLimitAndNotOneByteMore) {
    WriteQueue queue{10};
    EXPECT_EQ(queue.push(Message(11, 0)), Push::full);
    EXPECT_EQ(queue.push(Message(6, 0)), Push::queued);
    EXPECT_EQ(queue.push(Message(5, 0)), Push::full);
    EXPECT_EQ(queue.unsent_bytes(), 6U);
    EXPECT_EQ(queue.push(Message(4, 0)), Push::queued);
    EXPECT_EQ(queue.push(Message(1, 0)), Push::full);
    ASSERT_NE(queue.begin_write(), nullptr);
    queue.end_write();
    EXPECT_EQ(queue.push(Message(6, 0)), Push::queued);
}

TEST(WriteQueue, WritesWhatWaitedWhenItWasClosed) {
    WriteQueue queue{10};
    ASSERT_EQ(queue.push(Message(2, 7)), Push::queued);
    queue.close();
    EXPECT_EQ(queue.push(Message(1, 0)), Push::closed);
    EXPECT_FALSE(queue.empty());
    const Message* message = queue.begin_write();
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(*message, Message(2, 7));
}

TEST(WriteQueue, KeepsTheMessageBeingWrittenWhenTheRestIsDropped) {
    WriteQueue queue{10};
    ASSERT_EQ(queue.push(Message(2, 7)), Push::queued);
    ASSERT_EQ(queue.push(Message(3, 8)), Push::queued);
    const Message* written = queue.begin_write();
    ASSERT_NE(written, nullptr);
    const std::uint8_t* bytes = written->data();
    queue.drop();
    EXPECT_EQ(written->data(), bytes);
    EXPECT_EQ(*written, Message(2, 7));
    EXPECT_EQ(queue.unsent_bytes(), 2U);
    EXPECT_EQ(queue.push(Message(1, 0)), Push::closed);
    queue.end_write();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.begin_write(), nullptr);
}

TEST(WriteQueue, DropsEverythingWhenNothingIsBeingWritten) {
    WriteQueue queue{10};
    ASSERT_EQ(queue.push(Message(2, 7)), Push::queued);
    queue.drop();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.unsent_bytes(), 0U);
}

}  // namespace
}  // namespace zhibu::sync
