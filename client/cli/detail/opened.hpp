#pragma once

#include <memory>

#include "client/cli/synchronising.hpp"
#include "client/cli/workplace.hpp"

namespace zhibu::client {

/// All that exists only while the workbench is open, ended in its order.
struct Workplace::Opened {
    Identity identity;
    std::shared_ptr<Access> access;
    std::shared_ptr<DeviceOutbox> outbox;
    std::shared_ptr<ServerHistory> history;
    std::unique_ptr<Api> api;
    std::unique_ptr<ReplicaDesk> desk;
    std::unique_ptr<Synchronising> synchronising;

    ~Opened() {
        if (synchronising) {
            synchronising->end();
        }
        // What is still to be done at the desk names the operations and the agent.
        desk.reset();
    }
};

}  // namespace zhibu::client
