#pragma once

#include <string>
#include <string_view>
#include <vector>

/// How Chinese names are read, so that they can be searched by what people type on a Latin
/// keyboard.
namespace zhibu::client {

/// The commonest reading of one character in lower-case letters without tones, ü as v (lü is typed
/// lv); empty where it is no Chinese character. Source: ICU's Han-Latin, which reads Unihan.
/// @param character  one code point in UTF-8
/// Threads: any.
[[nodiscard]] std::string reading_of(std::string_view character);

/// The code points of a text in UTF-8; bytes that are none stand alone.
[[nodiscard]] std::vector<std::string> characters_of(std::string_view text);

/// A name's reading, syllable by syllable.
using Syllables = std::vector<std::string>;

/// Every reading under which a name is looked for, the likeliest first, four at most: with the
/// surname's own reading where it has one (单 shan), and the commonest of each character. Empty for
/// a name without Chinese characters.
[[nodiscard]] std::vector<Syllables> readings_of(std::string_view name);

}  // namespace zhibu::client
