#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "server/founding/key_files.hpp"

/// How a command asks the server that runs: by two small files in the server's folder, which is
/// closed to everybody but its owner. Source: docs/file-formats.md, "Requests to the server".
namespace zhibu::server {

struct Request {
    /// 32 hexadecimal digits, random: which request a reply is to.
    std::string id;
    /// Absolute, or empty.
    std::filesystem::path path;
    /// Another one that it is about. Absolute, or empty.
    std::filesystem::path beside = {};
    /// What else there is to say, on one line.
    std::string words = {};

    friend bool operator==(const Request&, const Request&) = default;
};

/// What the server has said, and to which request.
struct Reply {
    std::string id;
    /// One line.
    std::string text;

    friend bool operator==(const Reply&, const Reply&) = default;
};

/// One sort of request. Threads: any; one server and one command at a time.
class RequestNote {
public:
    /// @param name  of the files: name.request, name.reply
    /// @param lines_max  how many of a request's path, other path and words it may have
    RequestNote(const ServerFiles& files, std::string_view name, std::ptrdiff_t lines_max = 1);

    /// Puts the request before the server, in place of an older one. Errors: storage_failed.
    [[nodiscard]] std::expected<void, KeyFilesError> write(const Request& request) const;
    /// No value: there is none, or what is there is none and was removed.
    [[nodiscard]] std::optional<Request> read() const;

    /// Says what became of the request, and then takes it away: where a crash comes between, it is
    /// answered once more. Errors: storage_failed.
    [[nodiscard]] std::expected<void, KeyFilesError> answer(const Reply& reply) const;
    /// No value: nothing was answered yet.
    [[nodiscard]] std::optional<Reply> read_reply() const;

    /// Takes both away.
    void forget() const;

private:
    std::filesystem::path request_;
    std::filesystem::path reply_;
    std::ptrdiff_t lines_max_;
};

}  // namespace zhibu::server
