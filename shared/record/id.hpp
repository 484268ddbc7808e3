#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"

namespace zhibu::record {

/// 128 bits in network byte order. Source: RFC 9562.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// The canonical form: 36 characters, lower-case hexadecimal with hyphens.
[[nodiscard]] std::string to_text(const Uuid& uuid);

/// Reads the canonical form, either case. Anything else is no value.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

/// A version 7 id: milliseconds of `now`, then 74 random bits. Source: RFC 9562, 5.7.
[[nodiscard]] Uuid make_uuid_v7(Instant now, Random& random);

/// A random (version 4) id. Source: RFC 9562, 5.4.
[[nodiscard]] Uuid make_uuid_v4(Random& random);

/// An id of one sort. Ids of different sorts do not convert into each other; all zero is "none".
template <class Tag>
struct Id {
    Uuid uuid;

    [[nodiscard]] bool is_none() const { return uuid == Uuid{}; }

    friend auto operator<=>(const Id&, const Id&) = default;
};

/// A record of a catalogued kind (UUIDv7). Accounts, windows and devices are records too.
using RecordId = Id<struct RecordTag>;
/// A device, given by the server at enrolment.
using DeviceId = Id<struct DeviceTag>;
/// The random id of one replica's life on a device.
using IncarnationId = Id<struct IncarnationTag>;
/// One organisation tree with one totally ordered log.
using SpaceId = Id<struct SpaceTag>;
/// The random id of one server store's life; changes when a backup is restored.
using EpochId = Id<struct EpochTag>;

template <class Tag>
[[nodiscard]] std::string to_text(const Id<Tag>& id) {
    return to_text(id.uuid);
}

}  // namespace zhibu::record

template <>
struct std::hash<zhibu::record::Uuid> {
    std::size_t operator()(const zhibu::record::Uuid& uuid) const noexcept;
};

template <class Tag>
struct std::hash<zhibu::record::Id<Tag>> {
    std::size_t operator()(const zhibu::record::Id<Tag>& id) const noexcept {
        return std::hash<zhibu::record::Uuid>{}(id.uuid);
    }
};
