#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/agent/sync_agent.hpp"
#include "client/agent/wire_client.hpp"
#include "client/cli/network.hpp"
#include "client/cli/session.hpp"
#include "shared/keys/system.hpp"
#include "shared/vault/disk.hpp"

namespace zhibu::bench {

/// What a program said last.
[[nodiscard]] std::string last_line(std::string text);

/// One enrolled device with its sealed replica open: the product's own client, without a terminal.
/// Whatever fails ends the bench with its words.
class Device {
public:
    Device(std::filesystem::path folder, std::filesystem::path password_file);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    void enrol(std::uint16_t port, const std::string& code);

    [[nodiscard]] std::filesystem::path folder() const { return console_.files.folder; }

    /// Takes the replica away, and opens an empty one.
    void forget_replica();

    /// Opens the replica, or makes a new one, and the means to connect.
    void open();
    void close();

    /// Enrolment codes for the accounts of these names; devices enrolled with them may work at
    /// once.
    [[nodiscard]] std::vector<std::string> invite(const std::vector<std::string>& accounts);

    /// On the replica's thread.
    template <class Work>
    auto with_replica(Work work) {
        return client::ask_and_wait(*desk_, std::move(work));
    }

    /// Commits the draft as a person would; returns its sequence.
    record::Sequence commit(const client::Draft& draft);

    /// Synchronises until both ends stand at one index. Returns the seconds from before the first
    /// byte of the connection until then. @param caught_up  called then; what comes after it, a
    /// comparison of digests, is not in the seconds
    double synchronise(const std::function<void()>& caught_up = {});

    /// The same, then compares digests with the server, which must be equal.
    void synchronise_and_compare();

    /// Ends the bench with the reasons if a group waits still, or was not taken.
    void demand_taken();

    /// Begins to stay connected on `wires`, which the caller runs; reports are made there.
    void follow(client::WireClient& wires, std::function<void(const client::SyncReport&)> report,
                std::function<void()> replica_changed);
    void stop_following();

    [[nodiscard]] client::SyncAgent& agent() { return *agent_; }

    [[nodiscard]] record::RecordId account() const { return opened_.identity.account; }

private:
    struct Run {
        client::SyncReport last;
        /// Both ends stood at one index; a comparison, where one was due, came after.
        std::chrono::steady_clock::time_point caught_up;
    };

    Run run(client::SyncAgent::Mode mode, const std::function<void()>& on_caught_up);
    [[nodiscard]] client::SyncAgent::Parts parts(sync::Executor& executor, client::Connect connect);
    [[nodiscard]] client::Connect connector(client::WireClient& wires);

    std::ostringstream out_;
    std::ostringstream err_;
    keys::SystemClock clock_;
    keys::SystemRandom random_;
    vault::SystemDisk disk_;
    client::Console console_;
    client::OpenReplica opened_;
    std::shared_ptr<keys::Ed25519Key> key_;
    client::SignHash sign_;
    std::unique_ptr<client::ReplicaDesk> desk_;
    std::unique_ptr<client::SyncAgent> agent_;
};

}  // namespace zhibu::bench
