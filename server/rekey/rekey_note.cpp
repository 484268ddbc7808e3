#include "server/rekey/rekey_note.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "shared/keys/private_file.hpp"

namespace zhibu::server {
namespace {

constexpr std::size_t id_digits = 32;
constexpr std::size_t path_bytes_max = 4096;

constexpr std::array<std::pair<RekeyAnswer, std::string_view>, 4> answers = {{
    {RekeyAnswer::begun, "begun"},
    {RekeyAnswer::under_way, "under_way"},
    {RekeyAnswer::store_key_unusable, "store_key_unusable"},
    {RekeyAnswer::storage_failed, "storage_failed"},
}};

std::filesystem::path request_file(const ServerFiles& files) {
    return files.folder / "rekey.request";
}

std::filesystem::path reply_file(const ServerFiles& files) { return files.folder / "rekey.reply"; }

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {static_cast<const std::uint8_t*>(static_cast<const void*>(text.data())), text.size()};
}

void take_away(const std::filesystem::path& file) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
}

std::expected<void, KeyFilesError> write(const std::filesystem::path& file, const std::string& id,
                                         std::string_view rest) {
    const std::string text = id + "\n" + std::string{rest} + "\n";
    if (!keys::replace_private_file(file, bytes_of(text))) {
        return std::unexpected{KeyFilesError{KeyFilesFault::storage_failed, file.string()}};
    }
    return {};
}

bool is_id(std::string_view text) {
    return text.size() == id_digits && std::ranges::all_of(text, [](char letter) {
               return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
           });
}

/// The two lines of a note.
std::optional<std::pair<std::string, std::string>> read(const std::filesystem::path& file) {
    const auto bytes = keys::read_private_file(file);
    if (!bytes) {
        return std::nullopt;
    }
    const std::string_view text = bytes->text();
    const std::size_t first_end = text.find('\n');
    const bool ends = !text.empty() && text.back() == '\n' && first_end + 1 < text.size();
    if (!ends || !is_id(text.substr(0, first_end))) {
        return std::nullopt;
    }
    const std::string_view rest = text.substr(first_end + 1, text.size() - first_end - 2);
    if (rest.size() > path_bytes_max ||
        rest.find_first_of(std::string_view{"\n\0", 2}) != std::string_view::npos) {
        return std::nullopt;
    }
    return std::pair{std::string{text.substr(0, first_end)}, std::string{rest}};
}

}  // namespace

std::expected<void, KeyFilesError> write_request(const ServerFiles& files,
                                                 const RekeyRequest& request) {
    return write(request_file(files), request.id, request.store_key_file.string());
}

std::optional<RekeyRequest> read_request(const ServerFiles& files) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(request_file(files), ignored))) {
        return std::nullopt;
    }
    auto found = read(request_file(files));
    if (found && (found->second.empty() || found->second.starts_with('/'))) {
        return RekeyRequest{std::move(found->first), std::move(found->second)};
    }
    take_away(request_file(files));
    return std::nullopt;
}

std::expected<void, KeyFilesError> answer(const ServerFiles& files, const RekeyReply& reply) {
    const auto word =
        std::ranges::find(answers, reply.answer, &decltype(answers)::value_type::first);
    const auto written = write(reply_file(files), reply.id, word->second);
    take_away(request_file(files));
    return written;
}

std::optional<RekeyReply> read_reply(const ServerFiles& files) {
    const auto found = read(reply_file(files));
    if (!found) {
        return std::nullopt;
    }
    const auto word =
        std::ranges::find(answers, found->second, &decltype(answers)::value_type::second);
    return word == answers.end() ? std::nullopt
                                 : std::optional{RekeyReply{found->first, word->first}};
}

void forget_request(const ServerFiles& files) {
    take_away(request_file(files));
    take_away(reply_file(files));
}

}  // namespace zhibu::server
