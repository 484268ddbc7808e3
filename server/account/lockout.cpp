#include "server/account/lockout.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"

namespace zhibu::server {
namespace {

constexpr std::int64_t first_wait_ms = 5'000;
constexpr std::int64_t longest_wait_ms = 3'600'000;

std::int64_t wait_ms(unsigned failures_beyond_free) {
    const unsigned doublings = std::min(failures_beyond_free - 1, 20U);
    return std::min(longest_wait_ms, first_wait_ms << doublings);
}

}  // namespace

std::optional<record::Instant> Lockout::locked_until(const record::RecordId& account,
                                                     const record::DeviceId& device,
                                                     record::Instant now) const {
    const auto found = entries_.find(Pair{account, device});
    if (found == entries_.end() || found->second.until <= now) {
        return std::nullopt;
    }
    return found->second.until;
}

void Lockout::failed(const record::RecordId& account, const record::DeviceId& device,
                     record::Instant now) {
    if (entries_.size() >= entries_max) {
        forget_oldest();
    }
    Entry& entry = entries_[Pair{account, device}];
    ++entry.failures;
    entry.until = now;
    if (entry.failures > free_failures) {
        entry.until.milliseconds += wait_ms(entry.failures - free_failures);
    }
}

void Lockout::succeeded(const record::RecordId& account, const record::DeviceId& device) {
    entries_.erase(Pair{account, device});
}

void Lockout::forget_oldest() {
    const auto oldest = std::ranges::min_element(
        entries_, {}, [](const auto& entry) { return entry.second.until; });
    entries_.erase(oldest);
}

}  // namespace zhibu::server
