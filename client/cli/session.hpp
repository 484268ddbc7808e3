#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>

#include "client/access/device_outbox.hpp"
#include "client/access/safe.hpp"
#include "client/access/server_history.hpp"
#include "client/identity/identity.hpp"
#include "client/replica/replica.hpp"
#include "client/words/words.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/disk.hpp"

namespace zhibu::client {

/// What every command is given: where the data lies, how to speak, and where to.
struct Console {
    IdentityFiles files;
    Language language = Language::zh;
    bool json = false;
    /// A file with the password; else it is asked for at the terminal.
    std::optional<std::filesystem::path> password_file;
    std::ostream& out;
    std::ostream& err;
    /// The three that only main.cpp takes from the system. All may be used from any thread.
    record::Clock& clock;
    record::Random& random;
    vault::Disk& disk;
};

/// How a command ends. The numbers are the program's exit codes, for scripts.
enum class Exit : int {
    done = 0,
    failed = 1,       // something went wrong; the message says what
    usage = 2,        // the words of the command are off
    refused = 3,      // the rules, the window or the server said no
    unreachable = 4,  // no connection; what was saved is safe
};

/// Prints what went wrong in words, or as {"error": …} with --json; returns the exit code for it.
Exit fail(Console& console, const ReplicaError& error);
Exit fail(Console& console, const IdentityError& error);
Exit fail(Console& console, AccessFault fault);
Exit fail(Console& console, Exit exit, std::string_view zh, std::string_view en);

/// The replica with the identity it belongs to and what has opened it.
struct OpenReplica {
    Identity identity;
    std::shared_ptr<Access> access;
    /// The replica's thread's, once it has one.
    std::shared_ptr<DeviceOutbox> outbox;
    std::unique_ptr<Replica> replica;
    /// The replica's thread's, too.
    std::shared_ptr<ServerHistory> history;
};

/// Whether a replica that cannot be opened any more may give way to a new one.
enum class Renewal : std::uint8_t { refused, allowed };

using OpeningError = std::variant<AccessFault, ReplicaError>;

/// Opens the replica with what the password has given.
[[nodiscard]] std::expected<OpenReplica, OpeningError> open_with(Console& console,
                                                                 Identity identity,
                                                                 std::shared_ptr<Access> access,
                                                                 Renewal renewal);

/// With the time at which the account may work next, where that is known.
[[nodiscard]] std::string explain(Console& console, AccessFault fault, Language language);

/// Loads the identity, unlocks the device and opens the replica, or prints why not.
[[nodiscard]] std::expected<OpenReplica, Exit> open_replica(Console& console);

/// The same for a synchronisation: where the replica cannot be opened any more (its lease is over,
/// or it is damaged), a new one takes its place, which the server fills.
[[nodiscard]] std::expected<OpenReplica, Exit> open_or_renew_replica(Console& console);

/// Signs groups with the device's key, or prints why it cannot.
[[nodiscard]] std::expected<SignHash, Exit> load_signer(Console& console);

}  // namespace zhibu::client
