#pragma once

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

/// An id whose bytes are all `byte`.
template <class Identity>
[[nodiscard]] Identity id_of(std::uint8_t byte) {
    Identity id;
    id.uuid.bytes.fill(byte);
    return id;
}

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
[[nodiscard]] Named<sync::TreeHead> tree_heads();

/// A record with 45 fields, as a person has them.
[[nodiscard]] record::RecordState wide_record();

}  // namespace zhibu::conformance
