#include "shared/catalog/schema.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::catalog {
namespace {

/// Beside references: what people and rules look records up by.
constexpr std::array<std::string_view, 5> looked_up{"name", "id_number", "code", "number",
                                                    "form_number"};

void put_varint(std::vector<std::uint8_t>& bytes, std::uint64_t number) {
    while (number >= 0x80) {
        bytes.push_back(static_cast<std::uint8_t>(number | 0x80U));
        number >>= 7U;
    }
    bytes.push_back(static_cast<std::uint8_t>(number));
}

std::optional<std::uint64_t> take_varint(std::span<const std::uint8_t>& bytes) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const std::uint8_t byte = bytes.front();
        bytes = bytes.subspan(1);
        number |= std::uint64_t{byte & 0x7FU} << shift;
        if ((byte & 0x80U) == 0) {
            return number;
        }
    }
    return std::nullopt;
}

/// The index that most of the versions share.
std::uint64_t commonest(std::span<const FieldVersion> versions) {
    std::uint64_t best = 0;
    std::ptrdiff_t best_count = 0;
    for (const FieldVersion& each : versions) {
        const auto count = std::ranges::count(versions, each.changed_at, &FieldVersion::changed_at);
        if (count > best_count) {
            best = each.changed_at.position;
            best_count = count;
        }
        if (count * 2 > std::ssize(versions)) {
            break;
        }
    }
    return best;
}

std::string column(const Field& field) {
    return identifier(field.name) + " " + std::string{column_type(field.type)};
}

}  // namespace

std::string identifier(std::string_view name) {
    std::string text = "\"";
    text.append(name);
    for (auto at = text.find('"', 1); at != std::string::npos; at = text.find('"', at + 2)) {
        text.insert(at, 1, '"');
    }
    return text + '"';
}

std::string_view column_type(FieldType type) {
    switch (type) {
        case FieldType::text:
        case FieldType::note:
        case FieldType::code:
        case FieldType::tags:
            return "TEXT";
        case FieldType::integer:
        case FieldType::money:
        case FieldType::boolean:
        case FieldType::day:
        case FieldType::month:
        case FieldType::instant:
            return "INTEGER";
        case FieldType::reference:
            return "BLOB";
    }
    std::unreachable();
}

bool is_indexed(const Field& field) {
    return field.type == FieldType::reference ||
           (field.type == FieldType::text &&
            std::ranges::find(looked_up, field.name) != looked_up.end());
}

std::string table_statement(const Kind& kind, std::string_view name) {
    std::string columns =
        "id BLOB PRIMARY KEY NOT NULL, retired INTEGER NOT NULL, "
        "life_changed_at INTEGER NOT NULL, versions BLOB NOT NULL, extra BLOB";
    for (const Field& field : kind.fields) {
        columns += ", " + column(field);
    }
    return "CREATE TABLE IF NOT EXISTS " + identifier(name) + "(" + columns + ") STRICT";
}

std::vector<std::string> table_statements(const Kind& kind, std::span<const std::string> present) {
    const std::string table = identifier(kind.name);
    // One statement for all columns: SQLite reads the whole schema again after each ALTER.
    std::vector<std::string> statements{table_statement(kind, kind.name)};
    for (const Field& field : kind.fields) {
        if (!present.empty() && std::ranges::find(present, field.name) == present.end()) {
            statements.push_back("ALTER TABLE " + table + " ADD COLUMN " + column(field));
        }
    }
    for (const Field& field : kind.fields) {
        if (is_indexed(field)) {
            statements.push_back(
                "CREATE INDEX IF NOT EXISTS " +
                identifier(std::string{kind.name} + "_" + std::string{field.name}) + " ON " +
                table + "(" + identifier(field.name) + ")");
        }
    }
    return statements;
}

std::vector<std::uint8_t> encode_versions(std::span<const FieldVersion> versions) {
    std::vector<std::uint8_t> bytes;
    const std::uint64_t common = commonest(versions);
    put_varint(bytes, common);
    std::uint64_t last_number = 0;
    for (const FieldVersion& each : versions) {
        const bool differs = each.changed_at.position != common;
        put_varint(bytes, (each.field.number - last_number) << 1U | (differs ? 1U : 0U));
        if (differs) {
            put_varint(bytes, each.changed_at.position);
        }
        last_number = each.field.number;
    }
    return bytes;
}

std::optional<std::vector<FieldVersion>> decode_versions(std::span<const std::uint8_t> bytes) {
    const auto common = take_varint(bytes);
    if (!common) {
        return std::nullopt;
    }
    std::vector<FieldVersion> versions;
    std::uint64_t last_number = 0;
    while (!bytes.empty()) {
        const auto step = take_varint(bytes);
        const bool differs = step && (*step & 1U) != 0;
        const auto changed_at = differs ? take_varint(bytes) : common;
        if (!step || !changed_at || *step >> 1U == 0 || *step >> 1U > 0xFFFFU - last_number) {
            return std::nullopt;
        }
        last_number += *step >> 1U;
        versions.push_back(FieldVersion{FieldNumber{static_cast<std::uint16_t>(last_number)},
                                        record::LogIndex{*changed_at}});
    }
    return versions;
}

std::int64_t packed(record::Date date) {
    return std::int64_t{date.year} * 10'000 + std::int64_t{date.month} * 100 + date.day;
}

std::optional<record::Date> unpacked_date(std::int64_t number) {
    if (number < 0 || number > 99'999'999) {
        return std::nullopt;
    }
    return record::make_date(static_cast<int>(number / 10'000),
                             static_cast<int>(number / 100 % 100), static_cast<int>(number % 100));
}

std::string joined_lines(const record::TextSet& set) {
    std::string text;
    for (const std::string& each : set.texts) {
        text += each + '\n';
    }
    return text;
}

record::TextSet split_lines(std::string_view text) {
    record::TextSet set;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        set.texts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return set;
}

bool fits_column(const Field& field, const record::Value& value) {
    if (record::is_empty(value)) {
        return true;
    }
    switch (field.type) {
        case FieldType::text:
        case FieldType::note:
        case FieldType::code:
            return std::holds_alternative<std::string>(value);
        case FieldType::integer:
        case FieldType::money:
            return std::holds_alternative<std::int64_t>(value);
        case FieldType::boolean:
            return std::holds_alternative<bool>(value);
        case FieldType::day:
        case FieldType::month:
            return std::holds_alternative<record::Date>(value);
        case FieldType::instant:
            return std::holds_alternative<record::Instant>(value);
        case FieldType::reference:
            return std::holds_alternative<record::RecordId>(value);
        case FieldType::tags: {
            const auto* set = std::get_if<record::TextSet>(&value);
            return set != nullptr && std::ranges::none_of(set->texts, [](const std::string& text) {
                       return text.contains('\n');
                   });
        }
    }
    std::unreachable();
}

}  // namespace zhibu::catalog
