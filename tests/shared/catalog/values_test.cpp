#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::catalog {
namespace {

using record::Date;
using record::Empty;
using record::Instant;
using record::Value;

const Field& field(std::string_view kind, std::string_view name) {
    return standard_catalog().kind(kind).field(name);
}

std::optional<Misfit> fit(const Field& of, const Value& value) {
    return misfit(standard_catalog(), of, value);
}

std::optional<Value> read(const Field& of, std::string_view text) {
    return parse_value(standard_catalog(), of, text);
}

std::string shown(const Field& of, const Value& value, Language language) {
    return display_text(standard_catalog(), of, value, language);
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

const Field& name = field("person", "name");
const Field& remark = field("person", "remark");
const Field& sex = field("person", "sex");
const Field& phones = field("person", "phones");
const Field& amount = field("dues_payment", "amount");
const Field& year = field("plan", "year");
const Field& birth = field("person", "birth_date");
const Field& work_start = field("person", "work_start_date");
const Field& starts_at = field("window", "starts_at");
const Field& unreachable = field("person", "unreachable");
const Field& branch = field("person", "organisation");
const Field& id_number = field("person", "id_number");

TEST(Misfit, EmptyFitsEverywhere) {
    for (const Kind& kind : standard_catalog().kinds()) {
        for (const Field& each : kind.fields) {
            EXPECT_EQ(fit(each, Value{Empty{}}), std::nullopt) << kind.name << '.' << each.name;
        }
    }
}

TEST(Misfit, EachTypeTakesItsOwnAlternativeAlone) {
    const std::vector<Value> values{std::string{"1"}, std::int64_t{1}, true,
                                    Date{2000, 1, 1}, Instant{1},      record::RecordId{},
                                    record::TextSet{}};
    const std::vector<std::pair<const Field*, std::size_t>> takers{
        {&name, 0},      {&remark, 0},      {&sex, 0},   {&year, 1},
        {&amount, 1},    {&unreachable, 2}, {&birth, 3}, {&work_start, 3},
        {&starts_at, 4}, {&branch, 5},      {&phones, 6}};
    for (const auto& [taker, own] : takers) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto expected = i == own ? std::nullopt : std::optional{Misfit::wrong_type};
            EXPECT_EQ(fit(*taker, values[i]), expected) << taker->name << ' ' << i;
        }
    }
}

TEST(Misfit, WidthCountsCharactersNotBytes) {
    EXPECT_EQ(fit(name, repeated("张", 50)), std::nullopt);
    EXPECT_EQ(fit(name, repeated("张", 51)), Misfit::too_long);
    EXPECT_EQ(fit(name, repeated("𠮷", 50)), std::nullopt);
    EXPECT_EQ(fit(name, repeated("𠮷", 51)), Misfit::too_long);
    EXPECT_EQ(fit(phones, record::make_text_set({repeated("1", 30)})), std::nullopt);
    EXPECT_EQ(fit(phones, record::make_text_set({"1", repeated("1", 31)})), Misfit::too_long);
}

TEST(Misfit, ATextIsOneLineAndANoteMayHaveMore) {
    EXPECT_EQ(fit(name, std::string{"张\n三"}), Misfit::not_one_line);
    EXPECT_EQ(fit(name, std::string{"张\t三"}), Misfit::not_one_line);
    EXPECT_EQ(fit(name, std::string{"张\x7f三"}), Misfit::not_one_line);
    EXPECT_EQ(fit(name, std::string("张\0三", 7)), Misfit::not_one_line);
    EXPECT_EQ(fit(remark, std::string{"一\n二\t三"}), std::nullopt);
    EXPECT_EQ(fit(remark, std::string{"一\r二"}), Misfit::not_one_line);
    EXPECT_EQ(fit(phones, record::make_text_set({"1\n2"})), Misfit::not_one_line);
}

TEST(Misfit, NoTextHidesCharacters) {
    // As bytes: soft hyphen, Arabic letter mark, Mongolian separator, zero width space, line
    // separator, right-to-left override, isolate, byte order mark, a tag.
    for (const char* hidden :
         {"\xC2\xAD", "\xD8\x9C", "\xE1\xA0\x8E", "\xE2\x80\x8B", "\xE2\x80\xA8", "\xE2\x80\xAE",
          "\xE2\x81\xA6", "\xEF\xBB\xBF", "\xF3\xA0\x81\x81"}) {
        EXPECT_EQ(fit(name, "张" + std::string{hidden} + "三"), Misfit::invisible_or_bidi);
        EXPECT_EQ(fit(remark, std::string{hidden}), Misfit::invisible_or_bidi);
    }
    EXPECT_EQ(fit(name, std::string{"阿卜杜勒·买买提"}), std::nullopt);
}

TEST(Misfit, DamagedBytesNeverReadBeyondTheText) {
    for (const char* damaged : {"\xff", "\xe5", "\xe5\xbc", "\xf0\x9f", "\x80", "a\xf0"}) {
        EXPECT_NE(fit(name, std::string{damaged}), Misfit::too_long);
    }
}

TEST(Misfit, ACodeIsOfItsList) {
    EXPECT_EQ(fit(sex, std::string{"1"}), std::nullopt);
    EXPECT_EQ(fit(sex, std::string{"3"}), Misfit::not_in_list);
    EXPECT_EQ(fit(sex, std::string{"男"}), Misfit::not_in_list);
}

TEST(Misfit, NumbersAndMoneyAreNotNegative) {
    EXPECT_EQ(fit(year, std::int64_t{0}), std::nullopt);
    EXPECT_EQ(fit(year, std::int64_t{-1}), Misfit::negative);
    EXPECT_EQ(fit(amount, std::int64_t{-1}), Misfit::negative);
}

TEST(Misfit, ADayIsNoMonth) {
    EXPECT_EQ(fit(birth, Date{1987, 5, 0}), Misfit::month_not_allowed);
    EXPECT_EQ(fit(birth, Date{1987, 5, 3}), std::nullopt);
    EXPECT_EQ(fit(work_start, Date{1987, 5, 0}), std::nullopt);
}

TEST(ParseValue, EmptyTextIsEmpty) {
    for (const Field* each : {&name, &remark, &sex, &phones, &amount, &year, &birth, &starts_at,
                              &unreachable, &branch, &id_number}) {
        EXPECT_EQ(read(*each, ""), Value{Empty{}}) << each->name;
    }
    EXPECT_EQ(read(id_number, " 　"), Value{Empty{}});
}

TEST(ParseValue, ReadsCodesByCodeAndByName) {
    for (const char* text : {"1", "男", "Male"}) {
        EXPECT_EQ(read(sex, text), Value{std::string{"1"}}) << text;
    }
    EXPECT_EQ(read(sex, "先生"), std::nullopt);
}

TEST(ParseValue, ReadsMoneyExactlyToTheCent) {
    EXPECT_EQ(read(amount, "12"), Value{std::int64_t{1200}});
    EXPECT_EQ(read(amount, "12.5"), Value{std::int64_t{1250}});
    EXPECT_EQ(read(amount, "0.29"), Value{std::int64_t{29}});
    EXPECT_EQ(read(amount, "90000000000000.99"), Value{std::int64_t{9'000'000'000'000'099}});
    for (const char* text : {"12.345", "-1", "1.-5", "1.-0", "12.", ".5", "1,000", "1e3", "+1",
                             "99999999999999999999", "9223372036854775807", " 1"}) {
        EXPECT_EQ(read(amount, text), std::nullopt) << text;
    }
}

TEST(ParseValue, ReadsWholeNumbersAlone) {
    EXPECT_EQ(read(year, "2027"), Value{std::int64_t{2027}});
    for (const char* text : {"-1", "-0", "+1", "1.0", "0x10", "2027年", "9223372036854775808"}) {
        EXPECT_EQ(read(year, text), std::nullopt) << text;
    }
}

TEST(ParseValue, ReadsYesAndNoInBothLanguages) {
    for (const char* text : {"true", "是", "yes", "1"}) {
        EXPECT_EQ(read(unreachable, text), Value{true}) << text;
    }
    for (const char* text : {"false", "否", "no", "0"}) {
        EXPECT_EQ(read(unreachable, text), Value{false}) << text;
    }
    EXPECT_EQ(read(unreachable, "也许"), std::nullopt);
}

TEST(ParseValue, ReadsMomentsInShanghaiAndUtc) {
    const Value eight{Instant{1'795'478'400'000}};  // 2026-11-24 00:00 UTC
    for (const char* text :
         {"2026-11-24 08:00", "2026-11-24T08:00", "2026-11-24 08:00:00", "2026-11-24 08:00:00.000",
          "2026-11-24T00:00Z", "2026-11-24T00:00:00.000Z"}) {
        EXPECT_EQ(read(starts_at, text), eight) << text;
    }
    EXPECT_EQ(read(starts_at, "2026-11-24"), Value{Instant{1'795'449'600'000}});
    EXPECT_EQ(read(starts_at, "2026-11-24T00:00:01.250Z"), Value{Instant{1'795'478'401'250}});
    for (const char* text :
         {"2026-11-24 ", "2026-11-24 8:00", "2026-11-24 24:00", "2026-11-24 08:60",
          "2026-11-24 08:00x30", "2026-11-24 08:00:60", "2026-11-24 08:00:00,000",
          "2026-11-24 08-00", "2026-11-24x08:00", "2026-11", "2026-11-24 08:00:0", "Z",
          "2026-11-24Z", "2026-11-24 -1:00"}) {
        EXPECT_EQ(read(starts_at, text), std::nullopt) << text;
    }
}

TEST(ParseValue, ReadsSetsWithEverySeparator) {
    const Value both{record::make_text_set({"021-1", "021-2"})};
    for (const char* text :
         {"021-1、021-2", "021-2, 021-1", "021-1；021-2;021-1", "021-1，，021-2"}) {
        EXPECT_EQ(read(phones, text), both) << text;
    }
}

TEST(ParseValue, ReadsIdsAlone) {
    const char* id = "0190163d-8694-739b-aea5-966c26f8ad91";
    EXPECT_EQ(read(branch, id), Value{record::RecordId{record::parse_uuid(id).value()}});
    EXPECT_EQ(read(branch, "第一支部"), std::nullopt);
}

TEST(ParseValue, SpellsNumbersInOneWay) {
    EXPECT_EQ(read(id_number, "99010519491231002x"), Value{std::string{"99010519491231002X"}});
    EXPECT_EQ(read(id_number, " 990105 19491231 00２Ｘ　"),
              Value{std::string{"99010519491231002X"}});
    EXPECT_EQ(read(name, "van Gogh"), Value{std::string{"van Gogh"}});
    EXPECT_EQ(read(field("person", "form_number"), "ｓｈ 0012号"), Value{std::string{"SH0012号"}});
}

TEST(DisplayText, IsForPeople) {
    EXPECT_EQ(shown(sex, std::string{"1"}, Language::zh), "男");
    EXPECT_EQ(shown(sex, std::string{"1"}, Language::en), "Male");
    EXPECT_EQ(shown(sex, std::string{"7"}, Language::zh), "7");
    EXPECT_EQ(shown(amount, std::int64_t{1205}, Language::zh), "12.05");
    EXPECT_EQ(shown(year, std::int64_t{2027}, Language::zh), "2027");
    EXPECT_EQ(shown(unreachable, true, Language::zh), "是");
    EXPECT_EQ(shown(unreachable, false, Language::en), "no");
    EXPECT_EQ(shown(starts_at, Instant{1'795'478'400'000}, Language::zh), "2026-11-24 08:00");
    EXPECT_EQ(shown(work_start, Date{1987, 5, 0}, Language::zh), "1987-05");
    EXPECT_EQ(shown(name, Empty{}, Language::zh), "");
}

// What is shown for a code, an amount or a truth can be typed again.
TEST(DisplayText, OfEveryCodeReadsBackAsThatCode) {
    for (const Kind& kind : standard_catalog().kinds()) {
        for (const Field& each : kind.fields) {
            if (each.type != FieldType::code) {
                continue;
            }
            for (const Code& code : standard_catalog().find_codes(each.refers_to)->codes) {
                const Value value{std::string{code.code}};
                EXPECT_EQ(read(each, shown(each, value, Language::zh)), value) << each.name;
                EXPECT_EQ(read(each, shown(each, value, Language::en)), value) << each.name;
            }
        }
    }
}

}  // namespace
}  // namespace zhibu::catalog
