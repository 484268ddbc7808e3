#include "sync_protocol/session/write_queue.hpp"

#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::sync {

WriteQueue::Push WriteQueue::push(Message message) {
    if (closed_) {
        return Push::closed;
    }
    if (message.size() > unsent_bytes_max_ - unsent_bytes_) {
        return Push::full;
    }
    unsent_bytes_ += message.size();
    messages_.push_back(std::move(message));
    return Push::queued;
}

const WriteQueue::Message* WriteQueue::begin_write() {
    if (writing_ || messages_.empty()) {
        return nullptr;
    }
    writing_ = true;
    return &messages_.front();
}

void WriteQueue::end_write() {
    ZHIBU_CHECK(writing_);
    writing_ = false;
    unsent_bytes_ -= messages_.front().size();
    messages_.pop_front();
}

void WriteQueue::drop() {
    closed_ = true;
    while (messages_.size() > (writing_ ? 1U : 0U)) {
        unsent_bytes_ -= messages_.back().size();
        messages_.pop_back();
    }
}

}  // namespace zhibu::sync
