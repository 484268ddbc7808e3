#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "client/agent/sync_agent.hpp"
#include "client/agent/wire_client.hpp"
#include "client/cli/network.hpp"
#include "client/workbench/api/api.hpp"

namespace zhibu::client {

/// The agent for as long as the workbench is open, on a thread of its own; started again when asked
/// after it has ended. What it is given must outlive it.
/// Threads: all but begin() and end() may be called from any.
class Synchronising {
public:
    struct Parts {
        AgentMeans means;
        Api* api = nullptr;
        /// Told of every report before `api` is, on the agent's thread.
        std::function<void(const SyncReport&)> reported;
    };

    explicit Synchronising(Parts parts) : parts_{std::move(parts)} {}

    ~Synchronising() { end(); }

    Synchronising(const Synchronising&) = delete;
    Synchronising& operator=(const Synchronising&) = delete;

    Exit begin();
    /// Ends the agent and its thread; calls made after it do nothing.
    void end();

    void sync_now();
    void group_made(record::Sequence last);

private:
    SyncAgent::Parts reporting_parts();

    Parts parts_;
    WireClient wires_;
    Connect connect_;
    std::unique_ptr<SyncAgent> agent_;
    bool ended_ = false;
    std::jthread thread_;
};

}  // namespace zhibu::client
