#pragma once

#include <memory>
#include <vector>

#include "client/agent/sync_agent.hpp"
#include "tests/client/agent/model_committee.hpp"
#include "tests/client/replica/fixture.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::client::test {

/// Gives the numbers that a test puts in, big-endian, the last one for ever.
class ChosenRandom final : public record::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;

    std::uint32_t next = 0;
};

/// A branch's machine: a replica at its desk, an agent, and the committee at the other end.
struct Station {
    Station();
    ~Station();
    Station(const Station&) = delete;
    Station& operator=(const Station&) = delete;

    /// Makes an agent and starts it; settle() lets things happen.
    void start(SyncAgent::Mode mode);
    /// start(), settle().
    void run(SyncAgent::Mode mode);
    /// Until neither the desk nor the executor has anything to do.
    void settle();
    /// The time of the next attempt has come.
    void wait_for_retry();

    /// A new guest, saved at the desk; the agent is told, as the workbench tells it.
    record::Sequence add_guest(std::uint64_t number, const std::string& called);
    ReplicaStatus status();
    GroupStage stage(record::Sequence sequence);
    [[nodiscard]] bool has_record(record::RecordKey key);
    /// The replica's confirmed state is the committee's.
    [[nodiscard]] bool agrees();

    [[nodiscard]] const SyncReport& last() const { return reports.back(); }

    [[nodiscard]] std::vector<SyncPhase> phases() const;

    Device device;
    support::HandExecutor executor;
    ModelCommittee committee{executor};
    ChosenRandom random;
    std::unique_ptr<ReplicaDesk> desk;
    std::vector<SyncReport> reports;
    std::size_t replica_changes = 0;
    std::unique_ptr<SyncAgent> agent;
};

}  // namespace zhibu::client::test
