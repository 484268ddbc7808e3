#include "tests/client/workbench/api/people.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace zhibu::client::test {
namespace {

record::RecordState organisation_of(std::uint64_t number, const std::string& called,
                                    const std::string& type, std::uint64_t parent) {
    NamedValues values{{"name", called},
                       {"code", "C" + std::to_string(number)},
                       {"type", type},
                       {"phone", std::string{"021-63846590"}}};
    if (parent != 0) {
        values.emplace_back("parent", record_id(parent));
    }
    if (type == "39") {
        values.emplace_back("keeper", std::string{"王组织员"});
    }
    return standard_record("organisation", record_id(number), values);
}

}  // namespace

record::Date day(std::string_view text) { return record::parse_date(text).value(); }

std::string id_number_of(record::Date birth, int which) {
    constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    std::string order = std::to_string(which % 500 * 2 + 1);
    order.insert(0, 3 - order.size(), '0');
    std::string number = "110105";
    for (const char letter : to_text(birth)) {
        number += letter == '-' ? "" : std::string(1, letter);
    }
    number += order;
    int sum = 0;
    for (std::size_t at = 0; at < weights.size(); ++at) {
        sum += (number[at] - '0') * weights.at(at);
    }
    return number + "10X98765432"[sum % 11];
}

std::vector<record::RecordState> organisations() {
    return {organisation_of(50, "甲党委", "10", 56),   organisation_of(51, "甲一支部", "30", 50),
            organisation_of(52, "甲二支部", "30", 50), organisation_of(53, "失联支部", "39", 50),
            organisation_of(54, "乙党委", "10", 56),   organisation_of(55, "乙一支部", "30", 54),
            organisation_of(56, "上级党委", "10", 0),  organisation_of(57, "乙二支部", "30", 54)};
}

record::RecordState man(std::uint64_t number, const std::string& stage, const NamedValues& more) {
    NamedValues values = more;
    const auto lacks = [&](std::string_view wanted) {
        for (const auto& [given, value] : more) {
            if (given == wanted) {
                return false;
            }
        }
        return true;
    };
    record::Date birth = day("2000-05-03");
    for (const auto& [given, value] : more) {
        if (given == "birth_date") {
            birth = std::get<record::Date>(value);
        }
    }
    const NamedValues usual{{"name", "张" + std::to_string(number)},
                            {"sex", std::string{"1"}},
                            {"birth_date", birth},
                            {"id_number", id_number_of(birth, static_cast<int>(number))},
                            {"organisation", record_id(51)},
                            {"stage", stage}};
    for (const auto& [usually, value] : usual) {
        if (lacks(usually)) {
            values.emplace_back(usually, value);
        }
    }
    return standard_record("person", record_id(number), values);
}

std::vector<record::RecordState> with_members(std::vector<record::RecordState> more) {
    std::vector<record::RecordState> all = organisations();
    for (const std::uint64_t number : {70U, 71U}) {
        all.push_back(man(number, "50",
                          {{"birth_date", day("1980-01-02")},
                           {"join_date", day("2005-06-01")},
                           {"conversion_outcome", std::string{"01"}},
                           {"conversion_date", day("2006-06-01")}}));
    }
    for (record::RecordState& each : more) {
        all.push_back(std::move(each));
    }
    return all;
}

}  // namespace zhibu::client::test
