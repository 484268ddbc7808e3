#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/id_number.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;
using record::RecordId;

constexpr std::string_view taiwan_permit_prefix = "83";

const std::string* text_of(const Case& of, std::string_view field) {
    return held<std::string>(of, "person", field);
}

/// The id number where it has the form that the other checks read; nullptr otherwise.
const std::string* formed_number(const Case& of) {
    const std::string* number = text_of(of, "id_number");
    return number != nullptr && has_id_number_form(*number) ? number : nullptr;
}

Breach id_number_form(const Case& of) {
    const std::string* number = text_of(of, "id_number");
    return broken_unless(number == nullptr || has_id_number_form(*number));
}

Breach id_number_check_character(const Case& of) {
    const std::string* number = formed_number(of);
    return broken_unless(number == nullptr || is_id_number(*number));
}

Breach id_number_division(const Case& of) {
    const std::string* number = formed_number(of);
    if (number == nullptr) {
        return kept;
    }
    const std::string prefix = number->substr(0, 2);
    return broken_unless(of.catalog.find_codes("admin_division")->find(prefix) != nullptr ||
                         prefix == taiwan_permit_prefix ||
                         std::ranges::find(of.parameters.extra_divisions, prefix) !=
                             of.parameters.extra_divisions.end());
}

/// Let through, but told: few of the users have ever seen one.
Breach id_number_of_taiwan_permit(const Case& of) {
    const std::string* number = formed_number(of);
    return broken_unless(number == nullptr || !number->starts_with(taiwan_permit_prefix));
}

Breach id_number_birth_date(const Case& of) {
    const std::string* number = formed_number(of);
    if (number == nullptr) {
        return kept;
    }
    const auto birth = id_number_birth(*number);
    return broken_unless(birth && *birth <= of.today);
}

Breach birth_date_agrees(const Case& of) {
    const std::string* number = formed_number(of);
    const Date* birth = held<Date>(of, "person", "birth_date");
    return broken_unless(number == nullptr || birth == nullptr ||
                         id_number_birth(*number) == *birth);
}

Breach sex_agrees(const Case& of) {
    const std::string* number = formed_number(of);
    const std::string* sex = text_of(of, "sex");
    if (number == nullptr || sex == nullptr || (*sex != "1" && *sex != "2")) {
        return kept;
    }
    return broken_unless(id_number_is_male(*number) == (*sex == "1"));
}

/// Another record of the kind with the same value in the field; none if there is none in sight.
std::optional<record::RecordState> other_with_same(const Case& of, std::string_view kind_name,
                                                   std::string_view field_name) {
    const catalog::Kind& kind = of.catalog.kind(kind_name);
    const catalog::Field& field = kind.field(field_name);
    const record::Value& value = of.after.value(field.id());
    if (record::is_empty(value)) {
        return std::nullopt;
    }
    for (const record::RecordKey& key : of.surroundings.holding(kind.id(), field.id(), value)) {
        if (key.id != of.after.key.id) {
            return of.surroundings.find(key);
        }
    }
    return std::nullopt;
}

/// The other person's branch and stage, as ids and codes: who shows them looks first whether the
/// reader may see them.
Breach id_number_unique(const Case& of) {
    const auto other = other_with_same(of, "person", "id_number");
    if (!other) {
        return kept;
    }
    return broken({Parameter{"组织", "其他组织"}, Parameter{"状态", "已登记"},
                   Parameter{"record", to_text(other->key.id)}});
}

/// Both sides say so. Who sees one of them alone is told of that one.
Breach entered_once(const Case& of) {
    const auto* number = own<std::string>(of, "id_number");
    return broken_unless(
        number == nullptr || related(of, "person", "id_number", record::Value{*number}).empty(),
        [&] { return name_of(of); });
}

Breach suspected_duplicate(const Case& of) {
    const catalog::Kind& kind = of.catalog.kind("person");
    const Date* birth = held<Date>(of, "person", "birth_date");
    const catalog::Field& name = kind.field("name");
    const record::Value& name_value = of.after.value(name.id());
    if (birth == nullptr || record::is_empty(name_value)) {
        return kept;
    }
    for (const record::RecordKey& key : of.surroundings.holding(kind.id(), name.id(), name_value)) {
        if (key.id == of.after.key.id) {
            continue;
        }
        const auto other = of.surroundings.find(key);
        const record::FieldNumber number = kind.field("id_number").id();
        if (other && other->value(kind.field("birth_date").id()) == record::Value{*birth} &&
            other->value(number) != of.after.value(number)) {
            return broken({Parameter{"组织", "其他组织"},
                           Parameter{"姓名", record::to_text(name_value)},
                           Parameter{"record", to_text(key.id)}});
        }
    }
    return kept;
}

/// Whether something in use still says that it is the person's.
bool is_left_alone(const Case& of, const RecordId& person) {
    const record::Value value{person};
    const auto names_none = [&](const catalog::Kind& kind, std::string_view field) {
        return kind.find(field) == nullptr || related(of, kind.name, field, value).empty();
    };
    return std::ranges::all_of(of.catalog.kinds(), [&](const catalog::Kind& kind) {
        return (kind.owner != "person" || names_none(kind, "owner")) &&
               (kind.name != "letter" || names_none(kind, "person")) &&
               (kind.name != "dues_payment" || names_none(kind, "person"));
    });
}

/// The other record is out of use, and all that was its own is this one's.
Breach joined_whole(const Case& of) {
    const auto* from = own<RecordId>(of, "joined_from");
    if (from == nullptr) {
        return kept;
    }
    const auto other = named_by(of, of.after, "joined_from");
    return broken_unless(*from != of.after.key.id &&
                         (!other || (other->retired && is_left_alone(of, *from))));
}

bool is_cjk(char32_t code) {
    return (code >= 0x3400 && code <= 0x4DBF) || (code >= 0x4E00 && code <= 0x9FFF) ||
           (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x3FFFF) ||
           code == 0x3007;
}

/// A, a and their like with accents; not the signs × and ÷ that stand among them.
bool is_latin(char32_t code) {
    return (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') ||
           (code >= 0xC0 && code <= 0x24F && code != 0xD7 && code != 0xF7);
}

/// Decodes text that the codec or the form has found to be UTF-8.
std::u32string code_points(std::string_view text) {
    std::u32string codes;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) {
            const unsigned kept_bits = byte < 0x80   ? 0x7FU
                                       : byte < 0xE0 ? 0x1FU
                                       : byte < 0xF0 ? 0x0FU
                                                     : 0x07U;
            codes.push_back(byte & kept_bits);
        } else if (!codes.empty()) {
            codes.back() = (codes.back() << 6U) | (byte & 0x3FU);
        }
    }
    return codes;
}

/// Chinese characters with single middle dots between them.
bool is_chinese_name(const std::u32string& codes) {
    constexpr char32_t middle_dot = 0xB7;
    const bool all_fit = std::ranges::all_of(
        codes, [](char32_t code) { return is_cjk(code) || code == middle_dot; });
    return all_fit && is_cjk(codes.front()) && is_cjk(codes.back()) &&
           codes.find(U"··") == std::u32string::npos;
}

/// Latin letters with single spaces, dots, hyphens, apostrophes.
bool is_latin_name(const std::u32string& codes) {
    const bool all_fit = std::ranges::all_of(codes, [](char32_t code) {
        return is_latin(code) || code == ' ' || code == '.' || code == '-' || code == '\'';
    });
    return all_fit && is_latin(codes.front()) && codes.back() != ' ' &&
           codes.find(U"  ") == std::u32string::npos;
}

Breach name_characters(const Case& of) {
    const std::string* name = text_of(of, "name");
    if (name == nullptr) {
        return kept;
    }
    const std::u32string codes = code_points(*name);
    const bool has_mark = name->find("联系不上") != std::string::npos;
    return broken_unless(codes.size() >= 2 && !has_mark &&
                         (is_chinese_name(codes) || is_latin_name(codes)));
}

Breach latin_name_is_noted(const Case& of) {
    const std::string* name = text_of(of, "name");
    if (name == nullptr) {
        return kept;
    }
    const std::u32string codes = code_points(*name);
    const bool latin = codes.size() >= 2 && is_latin_name(codes);
    return broken_unless(!latin || text_of(of, "remark") != nullptr ||
                         text_of(of, "explanation") != nullptr);
}

Breach mobile_form(const Case& of) {
    const std::string* mobile = text_of(of, "mobile");
    if (mobile == nullptr) {
        return kept;
    }
    const bool digits = std::ranges::all_of(*mobile, [](char c) { return c >= '0' && c <= '9'; });
    return broken_unless(digits && mobile->size() == 11 && (*mobile)[0] == '1' &&
                         (*mobile)[1] >= '3');
}

Breach sex_known(const Case& of) {
    const std::string* sex = text_of(of, "sex");
    return broken_unless(!is_member(of, of.after) || sex == nullptr || *sex == "1" || *sex == "2");
}

Breach ethnic_group_known(const Case& of) {
    const std::string* group = text_of(of, "ethnic_group");
    return broken_unless(!is_member(of, of.after) || group == nullptr ||
                         (*group != "97" && *group != "98"));
}

Breach work_start(const Case& of) {
    const Date* started = held<Date>(of, "person", "work_start_date");
    const Date* birth = held<Date>(of, "person", "birth_date");
    const std::string* category = text_of(of, "category");
    if (started == nullptr) {
        return broken_unless(category == nullptr || *category != "1");
    }
    if (category != nullptr && *category == "2") {
        return broken();
    }
    // A month counts as its last day: it may hold the birthday.
    const Date latest = started->is_month() ? record::month_end(*started) : *started;
    return broken_unless(birth == nullptr ||
                         record::age_on(*birth, latest) >= of.parameters.work_age);
}

constexpr std::array rules{
    Rule{"R-101",
         "person",
         "id_number",
         Severity::refuse,
         {"身份证号应为18位，前17位为数字，末位为数字或X。",
          "An id number has 18 characters: 17 digits, then a digit or X."},
         &id_number_form,
         "GB"},
    Rule{"R-102",
         "person",
         "id_number",
         Severity::refuse,
         {"身份证号校验位不正确，请对照证件逐位核对。",
          "The id number's check character is wrong. Compare it with the card, digit by digit."},
         &id_number_check_character,
         "GB"},
    Rule{"R-103",
         "person",
         "id_number",
         Severity::refuse,
         {"身份证号前两位不是有效的省级代码。",
          "The first two digits of the id number are not a province's code."},
         &id_number_division,
         "GB; GB/T 2260"},
    Rule{"R-103a",
         "person",
         "id_number",
         Severity::warn,
         {"身份证号以83开头（台湾居民居住证），请对照证件核对。",
          "The id number begins with 83, a residence permit of Taiwan residents. Compare it with "
          "the "
          "card."},
         &id_number_of_taiwan_permit,
         "GB; GB/T 2260"},
    Rule{"R-104",
         "person",
         "id_number",
         Severity::refuse,
         {"身份证号中的出生日期无效。", "The birth date in the id number is not a real past day."},
         &id_number_birth_date,
         "GB"},
    Rule{
        "R-105",
        "person",
        "birth_date id_number",
        Severity::needs_explanation,
        {"出生日期与身份证号不一致，请改正；如以档案为准，请填写说明。",
         "The birth date differs from the id number. Correct it, or explain why the file differs."},
        &birth_date_agrees,
        "GB; GK"},
    Rule{"R-106",
         "person",
         "sex id_number",
         Severity::refuse,
         {"性别与身份证号不一致。", "The sex differs from the id number."},
         &sex_agrees,
         "GB"},
    Rule{"R-107",
         "person",
         "id_number",
         Severity::refuse,
         {"该身份证号已存在（{组织}，{状态}"
          "）。请先核对号码；如曾在本市学习、工作，请改用“外省市库查询转入”。",
          "This id number is already registered. Check the number first; a person who studied or "
          "worked in the city before is received from the store of former members."},
         &id_number_unique,
         "S",
         When::change},
    Rule{"R-108",
         "person",
         "id_number",
         Severity::not_allowed,
         {"发现重复党员：{姓名}，请在“重复党员查询”中核实并合并或删除。",
          "{name} is entered twice: check in the list of duplicates, then merge or remove one."},
         &entered_once,
         "S (重复党员查询)",
         When::day},
    Rule{"R-109",
         "person",
         "name birth_date",
         Severity::warn,
         {"与 {组织} 的 {姓名} 疑似为同一人，请核实。",
          "A person of the same name and birth date is registered already. Check whether it is the "
          "same one."},
         &suspected_duplicate,
         "S (重复党员查询); GK"},
    Rule{"R-117",
         "person",
         "joined_from",
         Severity::refuse,
         {"并入的重复记录须已停用，其各项记录和介绍信须已转到本记录。",
          "The record that is joined is out of use, and its entries and letters are this one's."},
         &joined_whole,
         "S (重复党员查询)",
         When::change},
    Rule{
        "R-110",
        "person",
        "name",
        Severity::refuse,
        {"姓名含有不允许的字符。“联系不上”请用专门的标记填写。",
         "The name has characters that a name cannot have. \"Unreachable\" has a mark of its own."},
        &name_characters,
        "S; GK"},
    Rule{"R-110a",
         "person",
         "name",
         Severity::warn,
         {"姓名为外文字母，请在备注中说明。",
          "The name is in Latin letters: please say why in the remark."},
         &latin_name_is_noted,
         "S; GK"},
    Rule{"R-111",
         "person",
         "mobile",
         Severity::refuse,
         {"手机号码应为11位，请核对。",
          "A mobile number has 11 digits and begins with 1. Other numbers go with the telephones."},
         &mobile_form,
         "GK"},
    Rule{"R-113",
         "person",
         "sex stage",
         Severity::not_allowed,
         {"性别未填或未说明，请补正。", "The sex is not stated. It must be for a member."},
         &sex_known,
         "GB/T 2261.1; GK"},
    Rule{"R-114",
         "person",
         "ethnic_group stage",
         Severity::needs_explanation,
         {"民族为“其他”或“外国血统”，请填写说明。",
          "The ethnic group is \"other\" or \"foreign descent\": please explain."},
         &ethnic_group_known,
         "GB/T 3304; GK"},
    Rule{"R-115",
         "person",
         "work_start_date birth_date category",
         Severity::needs_explanation,
         {"参加工作日期早于16周岁，请核对或填写说明。",
          "The start of work does not fit: staff have one, students none, and not before the 16th "
          "birthday. Check it or explain."},
         &work_start,
         "S (参加工作日期, 教职工); GK"},
};

}  // namespace

std::span<const Rule> identity_rules() { return rules; }

}  // namespace zhibu::rules::detail
