#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/request/request_note.hpp"

namespace zhibu::server {

/// What `zhibu-server rekey` asks the server that runs. The request's path is where the store key
/// to change to lies; empty: the store key stays.
[[nodiscard]] RequestNote rekey_note(const ServerFiles& files);

enum class RekeyAnswer : std::uint8_t {
    begun,
    /// A change of the data key alone goes on already, and is what was asked for.
    under_way,
    /// No store key could be read where the request said.
    store_key_unusable,
    storage_failed,
};

/// As a reply's text has it, and back; none for any other text.
[[nodiscard]] std::string to_text(RekeyAnswer answer);
[[nodiscard]] std::optional<RekeyAnswer> to_rekey_answer(std::string_view text);

}  // namespace zhibu::server
