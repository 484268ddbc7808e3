#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/limits.hpp"
#include "shared/record/random.hpp"
#include "shared/rules/rules.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::server {

/// Groups of one session, in order. Signatures are not yet verified.
struct PushJob {
    DeviceId device;
    IncarnationId incarnation;
    RecordId account;
    std::vector<record::SealedGroup> groups;
    /// All that the device still has of this incarnation: what follows on a missing group has no
    /// more to wait for, and is kept in quarantine outside of its chain.
    bool is_hand_in = false;
    /// The one group is what the device has offered and staged, all of it.
    std::optional<sync::GroupOffer> staged = std::nullopt;
    /// What is in an entry of the outbox, where that is what was staged.
    std::function<std::optional<record::SealedGroup>(std::span<const std::uint8_t> box)> unbox = {};
};

/// What a device offers, or a part of it.
struct StageJob {
    DeviceId device;
    sync::GroupOffer offer;
    /// None for the offer itself.
    std::optional<sync::GroupPart> part;
};

/// How much is held durably, or why nothing more is taken.
using StageResult = std::expected<std::uint64_t, sync::Refusal>;

/// What became of a push: receipts of the groups that are durable, in order, and, where the rest
/// could not even be judged, why the session must end.
struct PushResult {
    std::vector<record::Receipt> receipts;
    std::optional<sync::Refusal> refusal;
};

/// What a commit changed, told to the sessions after it is durable.
struct CommitNotice {
    LogIndex head;
    /// Accounts, windows, devices or organisations changed: sessions look again at their right.
    bool control_changed = false;
    /// A backup holds the log up to here; 0 where nothing is new about that.
    LogIndex backed_up = {};
};

/// What a verdict was, for those who count: the outcome and the rule of its first reason.
struct VerdictSort {
    record::Outcome outcome = record::Outcome::accepted;
    std::string reason;

    friend auto operator<=>(const VerdictSort&, const VerdictSort&) = default;
};

/// What one transaction was like.
struct CommitMeasure {
    bool is_durable = true;
    /// From taking up the work to its end.
    std::chrono::microseconds whole{0};
    /// Of it, the store's commit; none where there was nothing to commit.
    std::optional<std::chrono::microseconds> durable_in;
    std::map<VerdictSort, std::uint64_t> verdicts;
    /// All that waits in quarantine now, and when the oldest of it arrived.
    std::uint64_t waiting_groups = 0;
    std::optional<Instant> oldest_waiting;
};

/// Makes a credential, device or code durable together with a group of the server's own. The
/// changes stand on the newest state: their bases and previous values are not looked at.
struct ServerWrite {
    std::string action;
    std::vector<record::Change> changes;
    std::vector<std::pair<RecordId, Credential>> credentials;
    std::vector<DeviceKey> device_keys;
    /// A record of kind enrolment_code that must be unused and not expired as this commits, or
    /// nothing is written; `changes` mark it as used.
    std::optional<RecordKey> consumes;
    /// Accounts that have no second factor from then on.
    std::vector<RecordId> without_second_factor;
};

enum class ServerWriteFault : std::uint8_t {
    storage,
    code_unknown_or_used,
    code_expired,
    refused,  // by `reasons`
    stopping,
};

struct ServerWriteError {
    ServerWriteFault fault = ServerWriteFault::storage;
    std::vector<record::Reason> reasons;
};

/// The one writer of a space in this process: takes pushes from all sessions, commits what has
/// gathered in one transaction (group commit), and answers only after it is durable. Where the
/// store fails nothing is acknowledged: the sessions are refused with server_storage_failed, and
/// what they send again is judged afresh.
///
/// Threads: push(), stage(), write(), follow() and control() may be called from any thread;
/// callbacks run on the committer's thread (those of a refused push() or stage(), on the caller's)
/// and must only post. Source: sync.md, "Push: exactly once, with a durable verdict".
class Committer {
public:
    struct Settings {
        /// A transaction is closed when it has taken this many groups; one push is never divided.
        std::uint32_t groups_max = 512;
        /// Bytes that may wait for judgement; beyond it push() answers server_busy. One push is
        /// taken whatever its size.
        std::size_t queued_bytes_max = 64U << 20U;
        /// How long tails lead back. No replica lives longer than its lease without a contact, so
        /// that what is older than the longest lease is needed by none.
        std::chrono::hours tail_kept{72};
        /// What of one device's work may wait in quarantine; what would wait beyond it is refused
        /// with quarantine_full, and stays on the device.
        std::uint64_t waiting_groups_max = 2'000;
        std::uint64_t waiting_bytes_max = 64U << 20U;
        /// A group of more bytes is refused with message_too_large.
        std::uint64_t group_bytes_max = record::group_bytes_max;
        /// What devices have begun to send in parts takes no more; beyond it they come back later.
        std::uint64_t staged_bytes_max = 16 * record::group_bytes_max;
        /// What nobody has added to for so long is dropped, and sent from its beginning if at all.
        std::chrono::hours staged_kept{7 * 24};
    };

    /// The server's Ed25519 key, for receipts.
    using SignBytes = std::function<record::Signature(std::span<const std::uint8_t>)>;
    /// The server's P-256 key, for its own groups.
    using SignHash = std::function<record::Signature(const Hash&)>;

    /// All outlive the committer. `on_commit` runs on the committer's thread, after the callbacks
    /// of what was committed.
    struct Parts {
        Store* store = nullptr;
        const catalog::Catalog* catalog = nullptr;
        const rules::Parameters* parameters = nullptr;
        const record::Clock* clock = nullptr;
        record::Random* random = nullptr;
        SignBytes sign_receipt;
        SignHash sign_group;
        /// The device that the server's own groups name. Each start is a new incarnation of it.
        DeviceId server_device;
        std::function<void(const CommitNotice&)> on_commit;
        /// Told of each transaction, and once at the start; on the committer's thread. Empty:
        /// nobody counts.
        std::function<void(const CommitMeasure&)> measured;
        /// Time that only goes on, for `measured`; no decision follows from it.
        std::function<std::chrono::microseconds()> stopwatch = [] {
            return std::chrono::microseconds{0};
        };
        /// What the store wants done beside its commits, a piece at a time. Runs on the committer's
        /// thread, when no transaction is open: after each, and without one after as long a pause
        /// as it asked for. Empty: nothing.
        std::function<std::chrono::milliseconds()> upkeep;
        /// Where it works in place of a thread of its own; must outlive it. There is no upkeep
        /// then, and what has not begun when the committer goes is dropped, unanswered.
        sync::Executor* executor = nullptr;
    };

    /// Loads the control state and starts the thread.
    [[nodiscard]] static Stored<std::unique_ptr<Committer>> start(Parts parts, Settings settings);

    /// Finishes what is queued, then stops.
    ~Committer();
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;

    void push(PushJob job, std::function<void(PushResult)> done);
    void stage(StageJob job, std::function<void(StageResult)> done);
    /// The position of the group that the server wrote, when it is durable.
    void write(ServerWrite write,
               std::function<void(std::expected<LogIndex, ServerWriteError>)> done);

    /// What is kept beside the log: reads and writes in the next transaction. Run again where that
    /// transaction could not be written, so it must go by what it reads alone.
    using Keep = std::function<Stored<void>(StoreTransaction&)>;
    /// `done` when it is durable; false where the store could not, or there is no time any more.
    void keep(Keep work, std::function<void(bool)> done);

    /// A verified backup holds the log up to `through`, which was the head at some time: made
    /// durable, and told to the sessions. Where the store cannot keep it now, the next one counts.
    void note_backup(LogIndex through);

    /// Another process may have committed: reads what it has, and tells `on_commit`. A transaction
    /// reads it in any case, before it judges.
    void follow();

    /// The state as of the newest commit; never changes under the reader.
    [[nodiscard]] std::shared_ptr<const Control> control() const;

private:
    class Body;
    explicit Committer(std::unique_ptr<Body> body);
    std::unique_ptr<Body> body_;
};

}  // namespace zhibu::server
