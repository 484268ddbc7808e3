#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/agent/sync_agent.hpp"
#include "client/agent/wire_client.hpp"
#include "client/cli/session.hpp"
#include "shared/keys/ed25519.hpp"

/// Commands that talk to the committee's server.
namespace zhibu::client {

struct EnrolWords {
    /// "host:port" of each; the port may be left out.
    std::vector<std::string> servers;
    std::string code;
    std::string label;
};

/// Makes the device's key and certificate, sets the account's password, and creates the replica.
Exit enrol(Console& console, const EnrolWords& words);

/// Says under which addresses this device looks for the committee's servers, or, with some,
/// replaces them.
Exit servers(Console& console, const std::vector<std::string>& addresses);

/// One thing to be asked of the server in a session, and what it answered.
struct ErrandWords {
    sync::Errand errand;
    std::optional<sync::ErrandReply> reply;
};

struct SyncWords {
    /// Compare digests with the server when both stand at the same index.
    bool compare = false;
    /// Stay connected until interrupted.
    bool follow = false;
    /// Ask for the second factor's code first.
    bool asks_code = false;
    /// Or read it from this file.
    std::string code_file;
    /// Asked in the session; outlives it. None: nothing is.
    ErrandWords* errand = nullptr;
};

/// Sends what waits, takes what is new, and says what became of it.
Exit synchronise(Console& console, const SyncWords& words);

using Connect = std::function<void(sync::WireEvents&)>;

/// Everything that an agent needs to connect as this device.
[[nodiscard]] std::expected<Connect, Exit> connector(Console& console, const Identity& identity,
                                                     WireClient& wires);

/// A wrong password may be an old one: the server says how the new one's key is derived, which is
/// kept, in `identity` and in the device's file.
void learn_password_salt(Console& console, Identity& identity, const SyncReport& report);

/// What the last report means for who works here: that the password or the account does not open
/// the replica any more, or that the replica must come anew. No value for everything else.
[[nodiscard]] std::optional<AccessFault> meaning_of(const SyncReport& report);

/// Erases what opens the replica where the account may not work, or the replica must come anew.
[[nodiscard]] std::expected<void, AccessFault> obey(Console& console, const SyncReport& report);

/// What a new lease means for the device's keys; called on the replica's thread.
using LeaseKeeper = std::function<std::expected<void, ReplicaError>(
    const sync::Lease&, std::span<const std::uint8_t> secret)>;
[[nodiscard]] LeaseKeeper lease_keeper(Console& console, std::shared_ptr<Access> access);

/// What an agent of this device works with. What it points to must outlive the agent.
struct AgentMeans {
    Console* console = nullptr;
    const Identity* identity = nullptr;
    ReplicaDesk* desk = nullptr;
    std::shared_ptr<keys::Ed25519Key> key;
    LeaseKeeper keep_lease;
    std::shared_ptr<DeviceOutbox> outbox;
    std::shared_ptr<ServerHistory> history;
};

/// All that an agent needs but whom it tells: `report` and `replica_changed` are the caller's.
[[nodiscard]] SyncAgent::Parts agent_parts(const AgentMeans& means, sync::Executor& executor,
                                           Connect connect);

inline constexpr std::uint16_t default_port = 7443;

}  // namespace zhibu::client
