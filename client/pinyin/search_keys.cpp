#include "client/pinyin/search_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/pinyin/han_reading.hpp"

namespace zhibu::client {
namespace {

constexpr std::size_t words_max = 8;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_small(char letter) { return letter >= 'a' && letter <= 'z'; }

void add_key(std::vector<std::string>& keys, std::string key) {
    if (!key.empty() && std::ranges::find(keys, key) == keys.end()) {
        keys.push_back(std::move(key));
    }
}

/// The whole reading, its initials, the given name's reading, and the surname with initials.
void add_readings(std::vector<std::string>& keys, std::string_view name) {
    for (const Syllables& reading : readings_of(name)) {
        std::string full;
        std::string initials;
        for (const std::string& syllable : reading) {
            full += syllable;
            initials += syllable.substr(0, 1);
        }
        std::string mixed =
            reading.front() + initials.substr(std::min<std::size_t>(reading.front().empty() ? 0 : 1,
                                                                    initials.size()));
        std::string given = full.substr(std::min(reading.front().size(), full.size()));
        add_key(keys, std::move(full));
        add_key(keys, std::move(initials));
        add_key(keys, std::move(given));
        add_key(keys, std::move(mixed));
    }
}

}  // namespace

std::string search_keys(std::span<const SearchText> texts) {
    std::vector<std::string> keys;
    for (const SearchText& each : texts) {
        std::string key = each.text;
        std::ranges::transform(key, key.begin(), &lower);
        std::ranges::replace(key, '\n', ' ');
        add_key(keys, std::move(key));
        if (each.is_name) {
            add_readings(keys, each.text);
        }
    }
    std::string text = "\n";
    for (const std::string& key : keys) {
        text += key + '\n';
    }
    return text;
}

std::vector<std::string> search_words(std::string_view typed) {
    std::vector<std::string> words;
    std::string word;
    const auto end_word = [&] {
        if (!word.empty() && words.size() < words_max) {
            words.push_back(std::ranges::all_of(word, &is_small) ? "\n" + word : word);
        }
        word.clear();
    };
    for (const char letter : typed) {
        if (letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r') {
            end_word();
        } else {
            word += lower(letter);
        }
    }
    end_word();
    return words;
}

}  // namespace zhibu::client
