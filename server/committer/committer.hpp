#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::server {

/// Groups of one session, in order. Signatures are not yet verified.
struct PushJob {
    DeviceId device;
    IncarnationId incarnation;
    RecordId account;
    std::vector<record::SealedGroup> groups;
};

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
};

/// Makes a credential, device or code durable together with a group of the server's own.
struct ServerWrite {
    std::string action;
    std::vector<record::Change> changes;
    std::vector<std::pair<RecordId, Credential>> credentials;
    std::vector<DeviceKey> device_keys;
    std::vector<EnrolmentCode> codes;
    /// Consumed in the same transaction: it must be unused and not expired, or nothing is written.
    std::optional<Hash> consumes_code;
};

enum class ServerWriteFault : std::uint8_t { storage, code_unknown_or_used, code_expired, refused };

struct ServerWriteError {
    ServerWriteFault fault = ServerWriteFault::storage;
    std::vector<record::Reason> reasons;
};

/// The one writer of a space: takes pushes from all sessions, commits what has gathered in one
/// transaction (group commit), and answers only after it is durable.
///
/// Threads: push(), write() and control() may be called from any thread; callbacks run on the
/// committer's thread and must only post.
class Committer {
public:
    struct Settings {
        /// At most so many groups in one transaction.
        std::uint32_t groups_max = 512;
        /// Bytes that may wait for judgement; beyond it push() answers server_busy.
        std::size_t queued_bytes_max = 64U << 20U;
    };

    using SignBytes = std::function<record::Signature(std::span<const std::uint8_t>)>;

    /// Loads the control state; signs receipts with `sign` (the server's Ed25519 key) and its own
    /// groups with `sign_group` as device `server_device`.
    [[nodiscard]] static Stored<std::unique_ptr<Committer>> start(
        Store& store, const catalog::Catalog& catalog, const rules::Parameters& parameters,
        record::Clock& clock, record::Random& random, SignBytes sign, Settings settings,
        std::function<void(const CommitNotice&)> on_commit);

    /// Finishes what is queued, then stops.
    ~Committer();

    void push(PushJob job, std::function<void(PushResult)> done);
    void write(ServerWrite write, std::function<void(std::expected<LogIndex, ServerWriteError>)> done);

    /// The state as of the newest commit; never changes under the reader.
    [[nodiscard]] std::shared_ptr<const Control> control() const;

private:
    class Body;
    explicit Committer(std::unique_ptr<Body> body);
    std::unique_ptr<Body> body_;
};

}  // namespace zhibu::server
