#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/access/device_outbox.hpp"
#include "client/access/safe.hpp"
#include "client/access/server_history.hpp"
#include "client/agent/sync_agent.hpp"
#include "client/identity/identity.hpp"
#include "client/replica/replica.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/p256.hpp"
#include "shared/vault/volume.hpp"
#include "tests/simulation/network.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"

namespace zhibu::simulation {

/// A group that a user was told is saved, by its name and the hash of its bytes.
using SavedGroup = std::pair<record::GroupName, record::Hash>;

/// What stays on a device when its programs do not run: the disk, what the person carries in the
/// head (the password's key, as the kernel's keyring keeps it), and what the person was told.
struct DeviceState {
    support::MemoryDisk disk;
    keys::SecretBytes kept;
    std::set<SavedGroup> saved;

    [[nodiscard]] DeviceState copy() const;
};

/// Who a device is; never changes.
struct DeviceKit {
    client::Identity identity;
    std::shared_ptr<const keys::P256Key> key;
    /// The scope's organisation at the beginning.
    record::RecordId scope;
    bool is_officer = false;
};

/// One machine of a secretary or an officer: the client's real parts over a disk, a clock and a
/// network that can fail. Programs on it are started, killed and cut off in mid-write.
class Device {
public:
    Device(EventLoop& loop, Network& network, Trace& trace, std::size_t number,
           const DeviceKit& kit, DeviceState state, std::uint64_t seed);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /// Opens the replica for work; nothing where the program runs already.
    /// @param renewal  whether one that cannot be opened gives way to a new one, as before a sync
    void start(bool renewal);
    /// Opens or renews the replica and keeps it synchronised until the program ends.
    void synchronise();
    /// Closes the wire and stays offline.
    void stop_synchronising();
    /// Ends the program in an orderly way.
    void close();
    /// The power goes, now or just before the disk's `in_changes`-th changing call from now (from
    /// 1). The next start finds what that left.
    void lose_power(std::size_t in_changes);

    /// Does `work` with the replica, where there is one that is open.
    void with_replica(std::function<void(client::Replica&)> work);
    /// Commits what `draft` makes of what the replica shows, as the user would; nothing where the
    /// program does not run.
    void commit(std::function<client::Draft(client::Replica&)> draft);

    /// A copy of the disk as it stands, with all that is under way on it.
    [[nodiscard]] DeviceState copy_state() const;
    /// The program is killed; the machine goes on from this state.
    void put_back(DeviceState state);

    [[nodiscard]] bool is_running() const { return program_ != nullptr; }

    [[nodiscard]] bool is_synchronising() const;

    /// Whether its lease goes on for as long as anything is looked at. It does not once the group
    /// that ends it has come.
    [[nodiscard]] bool has_lasting_lease() const;

    /// Whether its outbox holds what former replicas have left and the server of `epoch` was not
    /// handed yet.
    [[nodiscard]] bool has_deliveries(const record::EpochId& epoch) const;

    [[nodiscard]] const client::SyncReport& last_report() const { return report_; }

    /// Why the server last sent it away, until it is let in again.
    [[nodiscard]] std::optional<sync::RefusalReason> refused() const { return refused_; }

    [[nodiscard]] const std::set<SavedGroup>& saved() const { return state_.saved; }

    /// What was found wrong with the server's history.
    [[nodiscard]] std::vector<client::NotedFinding> findings();

    [[nodiscard]] const DeviceKit& kit() const { return kit_; }

    [[nodiscard]] std::size_t number() const { return number_; }

    [[nodiscard]] const SkewedClock& clock() const { return clock_; }

    /// Sets the machine's clock so far from the true time.
    void set_clock(std::int64_t milliseconds);

    [[nodiscard]] support::MemoryDisk& disk() { return state_.disk; }

    /// Every page of the replica as whoever has its keys can read it, free ones too; empty where
    /// nothing opens it. Only while the program does not run.
    [[nodiscard]] std::vector<std::uint8_t> pages();

    void set_protocol(std::uint16_t newest) { protocol_newest_ = newest; }

private:
    struct Program;

    [[nodiscard]] std::unique_ptr<client::Replica> open_replica(bool renewal);
    [[nodiscard]] client::SyncAgent::Parts agent_parts();
    void take_report(const client::SyncReport& report);
    /// Erases what opens the replica where the lease is over, as the program does by itself.
    void obey_lease();
    /// Has the program see before long what its clock says.
    void look_at_clock();
    void end_program();
    void note(std::string_view what, std::uint64_t detail = 0);

    EventLoop& loop_;
    Network& network_;
    Trace& trace_;
    std::size_t number_;
    const DeviceKit& kit_;
    /// Of its VFSs: SQLite knows them by name.
    std::string name_;
    DeviceState state_;
    support::SeededRandom random_;
    SkewedClock clock_;
    support::MemoryFolder folder_;
    support::MemoryVfs pages_;
    vault::Vfs sealed_;
    vault::Volume volume_;
    std::uint16_t protocol_newest_ = sync::protocol_current;
    client::SyncReport report_;
    std::optional<sync::RefusalReason> refused_;
    std::unique_ptr<Program> program_;
};

}  // namespace zhibu::simulation
