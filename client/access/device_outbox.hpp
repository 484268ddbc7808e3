#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "client/access/safe.hpp"
#include "client/replica/escrow.hpp"
#include "shared/vault/outbox.hpp"
#include "sync_protocol/session/client_session.hpp"

namespace zhibu::client {

/// The device's outbox: every group of every replica that this device has had, sealed to the server
/// and to the data key of its time, until a backup of the server covers it. It outlives the
/// replica; what a lost replica had not sent is handed in from here, unread. Threads: the
/// replica's.
class DeviceOutbox final : public Escrow {
public:
    /// Opens the device's file, or makes it. `disk` and `random` must outlive it.
    /// @param access  whose data key groups are sealed to, while it has one
    /// Errors: storage_failed.
    [[nodiscard]] static std::expected<std::shared_ptr<DeviceOutbox>, AccessFault> open(
        const IdentityFiles& files, const Identity& identity, std::shared_ptr<const Access> access,
        vault::Disk& disk, record::Random& random);

    [[nodiscard]] bool holds(const record::GroupName& name) const override;
    [[nodiscard]] bool make_room(std::size_t group_bytes) override;
    [[nodiscard]] bool keep(const record::GroupName& name,
                            const record::SealedGroup& group) override;

    /// What is here of former replicas, and how much of it the server of which epoch was handed.
    /// @param current  the open replica, which pushes its groups itself
    [[nodiscard]] std::vector<sync::Delivery> deliveries(const record::IncarnationId& current);

    /// The next entries in ascending sequence, at least one if there is any; what damage has taken
    /// is left out. One that no message holds is offered, by itself.
    [[nodiscard]] sync::client_event::BoxedRead boxed(const sync::client_effect::ReadBoxed& wish);

    /// A part of the entry that was offered last; none of any other. That entry is held in memory
    /// until the next is asked for.
    [[nodiscard]] std::vector<std::uint8_t> boxed_part(const sync::client_effect::ReadPart& wish);

    /// Remembered, so that it is not handed in again. Forgetting it does no harm.
    void handed_in(const sync::client_effect::StoreHandedIn& done);
    /// What was handed in before in this epoch stands in the log at `seen.head` at the latest.
    void head_seen(const sync::client_effect::StoreHead& seen);
    /// Drops what a backup of the server holds: `covered` and all before it, and what former
    /// replicas had handed in by then. What cannot be dropped now is dropped at the next chance.
    void backed_up(const sync::client_effect::StoreWatermark& watermark,
                   const record::GroupName& covered);

private:
    /// How much of one replica the server has.
    struct Mark {
        record::Sequence through;
        record::EpochId epoch;
        /// In the log at this position or before; 0: not known yet.
        record::LogIndex by;
    };

    using HandedIn = std::map<record::IncarnationId, Mark>;

    DeviceOutbox(vault::Outbox outbox, const IdentityFiles& files, const Identity& identity,
                 std::shared_ptr<const Access> access, vault::Disk& disk, record::Random& random);

    void read_handed_in();
    void write_handed_in();

    vault::Outbox outbox_;
    IdentityFiles files_;
    record::DeviceId device_;
    record::RecordId account_;
    keys::X25519Public server_{};
    std::shared_ptr<const Access> access_;
    vault::Disk& disk_;
    record::Random& random_;
    HandedIn handed_in_;

    /// An entry that is handed in by parts.
    struct Offered {
        sync::GroupOffer offer;
        std::vector<std::uint8_t> box;
    };

    std::optional<Offered> offered_;
};

}  // namespace zhibu::client
