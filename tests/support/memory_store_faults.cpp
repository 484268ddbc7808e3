#include <cstdint>
#include <mutex>
#include <optional>

#include "server/store/store.hpp"
#include "tests/support/memory_store.hpp"

/// How calls of the store in memory are made to fail.
namespace zhibu::support {

using server::StoreError;
using server::StoreFault;

std::uint64_t MemoryStore::calls() const {
    const std::lock_guard lock{mutex_};
    return calls_;
}

void MemoryStore::fail_after(std::uint64_t count, StoreFault fault, bool from_then_on) {
    const std::lock_guard lock{mutex_};
    failing_ = Failing{calls_ + count + 1, fault, from_then_on};
}

void MemoryStore::heal() {
    const std::lock_guard lock{mutex_};
    failing_.reset();
    refused_.reset();
}

void MemoryStore::refuse_record(const record::RecordId& id) {
    const std::lock_guard lock{mutex_};
    refused_ = id;
}

bool MemoryStore::refuses(const record::RecordId& id) const {
    const std::lock_guard lock{mutex_};
    return refused_ == id;
}

std::optional<StoreError> MemoryStore::next_call() {
    const std::lock_guard lock{mutex_};
    ++calls_;
    if (!failing_ || calls_ < failing_->at_call ||
        (calls_ > failing_->at_call && !failing_->from_then_on)) {
        return std::nullopt;
    }
    return StoreError{failing_->fault, "memory"};
}

}  // namespace zhibu::support
