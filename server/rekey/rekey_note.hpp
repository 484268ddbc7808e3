#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "server/founding/key_files.hpp"

/// How `zhibu-server rekey` asks the server that runs: by two small files in the server's folder,
/// which is closed to everybody but its owner. Source: docs/file-formats.md, "Rekey request".
namespace zhibu::server {

struct RekeyRequest {
    /// 32 hexadecimal digits, random: which request an answer is to.
    std::string id;
    /// Where the store key to change to lies, absolute; empty: the store key stays.
    std::filesystem::path store_key_file;

    friend bool operator==(const RekeyRequest&, const RekeyRequest&) = default;
};

enum class RekeyAnswer : std::uint8_t {
    begun,
    /// A change of the data key alone goes on already, and is what was asked for.
    under_way,
    /// No store key could be read where the request said.
    store_key_unusable,
    storage_failed,
};

/// What the server has said, and to which request.
struct RekeyReply {
    std::string id;
    RekeyAnswer answer = RekeyAnswer::begun;

    friend bool operator==(const RekeyReply&, const RekeyReply&) = default;
};

/// Puts the request before the server, in place of an older one. Errors: storage_failed.
[[nodiscard]] std::expected<void, KeyFilesError> write_request(const ServerFiles& files,
                                                               const RekeyRequest& request);
/// No value: there is none, or what is there is none and was removed.
[[nodiscard]] std::optional<RekeyRequest> read_request(const ServerFiles& files);

/// Says what became of the request, and then takes it away: where a crash comes between, it is
/// answered once more. Errors: storage_failed.
[[nodiscard]] std::expected<void, KeyFilesError> answer(const ServerFiles& files,
                                                        const RekeyReply& reply);
/// No value: nothing was answered yet.
[[nodiscard]] std::optional<RekeyReply> read_reply(const ServerFiles& files);

/// Takes both away.
void forget_request(const ServerFiles& files);

}  // namespace zhibu::server
