#include "client/pinyin/han_reading.hpp"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "client/pinyin/surnames.hpp"

namespace zhibu::client {
namespace {

constexpr std::size_t readings_max = 4;

/// How many bytes the code point that begins with `lead` has.
std::size_t length_of(unsigned char lead) {
    if (lead < 0xC0) {
        return 1;
    }
    return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
}

std::unique_ptr<icu::Transliterator> made(const char* id) {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> rules{
        icu::Transliterator::createInstance(id, UTRANS_FORWARD, status)};
    return U_SUCCESS(status) != 0 ? std::move(rules) : nullptr;
}

/// ICU's transliterators, and what they have answered: names are written with few characters.
class Reader {
public:
    std::string read(std::string_view character) {
        const std::lock_guard lock{mutex_};
        const auto found = known_.find(std::string{character});
        if (found != known_.end()) {
            return found->second;
        }
        return known_.emplace(character, fresh(character)).first->second;
    }

private:
    [[nodiscard]] std::string fresh(std::string_view character) const {
        auto text = icu::UnicodeString::fromUTF8(
            icu::StringPiece{character.data(), static_cast<int>(character.size())});
        const icu::UnicodeString written = text;
        if (han_ == nullptr || ascii_ == nullptr) {
            return {};
        }
        han_->transliterate(text);
        if (text == written) {
            return {};
        }
        // lǚ is typed lv: the umlaut goes before the marks do.
        for (const char16_t umlaut : {u'ü', u'ǖ', u'ǘ', u'ǚ', u'ǜ'}) {
            text.findAndReplace(icu::UnicodeString{umlaut}, icu::UnicodeString{u'v'});
        }
        ascii_->transliterate(text);
        std::string reading;
        text.toUTF8String(reading);
        std::erase_if(reading, [](char letter) { return letter < 'a' || letter > 'z'; });
        return reading;
    }

    std::unique_ptr<icu::Transliterator> han_ = made("Han-Latin; NFC");
    std::unique_ptr<icu::Transliterator> ascii_ = made("Latin-ASCII; Lower");
    std::mutex mutex_;
    std::unordered_map<std::string, std::string> known_;
};

Syllables split(std::string_view words) {
    Syllables syllables;
    while (!words.empty()) {
        const auto space = words.find(' ');
        syllables.emplace_back(words.substr(0, space));
        words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
    }
    return syllables;
}

/// `all` once more with `reading` at `at`, for every one of them; no more than there is room for.
void also_with(std::vector<Syllables>& all, std::size_t at, std::string_view reading) {
    const std::size_t known = all.size();
    for (std::size_t each = 0; each < known && all.size() < readings_max; ++each) {
        if (all[each][at] != reading) {
            Syllables other = all[each];
            other[at] = reading;
            all.push_back(std::move(other));
        }
    }
}

}  // namespace

std::string reading_of(std::string_view character) {
    static Reader reader;
    return reader.read(character);
}

std::vector<std::string> characters_of(std::string_view text) {
    std::vector<std::string> characters;
    while (!text.empty()) {
        const std::size_t length =
            std::min(length_of(static_cast<unsigned char>(text.front())), text.size());
        characters.emplace_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return characters;
}

std::vector<Syllables> readings_of(std::string_view name) {
    const std::vector<std::string> characters = characters_of(name);
    Syllables common;
    for (const std::string& each : characters) {
        common.push_back(reading_of(each));
    }
    if (std::ranges::all_of(common, &std::string::empty)) {
        return {};
    }
    std::vector<Syllables> all{common};
    for (const SurnameReading& each : surname_readings()) {
        if (name.starts_with(each.surname)) {
            const Syllables own = split(each.reading);
            std::ranges::copy(own, all.front().begin());
            if (all.front() != common) {
                all.push_back(common);
            }
            break;
        }
    }
    for (const SecondReading& each : second_readings()) {
        const auto at = std::ranges::find(characters, each.character);
        if (at != characters.end()) {
            also_with(all, static_cast<std::size_t>(at - characters.begin()), each.reading);
        }
    }
    return all;
}

}  // namespace zhibu::client
