#pragma once

#include <chrono>

#include "shared/record/random.hpp"

namespace zhibu::client {

/// How long to wait before the server is asked again, after so many attempts in a row at which it
/// was not there for us: exponential, with full jitter, so that branches that were cut off together
/// do not come back in step. Anything up to a ceiling that doubles with each failure, from half a
/// second to a minute.
[[nodiscard]] std::chrono::milliseconds backoff_delay(unsigned failures, record::Random& random);

}  // namespace zhibu::client
