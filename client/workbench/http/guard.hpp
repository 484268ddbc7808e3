#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "shared/record/random.hpp"

namespace zhibu::client {

/// What the guards look at in a request's head.
struct RequestHead {
    std::string_view method;
    /// Without the query.
    std::string_view path;
    /// Empty where the request names none, or more than one.
    std::string_view host;
    std::string_view origin;
    std::string_view fetch_site;
    std::string_view content_type;
    std::string_view authorization;
};

/// Who may ask the workbench what. Pure but for its codes and tokens.
/// Threads: any.
class Guard {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    /// @param authority  "127.0.0.1:PORT"
    /// @param random     outlives this
    Guard(std::string authority, record::Random& random, Now now = &std::chrono::steady_clock::now);

    /// No value: let it through. Otherwise the HTTP status to refuse it with.
    [[nodiscard]] std::optional<unsigned> refusal(const RequestHead& head) const;

    /// A new one-time code, 64 hexadecimal characters; an older one is void.
    [[nodiscard]] std::string new_code();

    /// The token for a code, once; no value for any other code, or one older than five minutes.
    /// A new token voids the one before: one page at a time.
    [[nodiscard]] std::optional<std::string> exchange(std::string_view code);

private:
    [[nodiscard]] std::string random_text();

    std::string authority_;
    record::Random& random_;
    Now now_;
    mutable std::mutex mutex_;
    std::string code_;
    std::chrono::steady_clock::time_point code_made_;
    std::string token_;
};

}  // namespace zhibu::client
