#include "tests/support/roster_generator/invented_person.hpp"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "shared/record/date.hpp"
#include "shared/rules/id_number.hpp"

namespace zhibu::test {
namespace {

using namespace std::string_view_literals;

// Common ones, ones with several readings (单 解 仇 曾 乐 查 区 任 盖 朴 尉迟), and compound ones.
constexpr std::string_view surnames[] = {
    "王",   "李",   "张",   "刘",   "陈",   "杨",   "赵",   "黄",   "周",  "吴", "徐",
    "孙",   "朱",   "马",   "胡",   "郭",   "林",   "何",   "高",   "罗",  "单", "解",
    "仇",   "曾",   "乐",   "查",   "区",   "任",   "盖",   "朴",   "覃",  "宓", "欧阳",
    "司马", "上官", "诸葛", "尉迟", "长孙", "令狐", "皇甫", "夏侯", "慕容"};

constexpr std::string_view given_characters[] = {
    "伟", "芳", "娜", "敏", "静", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛",
    "明", "超", "霞", "平", "刚", "桂", "文", "行", "重", "长", "乐", "朝", "省", "茜",
    "晟", "曦", "翀", "垚", "淼", "珺", "喆", "玥", "𬱖", "堃", "国", "华", "建", "志"};

struct MinorityName {
    std::string_view first;
    std::string_view second;
    std::string_view ethnic_group;
};

constexpr MinorityName minority_names[] = {
    {"阿依古丽", "买买提", "05"}, {"古丽娜尔", "艾力", "05"}, {"努尔别克", "哈布力", "17"},
    {"才让", "卓玛", "04"},       {"斯琴", "其其格", "02"},   {"玛依拉", "阿不都热合曼", "05"},
    {"吉克", "阿依", "07"}};

std::string digits(std::uint32_t number, int width) {
    char text[16];
    std::snprintf(text, sizeof text, "%0*u", width, number);
    return text;
}

record::Date invent_birth(Dice& dice) {
    // Old enough that what the generator adds in years lies before the project's own days.
    const int year = 1940 + static_cast<int>(dice.roll(56));
    const int month = 1 + static_cast<int>(dice.roll(12));
    const int days = record::month_end(*record::make_date(year, month, 1)).day;
    return *record::make_date(year, month,
                              1 + static_cast<int>(dice.roll(static_cast<std::size_t>(days))));
}

}  // namespace

InventedPerson invent_person(Dice& dice, std::uint32_t index) {
    InventedPerson person;
    person.is_male = dice.roll(2) == 0;
    person.birth = invent_birth(dice);
    person.ethnic_group = dice.chance(0.9) ? "01" : "11";
    if (dice.chance(0.04)) {
        const MinorityName& name = dice.pick(minority_names);
        person.name = std::string{name.first} + "·" + std::string{name.second};
        person.ethnic_group = name.ethnic_group;
    } else {
        person.name = dice.pick(surnames);
        for (std::size_t left = 1 + dice.roll(2); left > 0; --left) {
            person.name += dice.pick(given_characters);
        }
    }
    const std::string birth = digits(static_cast<std::uint32_t>(person.birth.year), 4) +
                              digits(person.birth.month, 2) + digits(person.birth.day, 2);
    const std::uint32_t order = (index % 500) * 2 + (person.is_male ? 1 : 0);
    person.id_number = "99" + digits(index / 500, 4) + birth + digits(order, 3);
    person.id_number.push_back(rules::id_number_check(person.id_number));
    person.mobile = "154" + digits(10'000'000 + index * 7, 8);
    return person;
}

}  // namespace zhibu::test
