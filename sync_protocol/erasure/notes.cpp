#include "sync_protocol/erasure/notes.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/id.hpp"

namespace zhibu::sync {
namespace {

constexpr std::size_t rest_digits = 32;

void unpack(std::string_view text, ErasedPositions& positions) {
    while (!text.empty()) {
        const auto space = text.find(' ');
        const std::string_view word = text.substr(0, space);
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
        const auto colon = word.find(':');
        std::uint64_t position = 0;
        const bool is_number =
            std::from_chars(word.data(), word.data() + word.size(), position).ec == std::errc{};
        if (is_number && colon != std::string_view::npos &&
            word.size() == colon + 1 + rest_digits) {
            positions[record::LogIndex{position}] = word.substr(colon + 1);
        }
    }
}

}  // namespace

std::string rest_of(std::span<const std::uint8_t> group, std::span<const std::uint8_t> verdict) {
    std::vector<std::uint8_t> both{group.begin(), group.end()};
    both.insert(both.end(), verdict.begin(), verdict.end());
    return keys::to_hex(keys::sha256(both)).substr(0, rest_digits);
}

std::string packed(const ErasedPositions& positions) {
    std::string text;
    for (const auto& [index, rest] : positions) {
        text += text.empty() ? "" : " ";
        text += std::to_string(index.position) + ":" + rest;
    }
    return text;
}

ErasedPositions erased_positions(const catalog::Catalog& catalog, const record::Group& group) {
    ErasedPositions positions;
    const catalog::Kind* kind = catalog.find("erasure");
    if (kind == nullptr || group.action != erasure_action) {
        return positions;
    }
    for (const record::Change& change : group.changes) {
        for (const record::FieldChange& field : change.fields) {
            const auto* text = std::get_if<std::string>(&field.value);
            if (change.record.kind == kind->id() && field.field == kind->field("positions").id() &&
                text != nullptr) {
                unpack(*text, positions);
            }
        }
    }
    return positions;
}

std::optional<record::RecordKey> erased_record(const catalog::Catalog& catalog,
                                               const record::RecordState& note) {
    const catalog::Kind* kind = catalog.find("erasure");
    if (kind == nullptr || note.key.kind != kind->id()) {
        return std::nullopt;
    }
    const auto* number = std::get_if<std::int64_t>(&note.value(kind->field("kind").id()));
    const auto* text = std::get_if<std::string>(&note.value(kind->field("record").id()));
    const auto uuid = text == nullptr ? std::nullopt : record::parse_uuid(*text);
    if (number == nullptr || !uuid || *number < 0 || *number > UINT16_MAX) {
        return std::nullopt;
    }
    return record::RecordKey{record::KindNumber{static_cast<std::uint16_t>(*number)},
                             record::RecordId{*uuid}};
}

}  // namespace zhibu::sync
