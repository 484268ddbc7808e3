#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhibu::client {

/// A text that a record is found by.
struct SearchText {
    std::string text;
    /// A person's name: found by its pinyin and initials too.
    bool is_name = false;
};

/// What stands in a search index for a record: each key between line breaks, in lower case, so that
/// a key's beginning can be looked for.
[[nodiscard]] std::string search_keys(std::span<const SearchText> texts);

/// The words of what a person typed, as they are looked for in search_keys(): of letters, what
/// begins a key, a name's pinyin or initials; others, any part. At most 8; what comes after is left
/// out.
[[nodiscard]] std::vector<std::string> search_words(std::string_view typed);

}  // namespace zhibu::client
