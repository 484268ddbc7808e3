#include "tests/bench/workload/people.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"

namespace zhibu::bench {
namespace {

using record::Date;
using record::Value;

/// SplitMix64 over seed, number and place: any value without the ones before it.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number, std::uint64_t place) {
    std::uint64_t state = seed + 0x9e3779b97f4a7c15U * (number * 64 + place + 1);
    state = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9U;
    state = (state ^ (state >> 27U)) * 0x94d049bb133111ebU;
    return state ^ (state >> 31U);
}

constexpr std::string_view surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张";
constexpr std::string_view given = "明华建国志强秀英丽娟伟芳敏静磊洋勇艳杰涛超霞平刚桂";
constexpr std::size_t character_bytes = 3;

std::string character(std::string_view from, std::uint64_t choice) {
    return std::string{
        from.substr(choice % (from.size() / character_bytes) * character_bytes, character_bytes)};
}

Date day_after(const Date& day, std::int32_t years, std::uint64_t within) {
    return Date{static_cast<std::int16_t>(day.year + years),
                static_cast<std::uint8_t>(1 + within % 12),
                static_cast<std::uint8_t>(1 + within / 12 % 28)};
}

std::string two_digits(unsigned number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

/// 99, four digits of the number, the birth date, its last three digits, the check character. The
/// last digit is odd for men, so that no two numbers share one.
std::string id_number(std::uint64_t number, const Date& birth) {
    std::string digits = "99";
    const std::string counted = std::to_string(10'000'000 + number);
    digits += counted.substr(1, 4) + std::to_string(birth.year) + two_digits(birth.month) +
              two_digits(birth.day) + counted.substr(5, 3);
    constexpr std::array<unsigned, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;
    for (std::size_t at = 0; at < weights.size(); ++at) {
        sum += static_cast<unsigned>(digits[at] - '0') * weights[at];
    }
    digits += std::string_view{"10X98765432"}[sum % 11];
    return digits;
}

/// Puts fields beside their texts, one for each of the forty.
class Filling {
public:
    explicit Filling(MadePerson& person)
        : kind_{catalog::standard_catalog().kind("person")}, person_{person} {}

    void put(std::string_view field, Value value) {
        person_.texts.at(at_++) = to_text(value);
        person_.fields.push_back({kind_.field(field).id(), std::move(value)});
    }

private:
    const catalog::Kind& kind_;
    MadePerson& person_;
    std::size_t at_ = 0;
};

struct Life {
    Date birth;
    Date work;
    Date application;
    Date activist;
    Date target;
    Date joined;
    Date converted;
};

Life life_of(std::uint64_t seed, std::uint64_t number) {
    Life life;
    life.birth = Date{static_cast<std::int16_t>(1950 + mixed(seed, number, 0) % 35),
                      static_cast<std::uint8_t>(1 + mixed(seed, number, 1) % 12),
                      static_cast<std::uint8_t>(1 + mixed(seed, number, 2) % 28)};
    life.application = day_after(life.birth, 21, mixed(seed, number, 3));
    life.activist = day_after(life.application, 2, mixed(seed, number, 4));
    life.target = day_after(life.activist, 2, mixed(seed, number, 5));
    life.joined = day_after(life.target, 4, mixed(seed, number, 6));
    life.converted =
        Date{static_cast<std::int16_t>(life.joined.year + 1), life.joined.month, life.joined.day};
    life.work = day_after(life.birth, 20, mixed(seed, number, 7));
    return life;
}

void put_identity(Filling& into, const Life& life, std::uint64_t seed, std::uint64_t number,
                  const record::RecordId& branch) {
    const bool is_male = number % 2 == 1;
    into.put("name", character(surnames, mixed(seed, number, 9)) +
                         character(given, mixed(seed, number, 10)) +
                         character(given, mixed(seed, number, 11)));
    into.put("sex", std::string{is_male ? "1" : "2"});
    into.put("ethnic_group", std::string{"01"});
    into.put("birth_date", life.birth);
    into.put("id_number", id_number(number, life.birth));
    into.put("native_place", "某某市某某区" + character(given, mixed(seed, number, 12)) + "镇");
    into.put("mobile", "154" + std::to_string(10'000'000 + number % 90'000'000));
    into.put("phones",
             record::make_text_set({"021-5550" + std::to_string(1'000 + number % 9'000)}));
    into.put("email", "member" + std::to_string(number) + "@example.invalid");
    into.put("address", "某某市某某路" + std::to_string(number % 999) + "弄" +
                            std::to_string(number % 77) + "号" + std::to_string(number % 31) +
                            "室");
    into.put("marital_status", std::string{"20"});
    into.put("category", std::string{"1"});
    into.put("organisation", branch);
    into.put("stage", std::string{"50"});
}

void put_work(Filling& into, const Life& life, std::uint64_t seed, std::uint64_t number) {
    into.put("work_start_date", life.work);
    into.put("work_post", std::string{mixed(seed, number, 13) % 2 == 0 ? "22" : "25"});
    into.put("post_start_date", day_after(life.work, 3, mixed(seed, number, 14)));
    into.put("front_line", std::string{"2"});
    into.put("title", std::string{"083"});
    into.put("title_level", std::string{"3"});
    into.put("title_appointed_on", day_after(life.work, 6, mixed(seed, number, 15)));
    into.put("new_social_stratum", std::string{"0"});
    into.put("political_status", std::string{"01"});
    into.put("education", std::string{"21"});
    into.put("degree", std::string{"4"});
}

void put_membership(Filling& into, const Life& life, std::uint64_t seed, std::uint64_t number) {
    into.put("application_date", life.application);
    into.put("activist_date", life.activist);
    into.put("target_date", life.target);
    into.put("meeting_date", life.joined);
    into.put("join_date", life.joined);
    into.put("join_type", std::string{"01"});
    into.put("form_number", "ZB" + std::to_string(100'000'000 + number));
    into.put("conversion_outcome", std::string{"01"});
    into.put("conversion_date", life.converted);
    into.put("dues_basis", std::string{"10"});
    const auto base = static_cast<std::int64_t>(300'000 + mixed(seed, number, 16) % 200'000);
    into.put("dues_base", base);
    into.put("dues_monthly", base / 100);
    into.put("dues_paid_until", Date{2026, 9, 30});
    into.put("confirmed_on", Date{2026, 5, 20});
    into.put("remark", "转入编号" + std::to_string(number) + "，档案已核对，" +
                           character(given, mixed(seed, number, 17)) + "字第" +
                           std::to_string(mixed(seed, number, 18) % 10'000) + "号");
}

}  // namespace

std::string MadePerson::json() const {
    const catalog::Kind& kind = catalog::standard_catalog().kind("person");
    std::string text = "{";
    for (std::size_t at = 0; at < fields.size(); ++at) {
        const catalog::Field* field = kind.find(fields[at].field);
        text += (at == 0 ? "\"" : ",\"") + std::string{field->name} + "\":\"" + texts.at(at) + '"';
    }
    return text + '}';
}

MadePerson make_person(std::uint64_t seed, std::uint64_t number, const record::RecordId& branch) {
    MadePerson made;
    Filling into{made};
    const Life life = life_of(seed, number);
    put_identity(into, life, seed, number, branch);
    put_work(into, life, seed, number);
    put_membership(into, life, seed, number);
    return made;
}

std::string other_mobile(std::uint64_t number) {
    return "154" + std::to_string(99'999'999 - number % 9'000'000);
}

}  // namespace zhibu::bench
