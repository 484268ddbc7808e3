#include "shared/record/value.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <variant>
#include <vector>
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"

namespace zhibu::record {
namespace {

std::string instant_text(Instant instant) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds{instant.milliseconds}};
    const auto day = floor<days>(time);
    const year_month_day civil{day};
    const hh_mm_ss<milliseconds> clock{time - day};
    char text[40];
    std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(civil.year()),
        static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

std::string joined(const TextSet& set) {
    std::string text;
    for (const std::string& each : set.texts) {
        text += text.empty() ? "" : "、";
        text += each;
    }
    return text;
}

struct TextOf {
    std::string operator()(Empty) const { return {}; }

    std::string operator()(const std::string& text) const { return text; }

    std::string operator()(std::int64_t number) const { return std::to_string(number); }

    std::string operator()(bool truth) const { return truth ? "true" : "false"; }

    std::string operator()(Date date) const { return to_text(date); }

    std::string operator()(Instant instant) const { return instant_text(instant); }

    std::string operator()(const RecordId& id) const { return to_text(id); }

    std::string operator()(const TextSet& set) const { return joined(set); }
};

}  // namespace

TextSet make_text_set(std::vector<std::string> texts) {
    std::erase(texts, std::string{});
    std::ranges::sort(texts);
    const auto repeated = std::ranges::unique(texts);
    texts.erase(repeated.begin(), repeated.end());
    return TextSet{std::move(texts)};
}

std::string to_text(const Value& value) { return std::visit(TextOf{}, value); }

}  // namespace zhibu::record
