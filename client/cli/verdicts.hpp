#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/cli/session.hpp"

namespace zhibu::client {

/// Tells the author, while synchronising, of what a person must look at: "up to date" alone would
/// hide that a change waits for an officer, or was not taken, or that another's value stands.
/// Threads: one; never the replica's.
class Verdicts {
public:
    /// Both must outlive it. What has a verdict already is not told again.
    Verdicts(Console& console, ReplicaDesk& desk);

    /// One line for each such group that got its verdict, or was parked, since it was last asked.
    /// Says nothing with --json: `groups` has it all.
    void tell();

private:
    std::vector<OwnGroup> groups();
    void print(const OwnGroup& own);

    Console& console_;
    ReplicaDesk& desk_;
    std::set<record::Sequence> known_;
};

}  // namespace zhibu::client
