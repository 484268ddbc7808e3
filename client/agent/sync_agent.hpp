#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "shared/record/random.hpp"
#include "sync_protocol/session/client_session.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::client {

/// How synchronisation stands, for people.
enum class SyncPhase : std::uint8_t {
    offline,  // not connected; `error` or `refusal` says why, if it was tried
    connecting,
    synchronising,  // connected; something is still to be sent, judged or applied
    caught_up,      // connected; both ends stand at the same index
    ended,          // over for good: done, or not to be tried again
};

/// One report of the agent. Values, so that any thread may keep it.
struct SyncReport {
    SyncPhase phase = SyncPhase::offline;
    record::LogIndex at;
    std::optional<sync::WireError> wire_error;
    std::optional<sync::Refusal> refusal;
    std::optional<sync::SessionFault> fault;
    std::optional<ReplicaError> replica_error;
    /// `refusal` is of what former replicas have left in the outbox, where it stays; the session is
    /// tried again without it.
    bool delivery_was_refused = false;
    /// What this session has found about the server's history.
    std::vector<sync::LedgerFinding> findings;
    /// When the next attempt is made, counted from the report.
    std::optional<std::chrono::milliseconds> retry_in;
    /// The server's digest beside the replica's, where both stood at the same index.
    std::optional<sync::DigestReply> server_digest;
    std::optional<ScopeDigest> own_digest;
};

/// Keeps one replica synchronised: opens the wire, drives the session engine, does its work at the
/// replica's desk, and, when following, tries again after a loss with exponential backoff and
/// full jitter. A refusal that a person must resolve (wrong password, disabled account) is not
/// tried again until asked.
/// Threads: confined to `executor`; reports are made on it.
class SyncAgent {
public:
    struct Parts {
        sync::Executor* executor = nullptr;
        ReplicaDesk* desk = nullptr;
        record::Random* random = nullptr;
        /// Opens a wire to the server, whose events go to the given receiver.
        std::function<void(sync::WireEvents&)> connect;
        /// Signs with the account's key.
        std::function<record::Signature(std::span<const std::uint8_t>)> prove;
        /// Does what a new lease means for the device's keys, before the replica takes it; on the
        /// replica's thread.
        std::function<std::expected<void, ReplicaError>(const sync::Lease&,
                                                        std::span<const std::uint8_t> secret)>
            keep_lease = [](const sync::Lease&, std::span<const std::uint8_t>) {
                return std::expected<void, ReplicaError>{};
            };
        /// Groups of former replicas that wait in the outbox. All four on the replica's thread.
        std::function<std::vector<sync::Delivery>(const record::IncarnationId& current)>
            deliveries = [](const record::IncarnationId&) { return std::vector<sync::Delivery>{}; };
        std::function<sync::client_event::BoxedRead(const sync::client_effect::ReadBoxed&)> boxed =
            [](const sync::client_effect::ReadBoxed&) { return sync::client_event::BoxedRead{}; };
        /// None where the outbox has it no more.
        std::function<std::vector<std::uint8_t>(const sync::client_effect::ReadPart&)> boxed_part =
            [](const sync::client_effect::ReadPart&) { return std::vector<std::uint8_t>{}; };
        std::function<void(const sync::client_effect::StoreHandedIn&)> handed_in =
            [](const sync::client_effect::StoreHandedIn&) {};
        /// What the device remembers of the server's history. All three on the replica's thread.
        std::function<sync::LedgerPin()> ledger = [] { return sync::LedgerPin{}; };
        std::function<void(const sync::LedgerPin&)> keep_pin = [](const sync::LedgerPin&) {};
        std::function<void(const sync::LedgerFinding&)> note_finding =
            [](const sync::LedgerFinding&) {};
        /// What the server's log and its backups have come to; `covered` is the newest group of the
        /// replica that the backup holds. Both on the replica's thread.
        std::function<void(const sync::client_effect::StoreHead&)> head_seen =
            [](const sync::client_effect::StoreHead&) {};
        std::function<void(const sync::client_effect::StoreWatermark&,
                           const record::GroupName& covered)>
            backed_up = [](const sync::client_effect::StoreWatermark&, const record::GroupName&) {};
        /// What is to be asked of the server for the own account and device, once in each session,
        /// where the replica's newest group is `newest`; and its answers in their order. Both on
        /// the executor.
        std::function<std::vector<sync::Errand>(record::Sequence newest)> errands =
            [](record::Sequence) { return std::vector<sync::Errand>{}; };
        std::function<void(const sync::ErrandReply&)> errand_answered =
            [](const sync::ErrandReply&) {};
        /// Told with the first hello alone: what the authenticator shows, or a recovery code.
        std::string second_factor;
        std::array<std::uint8_t, 32> server_key{};
        std::uint32_t catalog_version = 0;
        std::uint16_t protocol_newest = sync::protocol_current;
        std::function<void(const SyncReport&)> report;
        /// The confirmed or pending state has changed; lists should be read again.
        std::function<void()> replica_changed;
    };

    enum class Mode : std::uint8_t { once, once_and_compare, follow };

    SyncAgent(Parts parts, Mode mode);
    /// After the report of phase `ended`, or after all wires have closed: an open one would tell
    /// its end to a session that is gone.
    ~SyncAgent();
    SyncAgent(const SyncAgent&) = delete;
    SyncAgent& operator=(const SyncAgent&) = delete;

    /// Connects, now or as soon as the replica has said where it stands.
    void start();
    /// The user has made a group.
    void group_made(record::Sequence last);
    /// Asks the server something for the own account, in the session that is open; the answer comes
    /// by Parts::errand_answered, unless the session ends before it. False: none is open.
    [[nodiscard]] bool ask(sync::Errand errand);
    /// Closes the wire, or gives up opening it; a last report of phase `ended` follows.
    void stop();

private:
    class Session;
    friend class Session;

    void attempt();
    void session_over(SyncReport report, bool went_well);
    [[nodiscard]] std::chrono::milliseconds next_delay();

    Parts parts_;
    Mode mode_;
    bool stopping_ = false;
    unsigned failures_ = 0;
    bool delivers_ = true;
    /// The report to end with, once what waits has been handed in.
    std::optional<SyncReport> farewell_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<sync::Executor::Timer> retry_;
    /// Emptied on destruction; answers from the desk hold it weakly.
    std::shared_ptr<SyncAgent*> self_;
};

/// Whether the account may not work any more, now at least: its replica is to be erased.
[[nodiscard]] bool ends_work(sync::RefusalReason reason);

/// Whether the server may take later what it refuses now.
[[nodiscard]] bool is_transient(sync::RefusalReason reason);

/// Whether trying again by itself can help.
[[nodiscard]] bool worth_retrying(const SyncReport& report);

}  // namespace zhibu::client
