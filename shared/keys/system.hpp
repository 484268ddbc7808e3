#pragma once

#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"

namespace zhibu::keys {

/// The operating system's clock (CLOCK_REALTIME). Threads: any.
class SystemClock final : public record::Clock {
public:
    [[nodiscard]] record::Instant now() const override;
};

/// OpenSSL's generator, seeded by the operating system. Ends the process when it cannot deliver.
/// Threads: any.
class SystemRandom final : public record::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace zhibu::keys
