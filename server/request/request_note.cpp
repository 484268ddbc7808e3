#include "server/request/request_note.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

#include "shared/keys/private_file.hpp"

namespace zhibu::server {
namespace {

constexpr std::size_t id_digits = 32;
constexpr std::size_t line_bytes_max = 64U << 10U;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {static_cast<const std::uint8_t*>(static_cast<const void*>(text.data())), text.size()};
}

void take_away(const std::filesystem::path& file) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
}

std::expected<void, KeyFilesError> write_lines(const std::filesystem::path& file,
                                               const std::string& id, std::string_view rest) {
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

/// Takes it from the front of `text`, its end too.
std::string_view first_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

bool is_path(std::string_view text) { return text.empty() || text.starts_with('/'); }

/// The first line of a note, and what follows: so many lines at most.
std::optional<std::pair<std::string, std::string>> read_lines(const std::filesystem::path& file,
                                                              std::ptrdiff_t lines_max) {
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
    if (rest.size() > static_cast<std::size_t>(lines_max) * line_bytes_max ||
        std::ranges::count(rest, '\n') >= lines_max || rest.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    return std::pair{std::string{text.substr(0, first_end)}, std::string{rest}};
}

}  // namespace

RequestNote::RequestNote(const ServerFiles& files, std::string_view name, std::ptrdiff_t lines_max)
    : request_{files.folder / (std::string{name} + ".request")},
      reply_{files.folder / (std::string{name} + ".reply")},
      lines_max_{lines_max} {}

std::expected<void, KeyFilesError> RequestNote::write(const Request& request) const {
    std::string lines =
        request.path.string() + '\n' + request.beside.string() + '\n' + request.words;
    while (lines.ends_with('\n')) {
        lines.pop_back();
    }
    return write_lines(request_, request.id, lines);
}

std::optional<Request> RequestNote::read() const {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(request_, ignored))) {
        return std::nullopt;
    }
    if (auto found = read_lines(request_, lines_max_)) {
        std::string_view rest = found->second;
        const std::string path{first_line(rest)};
        const std::string beside{first_line(rest)};
        if (is_path(path) && is_path(beside)) {
            return Request{std::move(found->first), path, beside, std::string{first_line(rest)}};
        }
    }
    take_away(request_);
    return std::nullopt;
}

std::expected<void, KeyFilesError> RequestNote::answer(const Reply& reply) const {
    const auto written = write_lines(reply_, reply.id, reply.text);
    take_away(request_);
    return written;
}

std::optional<Reply> RequestNote::read_reply() const {
    auto found = read_lines(reply_, 1);
    if (!found) {
        return std::nullopt;
    }
    return Reply{std::move(found->first), std::move(found->second)};
}

void RequestNote::forget() const {
    take_away(request_);
    take_away(reply_);
}

}  // namespace zhibu::server
