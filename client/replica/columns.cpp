#include "client/replica/detail/columns.hpp"

#include <algorithm>
#include <array>

#include "client/replica/detail/failure.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::FieldType;
using record::Date;
using record::Empty;
using record::Instant;
using record::RecordId;
using record::TextSet;

/// Bytes of one entry of the versions blob: number and index, little-endian.
constexpr std::size_t version_bytes = 10;

std::int64_t packed(Date date) {
    return std::int64_t{date.year} * 10'000 + std::int64_t{date.month} * 100 + date.day;
}

Date unpacked(std::int64_t number) {
    Date date;
    date.year = static_cast<std::int16_t>(number / 10'000);
    date.month = static_cast<std::uint8_t>(number / 100 % 100);
    date.day = static_cast<std::uint8_t>(number % 100);
    return date;
}

/// Texts of a set have no line breaks.
std::string joined(const TextSet& set) {
    std::string text;
    for (const std::string& each : set.texts) {
        text += each + '\n';
    }
    return text;
}

TextSet split(std::string_view text) {
    TextSet set;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        set.texts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return set;
}

struct Binder {
    Query& row;

    void operator()(Empty) const { row.bind_null(); }

    void operator()(const std::string& text) const { row.bind(std::string_view(text)); }

    void operator()(std::int64_t number) const { row.bind(number); }

    void operator()(bool truth) const { row.bind(std::int64_t{truth ? 1 : 0}); }

    void operator()(Date date) const { row.bind(packed(date)); }

    void operator()(Instant instant) const { row.bind(instant.milliseconds); }

    void operator()(const RecordId& id) const { row.bind(id.uuid); }

    void operator()(const TextSet& set) const { row.bind(std::string_view(joined(set))); }
};

const char* column_type(FieldType type) {
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
    return "BLOB";
}

/// References, and what rules and searches look records up by.
bool is_indexed(const catalog::Field& field) {
    constexpr std::array<std::string_view, 5> looked_up{"name", "code", "number", "id_number",
                                                        "form_number"};
    return field.type == FieldType::reference ||
           std::ranges::find(looked_up, field.name) != looked_up.end();
}

}  // namespace

std::string identifier(std::string_view name) {
    std::string text = "\"";
    for (const char letter : name) {
        text += letter;
        if (letter == '"') {
            text += letter;
        }
    }
    return text + '"';
}

std::vector<std::string> table_statements(const catalog::Kind& kind,
                                          const std::vector<std::string>& present) {
    const std::string table = identifier(kind.name);
    std::vector<std::string> statements;
    statements.push_back("CREATE TABLE IF NOT EXISTS " + table +
                         "(id BLOB PRIMARY KEY, retired INTEGER NOT NULL, life_changed_at INTEGER "
                         "NOT NULL, versions BLOB NOT NULL, extra BLOB)");
    for (const catalog::Field& field : kind.fields) {
        if (std::ranges::find(present, field.name) == present.end()) {
            statements.push_back("ALTER TABLE " + table + " ADD COLUMN " + identifier(field.name) +
                                 " " + column_type(field.type));
        }
        if (is_indexed(field)) {
            statements.push_back(
                "CREATE INDEX IF NOT EXISTS " +
                identifier(std::string(kind.name) + "_" + std::string(field.name)) + " ON " +
                table + "(" + identifier(field.name) + ")");
        }
    }
    return statements;
}

Bytes encode_versions(const std::vector<FieldVersion>& versions) {
    Bytes bytes;
    bytes.reserve(versions.size() * version_bytes);
    for (const FieldVersion& each : versions) {
        for (unsigned shift = 0; shift < 16; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(each.field.number >> shift));
        }
        for (unsigned shift = 0; shift < 64; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(each.changed_at.position >> shift));
        }
    }
    return bytes;
}

std::optional<std::vector<FieldVersion>> decode_versions(std::span<const std::uint8_t> bytes) {
    if (bytes.size() % version_bytes != 0) {
        return std::nullopt;
    }
    std::vector<FieldVersion> versions;
    for (; !bytes.empty(); bytes = bytes.subspan(version_bytes)) {
        FieldVersion each;
        each.field.number = static_cast<std::uint16_t>(bytes[0] | (bytes[1] << 8U));
        for (std::size_t i = 0; i < 8; ++i) {
            each.changed_at.position |= std::uint64_t{bytes[2 + i]} << (8 * i);
        }
        if (!versions.empty() && versions.back().field >= each.field) {
            return std::nullopt;
        }
        versions.push_back(each);
    }
    return versions;
}

bool fits_column(const catalog::Field& field, const record::Value& value) {
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
            return std::holds_alternative<Date>(value);
        case FieldType::instant:
            return std::holds_alternative<Instant>(value);
        case FieldType::reference:
            return std::holds_alternative<RecordId>(value);
        case FieldType::tags: {
            const auto* set = std::get_if<TextSet>(&value);
            return set != nullptr && std::ranges::none_of(set->texts, [](const std::string& text) {
                       return text.contains('\n');
                   });
        }
    }
    return false;
}

void bind_value(const record::Value& value, Query& row) { std::visit(Binder{row}, value); }

record::Value read_value(const catalog::Field& field, const Query& row, int column) {
    if (row.is_null(column)) {
        return Empty{};
    }
    switch (field.type) {
        case FieldType::text:
        case FieldType::note:
        case FieldType::code:
            return row.text(column);
        case FieldType::integer:
        case FieldType::money:
            return row.integer(column);
        case FieldType::boolean:
            return row.integer(column) != 0;
        case FieldType::day:
        case FieldType::month:
            return unpacked(row.integer(column));
        case FieldType::instant:
            return Instant{row.integer(column)};
        case FieldType::reference:
            return RecordId{row.uuid(column)};
        case FieldType::tags:
            return split(row.text(column));
    }
    throw Failed(ReplicaFault::damaged, "column");
}

}  // namespace zhibu::client::detail
