#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"

namespace zhibu::server {

/// Slows down guessing: after `free_failures` wrong proofs of one account from one device each
/// further one doubles the wait, up to an hour. Never account-wide, so that nobody can lock
/// another's account from elsewhere. Kept in memory: a restart forgives, and a guess costs its
/// author an Argon2id anyway. Holds at most `entries_max` pairs, the oldest forgotten first.
/// Threads: not synchronised.
class Lockout {
public:
    static constexpr unsigned free_failures = 5;
    static constexpr std::size_t entries_max = 100'000;

    /// Until when this pair must wait; no value: it need not.
    [[nodiscard]] std::optional<record::Instant> locked_until(const record::RecordId& account,
                                                              const record::DeviceId& device,
                                                              record::Instant now) const;
    void failed(const record::RecordId& account, const record::DeviceId& device,
                record::Instant now);
    void succeeded(const record::RecordId& account, const record::DeviceId& device);

private:
    struct Entry {
        unsigned failures = 0;
        record::Instant until;
    };

    using Pair = std::pair<record::RecordId, record::DeviceId>;

    void forget_oldest();

    std::map<Pair, Entry> entries_;
};

}  // namespace zhibu::server
