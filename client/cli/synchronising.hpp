#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
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

    /// @param second_factor  what the account's authenticator shows, where the server asks for it
    void sync_now(std::string second_factor = {});
    void group_made(record::Sequence last);

    using Answered = std::function<void(const std::optional<sync::ErrandReply>&)>;
    /// Asks the server in the session that is open. `answered`, on the agent's thread or that of
    /// end(): nothing where none is open, it ends before the answer, or the same is being asked.
    void ask(sync::Errand errand, Answered answered);

private:
    SyncAgent::Parts reporting_parts(std::string second_factor);
    void tell_all_of_the_end();
    void tell(sync::ErrandSort sort, const std::optional<sync::ErrandReply>& reply);

    Parts parts_;
    WireClient wires_;
    Connect connect_;
    std::unique_ptr<SyncAgent> agent_;
    /// Who waits for the server's answer.
    std::map<sync::ErrandSort, Answered> asked_;
    bool ended_ = false;
    std::jthread thread_;
};

}  // namespace zhibu::client
