#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/message/message.hpp"

/// Values of every type that travels, with every alternative and every optional part in one of
/// them. They are frozen with their protocol version: the vectors are their encodings.
namespace zhibu::conformance {

template <class T>
using Named = std::vector<std::pair<std::string, T>>;

/// `count` bytes: first, first + 1, ...
[[nodiscard]] std::vector<std::uint8_t> counted_bytes(std::size_t count, std::uint8_t first);

template <std::size_t Count>
[[nodiscard]] std::array<std::uint8_t, Count> counted_array(std::uint8_t first) {
    std::array<std::uint8_t, Count> bytes{};
    std::ranges::copy(counted_bytes(Count, first), bytes.begin());
    return bytes;
}

/// 2026-07-01T08:00:00Z
inline constexpr record::Instant morning{1'782'892'800'000};

/// An id whose bytes are all `byte`.
template <class Identity>
[[nodiscard]] Identity id_of(std::uint8_t byte) {
    Identity id;
    id.uuid.bytes.fill(byte);
    return id;
}

/// A record of the first kind.
[[nodiscard]] record::RecordKey person(std::uint8_t byte);

/// Three groups of one incarnation, each naming the hash of the one before.
[[nodiscard]] Named<record::Group> group_chain();
/// One of each outcome, with every settlement among the decisions.
[[nodiscard]] Named<record::Verdict> verdicts();
[[nodiscard]] Named<sync::Lease> leases();
[[nodiscard]] Named<record::RecordState> record_states();
[[nodiscard]] Named<std::vector<record::Effect>> effect_lists();
[[nodiscard]] Named<std::vector<record::FieldState>> field_lists();
/// At least one of each message of protocol version 1.
[[nodiscard]] Named<sync::Message> messages();
/// At least one of each message that version 2 added.
[[nodiscard]] Named<sync::Message> messages_of_version_2();
/// At least one of each message that version 3 added.
[[nodiscard]] Named<sync::Message> messages_of_version_3();
/// At least one of each message that version 4 added.
[[nodiscard]] Named<sync::Message> messages_of_version_4();
[[nodiscard]] Named<sync::TreeHead> tree_heads();

/// A record with 45 fields, as a person has them.
[[nodiscard]] record::RecordState wide_record();

}  // namespace zhibu::conformance
