#include "server/rekey/rekey_note.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace zhibu::server {
namespace {

constexpr std::array<std::pair<RekeyAnswer, std::string_view>, 4> answers = {{
    {RekeyAnswer::begun, "begun"},
    {RekeyAnswer::under_way, "under_way"},
    {RekeyAnswer::store_key_unusable, "store_key_unusable"},
    {RekeyAnswer::storage_failed, "storage_failed"},
}};

}  // namespace

RequestNote rekey_note(const ServerFiles& files) { return {files, "rekey"}; }

std::string to_text(RekeyAnswer answer) {
    return std::string{
        std::ranges::find(answers, answer, &decltype(answers)::value_type::first)->second};
}

std::optional<RekeyAnswer> to_rekey_answer(std::string_view text) {
    const auto word = std::ranges::find(answers, text, &decltype(answers)::value_type::second);
    return word == answers.end() ? std::nullopt : std::optional{word->first};
}

}  // namespace zhibu::server
