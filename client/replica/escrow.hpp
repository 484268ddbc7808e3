#pragma once

#include <cstddef>

#include "shared/record/change.hpp"

namespace zhibu::client {

/// Keeps a device's groups outside its replica, which may be lost or erased while they wait.
/// Source: vault.md, "Keys"; sync.md, "Edit windows".
/// Threads: the replica's.
class Escrow {
public:
    Escrow() = default;
    virtual ~Escrow() = default;
    Escrow(const Escrow&) = delete;
    Escrow& operator=(const Escrow&) = delete;

    [[nodiscard]] virtual bool holds(const record::GroupName& name) const = 0;

    /// Takes room on the disk for a group of so many bytes, its signature counted, so that keep()
    /// cannot fail for want of it. False: there is none, and nothing has changed.
    [[nodiscard]] virtual bool make_room(std::size_t group_bytes) = 0;

    /// Durable when it returns true. False: the disk has no room, or will not have it; the replica
    /// still holds the group, and offers it again.
    [[nodiscard]] virtual bool keep(const record::GroupName& name,
                                    const record::SealedGroup& group) = 0;
};

}  // namespace zhibu::client
