#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/agent/sync_agent.hpp"
#include "client/agent/wire_client.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/change.hpp"
#include "sync_protocol/session/client_session.hpp"
#include "tests/bench/workload/committee.hpp"

namespace zhibu::bench {

using Moment = std::chrono::steady_clock::time_point;

/// What all of a fleet's devices know.
struct FleetWords {
    record::SpaceId space;
    record::EpochId epoch;
    std::array<std::uint8_t, 32> server_key{};
    client::ServerTrust trust;
    client::Endpoint endpoint;
    std::shared_ptr<keys::Ed25519Key> account_key;
};

/// A device in the hands of the load driver: the product's own wire and session engine, and in
/// place of a replica what it is given to send and a note of what it hears. So hundreds fit into
/// one process, and what is measured is the server.
/// Threads: confined to the wires' executor, where it is not said otherwise.
class Caller final : public sync::WireEvents {
public:
    Caller(std::shared_ptr<const FleetWords> words, const record::RecordId& account,
           const record::RecordId& scope, const record::DeviceId& device,
           std::unique_ptr<keys::P256Key> key, client::DeviceCredentials credentials);
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    /// The replica that it plays has the log up to there.
    void stand_at(record::LogIndex index) { position_.confirmed = index; }

    /// Makes a group of one change, to be sent in the next session. While there is none, from any
    /// thread.
    void make_group(record::Change change);
    /// The same, in the session that stands.
    void send_group(record::Change change);

    /// Begins to connect, or to connect anew once ended() says that the session before is over.
    /// `told` is called whenever one of the moments below has come, and at the end.
    void call(client::WireClient& wires, std::function<void()> told);

    /// None while it has not come.
    struct Moments {
        /// For the first time.
        std::optional<Moment> called;
        /// The server has let the session begin.
        std::optional<Moment> admitted;
        /// Both ends stand at one index.
        std::optional<Moment> caught_up;
        /// The verdict of the last group that was made.
        std::optional<Moment> acknowledged;
    };

    [[nodiscard]] const Moments& moments() const { return moments_; }

    /// When the log's entries of others were decoded here, in their order.
    [[nodiscard]] const std::vector<Moment>& heard() const { return heard_; }

    /// What ended the session, as the product's agent reports it; none while it stands.
    [[nodiscard]] const std::optional<client::SyncReport>& ended() const { return ended_; }

    /// What ended the session too early, for people; empty: nothing did.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

    /// What its groups weigh, each with its signature.
    [[nodiscard]] const std::vector<std::size_t>& made_bytes() const { return made_bytes_; }

    void on_open(sync::Wire& wire, const sync::PeerIdentity& peer) override;
    void on_message(std::vector<std::uint8_t> message) override;

    void on_drained() override {}

    void on_closed(const sync::WireError& error) override;

private:
    void step(sync::ClientEvent event);
    void perform(sync::client_effect::Send& effect);
    void perform(const sync::client_effect::Prove& effect);
    void perform(const sync::client_effect::ReadWaiting& effect);
    void perform(const sync::client_effect::StoreVerdicts& effect);
    void perform(const sync::client_effect::ApplyTail& effect);
    void perform(const sync::client_effect::CaughtUp& effect);
    void perform(const sync::client_effect::Compare& effect);
    void perform(const sync::client_effect::KeepPin& effect);
    void perform(const sync::client_effect::End& effect);

    /// What only a replica, or an outbox, would have to do with.
    template <class Effect>
    void perform(const Effect& effect);

    std::shared_ptr<const FleetWords> words_;
    sync::ReplicaPosition position_;
    std::unique_ptr<keys::P256Key> key_;
    client::DeviceCredentials credentials_;
    record::Hash last_hash_{};
    std::deque<record::SealedGroup> waiting_;
    std::vector<std::size_t> made_bytes_;
    std::optional<sync::ClientSession> session_;
    sync::Wire* wire_ = nullptr;
    std::function<void()> told_;
    Moments moments_;
    std::vector<Moment> heard_;
    client::SyncReport last_;
    std::optional<client::SyncReport> ended_;
    std::string trouble_;
};

/// Enrols a device with an account of its own for each of `scopes` at the committee's server, which
/// is stopped meanwhile, through the server's own committer.
[[nodiscard]] std::vector<std::unique_ptr<Caller>> enrol_fleet(
    Committee& committee, const std::vector<record::RecordId>& scopes);

/// Lets `begin` start on the executor and runs the wires until `is_over`, which is asked whenever a
/// caller has something to tell; ends the bench after `patience`.
void drive(client::WireClient& wires, const std::function<void()>& begin,
           const std::function<bool()>& is_over, std::chrono::seconds patience);

}  // namespace zhibu::bench
