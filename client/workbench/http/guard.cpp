#include "client/workbench/http/guard.hpp"

#include <array>
#include <utility>

#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/secret_bytes.hpp"

namespace zhibu::client {
namespace {

constexpr std::chrono::minutes code_life{5};
constexpr std::string_view bearer = "Bearer ";
constexpr std::string_view session_path = "/api/session";

bool same_secret(std::string_view left, std::string_view right) {
    return keys::SecretBytes{left}.equals(keys::SecretBytes{right});
}

}  // namespace

Guard::Guard(std::string authority, record::Random& random, Now now)
    : authority_{std::move(authority)}, random_{random}, now_{std::move(now)} {}

std::optional<unsigned> Guard::refusal(const RequestHead& head) const {
    if (head.host != authority_) {
        return 421;
    }
    const bool writes = head.method != "GET" && head.method != "HEAD";
    // A browser says where a request comes from; a link typed or opened says "none".
    const bool from_here = head.fetch_site.empty() || head.fetch_site == "same-origin" ||
                           (head.fetch_site == "none" && !writes);
    if (!from_here || (writes && head.origin != "http://" + authority_)) {
        return 403;
    }
    if (writes && head.content_type != "application/json") {
        return 415;
    }
    if (!head.path.starts_with("/api/") || head.path == session_path) {
        return std::nullopt;
    }
    const std::lock_guard lock{mutex_};
    const bool known = !token_.empty() && head.authorization.starts_with(bearer) &&
                       same_secret(head.authorization.substr(bearer.size()), token_);
    return known ? std::nullopt : std::optional{401U};
}

std::string Guard::new_code() {
    const std::lock_guard lock{mutex_};
    code_ = random_text();
    code_made_ = now_();
    return code_;
}

std::optional<std::string> Guard::exchange(std::string_view code) {
    const std::lock_guard lock{mutex_};
    const bool fresh = now_() - code_made_ < code_life;
    if (code_.empty() || !fresh || !same_secret(code, code_)) {
        return std::nullopt;
    }
    code_.clear();
    token_ = random_text();
    return token_;
}

std::string Guard::random_text() {
    std::array<std::uint8_t, 32> bytes{};
    random_.fill(bytes);
    return keys::to_hex(bytes);
}

}  // namespace zhibu::client
