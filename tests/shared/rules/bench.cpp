#include "tests/shared/rules/bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/id_number.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules {
namespace {

using record::RecordId;
using record::RecordKey;
using record::RecordState;

/// A name of Chinese characters, another for each number.
std::string invented_name(std::size_t number) {
    constexpr std::array<const char*, 10> digits{"零", "一", "二", "三", "四",
                                                 "五", "六", "七", "八", "九"};
    std::string name = "旁人";
    for (const char digit : std::to_string(1000 + number)) {
        name += digits[static_cast<std::size_t>(digit - '0')];
    }
    return name;
}

RecordId numbered(std::uint8_t number) {
    RecordId id;
    id.uuid.bytes[15] = number;
    return id;
}

RecordState state_of(const catalog::Kind& kind, const RecordId& id, const Plain& values) {
    RecordState state;
    state.key = RecordKey{kind.id(), id};
    for (const auto& [name, text] : values) {
        const catalog::Field& field = kind.field(name);
        const auto value = catalog::parse_value(catalog::standard_catalog(), field, text);
        EXPECT_TRUE(value.has_value()) << name << " = " << text;
        state.set(field.id(), value.value_or(record::Value{}), record::LogIndex{1});
    }
    return state;
}

}  // namespace

record::Date date(std::string_view text) {
    const auto parsed = record::parse_date(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value_or(record::Date{});
}

RecordId Shelf::put(std::string_view kind, const Plain& values) {
    const RecordId id = numbered(static_cast<std::uint8_t>(records_.size() + 1));
    Plain named;
    if (kind == "person" || kind == "organisation") {
        named.emplace_back("name", invented_name(records_.size()));
    }
    named.insert(named.end(), values.begin(), values.end());
    const RecordState state = state_of(catalog::standard_catalog().kind(kind), id, named);
    records_.emplace(state.key, state);
    return id;
}

std::string Shelf::name_told_by(const std::string& text) const {
    for (const auto& [key, state] : records_) {
        const catalog::Kind& kind = *catalog::standard_catalog().find(key.kind);
        if (kind.name != "person" && kind.name != "organisation") {
            continue;
        }
        const std::string name = record::to_text(state.value(kind.field("name").id()));
        if (!name.empty() && text.contains(name)) {
            return name;
        }
    }
    return {};
}

void Shelf::retire(const RecordId& id) {
    for (auto& [key, state] : records_) {
        state.retired = state.retired || key.id == id;
    }
}

void Shelf::set(const RecordId& id, const Plain& values) {
    for (auto& [key, state] : records_) {
        if (key.id == id) {
            const catalog::Kind& kind = *catalog::standard_catalog().find(key.kind);
            for (const record::FieldState& field : state_of(kind, id, values).fields) {
                state.set(field.field, field.value, record::LogIndex{2});
            }
        }
    }
}

std::optional<RecordState> Shelf::find(const RecordKey& key) {
    const auto found = records_.find(key);
    return found == records_.end() ? std::nullopt : std::optional{found->second};
}

std::vector<RecordKey> Shelf::holding(record::KindNumber kind, record::FieldNumber field,
                                      const record::Value& value) {
    std::vector<RecordKey> keys;
    for (const auto& [key, state] : records_) {
        if (key.kind == kind && state.value(field) == value) {
            keys.push_back(key);
        }
    }
    return keys;
}

Bench::Bench(std::string_view kind)
    : id{numbered(200)}, kind_{catalog::standard_catalog().kind(kind)} {
    parameters.extra_divisions = {"99"};
}

std::vector<std::string> Bench::judged(const RecordState* before, const RecordState& after) {
    findings_ = judge(Case{catalog::standard_catalog(), parameters, shelf, before, after, today});
    for (const Finding& finding : findings_) {
        EXPECT_EQ(finding.severity, severity_of(finding.rule)) << finding.rule;
    }
    return named(after);
}

std::vector<std::string> Bench::named(const RecordState& judged_state) {
    const catalog::Field* name = kind_.find("name");
    const std::string own_name =
        name == nullptr ? std::string{} : record::to_text(judged_state.value(name->id()));
    std::vector<std::string> ids;
    for (const Finding& finding : findings_) {
        EXPECT_EQ(finding.record, (RecordKey{kind_.id(), id}));
        // Only a rule about the record's end stands beside no field.
        EXPECT_TRUE(kind_.find(finding.field) != nullptr || finding.rule == "R-712a")
            << finding.rule;
        ids.push_back(finding.rule);
        for (const record::Parameter& parameter : finding.parameters) {
            const std::string told = shelf.name_told_by(parameter.value);
            EXPECT_TRUE(told.empty() || told == own_name) << finding.rule << " tells " << told;
        }
        // A placeholder without its parameter shows a dash.
        EXPECT_EQ(text(finding.rule, catalog::Language::zh).find("—"), std::string::npos)
            << ids.back();
        EXPECT_EQ(text(finding.rule, catalog::Language::en).find("—"), std::string::npos)
            << ids.back();
    }
    return ids;
}

std::vector<std::string> Bench::on_creation(const Plain& values) {
    return judged(nullptr, state_of(kind_, id, values));
}

std::vector<std::string> Bench::on_change(const Plain& values, const Plain& changed) {
    const RecordState before = state_of(kind_, id, values);
    RecordState after = before;
    for (const record::FieldState& field : state_of(kind_, id, changed).fields) {
        after.set(field.field, field.value, record::LogIndex{2});
    }
    return judged(&before, after);
}

std::vector<std::string> Bench::on_the_day(const Plain& values) {
    const RecordState after = state_of(kind_, id, values);
    findings_ = survey(Case{catalog::standard_catalog(), parameters, shelf, nullptr, after, today});
    return named(after);
}

std::vector<std::string> Bench::on_retirement(const Plain& values) {
    const RecordState before = state_of(kind_, id, values);
    RecordState after = before;
    after.retired = true;
    return judged(&before, after);
}

bool Bench::creation_breaks(std::string_view rule, const Plain& values) {
    return std::ranges::count(on_creation(values), rule) > 0;
}

bool Bench::change_breaks(std::string_view rule, const Plain& values, const Plain& changed) {
    return std::ranges::count(on_change(values, changed), rule) > 0;
}

bool Bench::day_breaks(std::string_view rule, const Plain& values) {
    return std::ranges::count(on_the_day(values), rule) > 0;
}

const Finding& Bench::finding(std::string_view rule) const {
    static const Finding none;
    const auto found = std::ranges::find(findings_, rule, &Finding::rule);
    EXPECT_NE(found, findings_.end()) << rule;
    return found == findings_.end() ? none : *found;
}

std::string Bench::text(std::string_view rule, catalog::Language language) const {
    return message(rule, language, finding(rule).parameters);
}

std::string nobodys_number(std::string_view birth, int order) {
    std::string digits = "990000";
    std::ranges::copy_if(birth, std::back_inserter(digits), [](char c) { return c != '-'; });
    const std::string last = std::to_string(1000 + order).substr(1);
    digits += last;
    return digits + id_number_check(digits);
}

}  // namespace zhibu::rules
