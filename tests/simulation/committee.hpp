#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/founding/backup.hpp"
#include "server/session/session_host.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/p256.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/vault/data_key.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/sealed_reading.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"

namespace zhibu::simulation {

/// The keys of the committee's server; they outlive every crash.
struct CommitteeKeys {
    keys::Ed25519Key receipts = keys::Ed25519Key::generate();
    keys::P256Key groups = keys::P256Key::generate();
    keys::X25519Key box = keys::X25519Key::generate();
    std::shared_ptr<const vault::KeyRing> store;
    record::DeviceId server_device;
};

/// A copy of the store, as `zhibu-server backup` makes one, kept elsewhere.
struct Backup {
    support::MemoryDisk medium;
    /// The log's end in it.
    record::LogIndex through;
    /// Where its history went on from a backup that was put back, each time.
    std::vector<record::LogIndex> begun;
};

/// The committee's server: its real parts over a disk, a clock and a network that can fail.
class Committee {
public:
    Committee(EventLoop& loop, Network& network, Trace& trace, const CommitteeKeys& keys,
              support::MemoryDisk disk, std::uint64_t seed);
    ~Committee();
    Committee(const Committee&) = delete;
    Committee& operator=(const Committee&) = delete;

    /// Starts the program where it does not run. The store must be there and whole (checked).
    void start();
    /// Ends the program in an orderly way.
    void stop();
    /// As Device::lose_power().
    void lose_power(std::size_t in_changes);

    [[nodiscard]] bool is_running() const { return program_ != nullptr; }

    /// Stops the program and copies the store, as its administrator does; the next start finds the
    /// watermark raised.
    [[nodiscard]] Backup back_up();
    /// The machine is lost with its disk; another one goes on from the backup, as one of a new
    /// epoch.
    void put_back(const Backup& backup);

    /// Where the log went on from a backup that was put back, each time.
    [[nodiscard]] const std::vector<record::LogIndex>& begun() const { return begun_; }

    /// The server's own write; drops it where the program does not run.
    void write(std::vector<record::Change> changes, std::function<void(bool)> done);

    [[nodiscard]] server::Committer& committer();
    /// A reader of the newest commit, for whoever looks on. It lives as long as the program.
    [[nodiscard]] server::StoreReader& reader();
    /// The newest position of the log.
    [[nodiscard]] record::LogIndex head();
    [[nodiscard]] record::SpaceId space() const;
    [[nodiscard]] record::EpochId epoch() const;

    [[nodiscard]] SkewedClock& clock() { return clock_; }

    [[nodiscard]] support::MemoryDisk& disk() { return disk_; }

    [[nodiscard]] const CommitteeKeys& keys() const { return keys_; }

    [[nodiscard]] server::SealedPlace place();

    /// The whole log, in its order. Only while the program does not run.
    [[nodiscard]] std::vector<LoggedGroup> log();
    /// Opens the store for reading beside a program that does not run.
    [[nodiscard]] std::unique_ptr<server::Store> open_store();

    /// Founding alone: the committer's parts over a store.
    [[nodiscard]] server::Committer::Parts committer_parts(server::Store& store);

    /// Of all judgements here.
    [[nodiscard]] const rules::Parameters& rules() const { return rules_; }

private:
    struct Program;

    [[nodiscard]] server::SessionHost::Parts host_parts();
    [[nodiscard]] server::StoreAccess access();
    void end_program();
    void note(std::string_view what, std::uint64_t detail = 0);

    EventLoop& loop_;
    Network& network_;
    Trace& trace_;
    const CommitteeKeys& keys_;
    std::string name_;
    support::MemoryDisk disk_;
    support::SeededRandom random_;
    SkewedClock clock_;
    support::MemoryFolder folder_;
    support::MemoryVfs pages_;
    vault::Vfs sealed_;
    vault::Volume volume_;
    rules::Parameters rules_;
    std::vector<record::LogIndex> begun_;
    std::unique_ptr<Program> program_;
};

}  // namespace zhibu::simulation
