#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/keys/ed25519.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/session/wire.hpp"
#include "tests/client/replica/fixture.hpp"
#include "tests/support/model_tree.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::client::test {

/// A committee's server as an agent meets it over wires: says what sync.md lets a server say, over
/// ModelServer's state, and can be told to fail at any moment.
/// Threads: confined to the executor.
class ModelCommittee {
public:
    /// What becomes of the next attempt to connect.
    enum class Reach : std::uint8_t { opens, fails, hangs };

    explicit ModelCommittee(sync::Executor& executor);
    ~ModelCommittee();
    ModelCommittee(const ModelCommittee&) = delete;
    ModelCommittee& operator=(const ModelCommittee&) = delete;

    /// As SyncAgent::Parts::connect.
    void connect(sync::WireEvents& events);
    /// The hanging attempt succeeds, or fails.
    void open_hanging();
    void fail_hanging(sync::WireFault fault);

    /// Says this on the open wire, in place of what it would say by itself.
    void say(const sync::Message& message);
    void say_bytes(std::vector<std::uint8_t> frame);
    /// The session ends by a refusal, as a server does it: said, then closed.
    void refuse(sync::RefusalReason reason);
    /// The wire ends without a word.
    void lose(sync::WireFault fault);
    /// Tells a subscribed replica what is new.
    void publish();

    /// What it holds now.
    struct Backup {
        ModelServer records;
        std::map<std::uint64_t, sync::Receipt> receipts;
    };

    [[nodiscard]] Backup back_up() const { return {records, receipts_}; }

    /// Goes on from the backup, as a store of another epoch.
    void restore(const Backup& backup, record::EpochId epoch);

    [[nodiscard]] sync::SignedLease signed_lease() const;
    [[nodiscard]] bool has_open_wire() const;

    [[nodiscard]] std::size_t snapshots_begun() const { return snapshots_begun_; }

    [[nodiscard]] std::size_t chunks_sent() const { return chunks_sent_; }

    /// Wires that the client has closed by itself.
    [[nodiscard]] std::size_t closed_by_client() const { return closed_by_client_; }

    [[nodiscard]] std::array<std::uint8_t, 32> key() const { return key_.public_key(); }

    ModelServer records;
    sync::Lease lease;
    keys::Ed25519Key account_key = keys::Ed25519Key::generate();
    Reach reach = Reach::opens;
    sync::WireFault connect_fault = sync::WireFault::cannot_connect;
    /// In place of a welcome.
    std::optional<sync::RefusalReason> refuses_hello;
    /// In place of the answer to a push; the groups are not taken.
    std::optional<sync::RefusalReason> refuses_push;
    /// Every digest that is asked for comes out wrong, so many times.
    std::size_t wrong_digests = 0;
    /// The wire is lost in place of this frame that it would say, counted over all wires.
    std::optional<std::size_t> loses_frame;
    std::size_t frames_said = 0;
    std::vector<sync::IncidentReport> incidents;
    /// The wire is lost when groups have been judged and before that is said.
    bool loses_verdicts = false;
    bool knows_the_account = true;
    sync::Challenge challenge;
    std::size_t attempts = 0;
    /// The sequences of all groups that were pushed, in their order; again where sent again.
    std::vector<std::uint64_t> pushed;
    std::vector<std::string> messages_not_understood;

private:
    class End;
    friend class End;
    struct Handler;

    void open(sync::WireEvents& events);
    void take(const std::vector<std::uint8_t>& frame);
    void take_hello(const sync::Hello& hello);
    void take_push(const sync::Push& push);
    void send_verdicts_after(std::uint64_t sequence);
    /// Leaves up to the log's head: those of this device's groups say what they must.
    void grow_tree();
    void close_wire(sync::WireFault fault);

    sync::Executor& executor_;
    keys::Ed25519Key key_ = keys::Ed25519Key::generate();
    std::map<std::uint64_t, sync::Receipt> receipts_;
    support::ModelTree tree_;
    support::SeededRandom random_{5};
    std::unique_ptr<End> wire_;
    sync::WireEvents* hanging_ = nullptr;
    std::optional<record::LogIndex> told_through_;
    std::size_t snapshots_begun_ = 0;
    std::size_t chunks_sent_ = 0;
    std::size_t closed_by_client_ = 0;
};

}  // namespace zhibu::client::test
