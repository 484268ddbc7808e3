#include "sync_protocol/casework/casework.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/record/base64.hpp"
#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::sync {
namespace {

/// Three bytes become four letters.
constexpr std::size_t part_bytes = packed_bytes_max / 4 * 3;

}  // namespace

std::vector<std::string> content_parts(std::span<const std::uint8_t> bytes) {
    std::vector<std::string> parts;
    while (!bytes.empty()) {
        const std::size_t taken = std::min(part_bytes, bytes.size());
        parts.push_back(record::to_base64(bytes.first(taken)));
        bytes = bytes.subspan(taken);
    }
    return parts;
}

std::optional<std::vector<std::uint8_t>> content_of(std::span<const std::string> parts) {
    std::vector<std::uint8_t> all;
    for (const std::string& part : parts) {
        const auto bytes = record::from_base64(part);
        if (!bytes) {
            return std::nullopt;
        }
        all.insert(all.end(), bytes->begin(), bytes->end());
    }
    return all;
}

std::optional<std::string> packed(const record::FieldState& field) {
    const Bytes bytes = encode(std::vector{field});
    if (bytes.size() > part_bytes) {
        return std::nullopt;
    }
    return record::to_base64(bytes);
}

std::optional<record::FieldState> unpacked_field(std::string_view text) {
    const auto bytes = record::from_base64(text);
    if (!bytes) {
        return std::nullopt;
    }
    auto fields = decode_fields(*bytes);
    if (!fields || fields->size() != 1) {
        return std::nullopt;
    }
    return std::move(fields->front());
}

std::string packed(std::span<const record::Reason> reasons) {
    // A verdict with nothing but reasons: what they are on the wire already.
    record::Verdict verdict;
    verdict.reasons.assign(reasons.begin(), reasons.end());
    Bytes bytes = encode(verdict);
    while (bytes.size() > part_bytes) {
        verdict.reasons.resize(verdict.reasons.size() / 2);
        bytes = encode(verdict);
    }
    return record::to_base64(bytes);
}

std::vector<record::Reason> unpacked_reasons(std::string_view text) {
    const auto bytes = record::from_base64(text);
    if (!bytes) {
        return {};
    }
    auto verdict = decode_verdict(*bytes);
    return verdict ? std::move(verdict->reasons) : std::vector<record::Reason>{};
}

}  // namespace zhibu::sync
