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

    [[nodiscard]] sync::SignedLease signed_lease() const;
    [[nodiscard]] bool has_open_wire() const;

    [[nodiscard]] std::size_t snapshots_begun() const { return snapshots_begun_; }

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
    /// The wire is lost when groups have been judged and before that is said.
    bool loses_verdicts = false;
    bool knows_the_account = true;
    /// Of version 1, whose server has no tree to be asked for.
    sync::Challenge challenge = [] {
        sync::Challenge made;
        made.newest_protocol = 1;
        return made;
    }();
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
    void close_wire(sync::WireFault fault);

    sync::Executor& executor_;
    keys::Ed25519Key key_ = keys::Ed25519Key::generate();
    std::map<std::uint64_t, sync::Receipt> receipts_;
    std::unique_ptr<End> wire_;
    sync::WireEvents* hanging_ = nullptr;
    std::optional<record::LogIndex> told_through_;
    std::size_t snapshots_begun_ = 0;
    std::size_t closed_by_client_ = 0;
};

}  // namespace zhibu::client::test
