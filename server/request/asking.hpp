#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <string>

#include "server/founding/founding.hpp"
#include "server/request/request_note.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {

/// How long a command looks again after what a server has not done yet.
constexpr std::chrono::milliseconds look_again{20};

/// Files that another user made in the folder the server could not read.
[[nodiscard]] std::expected<void, FoundingError> check_owner(const ServerFiles& files);

/// What is said when there is no answer.
struct Unanswered {
    /// The server ended meanwhile.
    FoundingError ended;
    /// It runs, and said nothing for `patience`.
    FoundingError silent;
    std::chrono::milliseconds patience;
};

/// Asks the server that runs, and waits for its reply's text.
/// @param request  its id is made here
[[nodiscard]] std::expected<std::string, FoundingError> ask_server(const ServerFiles& files,
                                                                   const RequestNote& note,
                                                                   Request request,
                                                                   const Unanswered& unanswered,
                                                                   record::Random& random);

}  // namespace zhibu::server
