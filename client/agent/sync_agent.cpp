#include "client/agent/sync_agent.hpp"

#include <utility>

#include "client/agent/backoff.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

sync::ReplicaPosition position_of(const ReplicaStatus& status, std::uint32_t catalog_version) {
    sync::ReplicaPosition position;
    position.space = status.space;
    position.device = status.device;
    position.incarnation = status.incarnation;
    position.account = status.account;
    position.epoch = status.epoch;
    position.confirmed = status.confirmed;
    position.scope = status.scope;
    position.last_sequence = status.last_sequence;
    position.last_verdict = status.last_verdict;
    position.last_in_chain = status.last_in_chain;
    if (status.staged) {
        position.staged = sync::StagedSnapshot{status.staged->through, status.staged->read_at,
                                               status.staged->scope, status.staged->is_whole};
    }
    position.repairs_left = status.repairs_left;
    position.catalog_version = catalog_version;
    return position;
}

/// What the outbox holds of the open replica: beside what was handed in, the server has the groups
/// that it has judged.
void count_verdicts(const ReplicaStatus& status, sync::Delivery& delivery) {
    if (delivery.incarnation == status.incarnation &&
        (delivery.epoch != status.epoch || delivery.after < status.last_verdict)) {
        delivery.after = status.last_verdict;
        delivery.epoch = status.epoch;
    }
}

sync::ClientSession::Settings settings_for(const SyncAgent::Parts& parts) {
    sync::ClientSession::Settings settings;
    settings.protocol_newest = parts.protocol_newest;
    return settings;
}

}  // namespace

/// One connection: a wire, an engine, and the replica's answers.
class SyncAgent::Session final : public sync::WireEvents {
public:
    Session(SyncAgent& agent, const sync::ReplicaPosition& position)
        : agent_{agent},
          engine_{position, agent.parts_.server_key, settings_for(agent.parts_)},
          newest_{position.last_sequence},
          self_{std::make_shared<Session*>(this)} {}

    void on_open(sync::Wire& wire, const sync::PeerIdentity& peer) override {
        wire_ = &wire;
        if (ended_) {
            wire_->close();
            return;
        }
        step(sync::client_event::Opened{peer.channel_binding});
        // The replica's position was read before the wire stood: what was made since is not in it.
        if (made_while_opening_.position != 0) {
            step(sync::client_event::GroupMade{made_while_opening_});
        }
        for (sync::Errand& errand : agent_.parts_.errands(newest_)) {
            step(sync::client_event::ErrandWanted{std::move(errand)});
        }
        if (agent_.mode_ == Mode::once_and_compare) {
            step(sync::client_event::CompareWanted{});
        }
        if (agent_.mode_ != Mode::follow) {
            step(sync::client_event::LeaveWhenDone{});
        }
    }

    void on_message(std::vector<std::uint8_t> message) override {
        step(sync::client_event::Received{std::move(message)});
        if (engine_.is_open() && !std::exchange(was_open_, true)) {
            report(SyncPhase::synchronising);
        }
    }

    void on_drained() override {}

    void on_closed(const sync::WireError& error) override {
        wire_ = nullptr;
        self_.reset();
        // After the goodbye it does not matter who closes first.
        if (!ended_ && !engine_.is_over()) {
            last_.wire_error = error;
        }
        last_.delivery_was_refused = engine_.delivery_was_refused();
        // The agent destroys this session; nothing of it may be touched after.
        agent_.parts_.executor->post(
            [agent = std::weak_ptr{agent_.self_}, last = last_, went_well = went_well()] {
                if (const auto alive = agent.lock()) {
                    (*alive)->session_over(last, went_well);
                }
            });
    }

    void group_made(record::Sequence last) {
        made_while_opening_ = last;
        step(sync::client_event::GroupMade{last});
    }

    [[nodiscard]] bool is_open() const {
        return wire_ != nullptr && !ended_ && engine_.is_open() && !engine_.is_over();
    }

    void step(sync::ClientEvent event) {
        if (wire_ == nullptr) {
            return;
        }
        for (sync::ClientEffect& effect : engine_.step(std::move(event))) {
            std::visit([this](auto&& each) { perform(std::forward<decltype(each)>(each)); },
                       std::move(effect));
            if (wire_ == nullptr) {
                return;
            }
        }
    }

    /// A wire that is still being opened is closed as soon as it stands.
    void close() {
        ended_ = true;
        if (wire_ != nullptr) {
            wire_->close();
        }
    }

private:
    /// Whether the server was there for us. One that admits everybody and then refuses everybody,
    /// its disk full for instance, must not be asked ever faster.
    [[nodiscard]] bool went_well() const { return was_caught_up_ || (was_open_ && !last_.refusal); }

    void report(SyncPhase phase) {
        last_.phase = phase;
        agent_.parts_.report(last_);
    }

    void perform(sync::client_effect::Send effect) { wire_->send(std::move(effect.frame)); }

    void perform(const sync::client_effect::ErrandAnswered& effect) {
        agent_.parts_.errand_answered(effect.reply);
    }

    void perform(const sync::client_effect::Prove& effect) {
        step(sync::client_event::Proved{agent_.parts_.prove(effect.transcript)});
    }

    void perform(const sync::client_effect::ReadWaiting& effect) {
        ask<sync::client_event::WaitingRead>(
            [effect](
                Replica& replica) -> std::expected<sync::client_event::WaitingRead, ReplicaError> {
                sync::client_event::WaitingRead read{{}, effect.after};
                ZHIBU_TRY(groups, replica.waiting_after(effect.after, effect.bytes_max));
                read.groups = std::move(groups);
                read.last.position += read.groups.size();
                if (read.groups.empty()) {
                    ZHIBU_TRY(offer, replica.offer_after(effect.after));
                    read.offer = std::move(offer);
                }
                return read;
            },
            [](Session& session, sync::client_event::WaitingRead read) {
                session.step(std::move(read));
            });
    }

    void perform(const sync::client_effect::ReadPart& effect) {
        ask<std::vector<std::uint8_t>>(
            [effect, boxed = agent_.parts_.boxed_part](
                Replica& replica) -> std::expected<std::vector<std::uint8_t>, ReplicaError> {
                if (!effect.offer.is_boxed) {
                    return replica.part_of(effect.offer.sequence, effect.at, effect.bytes_max);
                }
                auto bytes = boxed(effect);
                if (bytes.empty()) {
                    ReplicaError error;
                    error.fault = ReplicaFault::damaged;
                    error.place = "outbox";
                    return std::unexpected{std::move(error)};
                }
                return bytes;
            },
            [](Session& session, std::vector<std::uint8_t> bytes) {
                session.step(sync::client_event::PartRead{std::move(bytes)});
            });
    }

    void perform(const sync::client_effect::ReadBoxed& effect) {
        ask<sync::client_event::BoxedRead>(
            [effect, read = agent_.parts_.boxed](Replica& /*replica*/) {
                return std::expected<sync::client_event::BoxedRead, ReplicaError>{read(effect)};
            },
            [](Session& session, sync::client_event::BoxedRead read) {
                session.step(std::move(read));
            });
    }

    void perform(const sync::client_effect::StoreHandedIn& effect) {
        agent_.parts_.desk->ask(
            [effect, store = agent_.parts_.handed_in](Replica& /*replica*/) { store(effect); });
    }

    void perform(const sync::client_effect::StoreHead& effect) {
        agent_.parts_.desk->ask(
            [effect, store = agent_.parts_.head_seen](Replica& /*replica*/) { store(effect); });
    }

    void perform(const sync::client_effect::StoreWatermark& effect) {
        agent_.parts_.desk->ask([effect, store = agent_.parts_.backed_up](Replica& replica) {
            const auto status = replica.status();
            const auto covered = replica.committed_through(effect.backed_up);
            if (status && covered && status->epoch == effect.epoch) {
                store(effect, {status->device, status->incarnation, *covered});
            }
        });
    }

    void perform(const sync::client_effect::AdoptEpoch& effect) {
        work([effect](Replica& replica) { return replica.adopt_epoch(effect.epoch, effect.held); });
    }

    void perform(sync::client_effect::StoreVerdicts effect) {
        work([receipts = std::move(effect.receipts)](Replica& replica) {
            return replica.take_verdicts(receipts);
        });
    }

    void perform(sync::client_effect::ApplyTail effect) {
        work([effect = std::move(effect)](Replica& replica) {
            return replica.apply_tail(effect.entries, effect.through);
        });
    }

    void perform(sync::client_effect::StageTailPart effect) {
        work([effect = std::move(effect)](Replica& replica) {
            return replica.stage_tail_part(effect.part, effect.is_first);
        });
    }

    void perform(const sync::client_effect::ApplyTailParts& effect) {
        work([effect](Replica& replica) { return replica.apply_tail_parts(effect.through); });
    }

    void perform(sync::client_effect::Stage effect) {
        work([effect = std::move(effect)](Replica& replica) {
            return replica.stage(effect.after, effect.chunk);
        });
    }

    void perform(const sync::client_effect::SwapIn& /*effect*/) {
        work([](Replica& replica) { return replica.swap_in(); });
    }

    void perform(const sync::client_effect::BeginRepair& /*effect*/) {
        work([](Replica& replica) { return replica.begin_repair(); });
    }

    void perform(const sync::client_effect::StoreLease& effect) {
        work([effect, keep = agent_.parts_.keep_lease](
                 Replica& replica) -> std::expected<void, ReplicaError> {
            ZHIBU_TRY_VOID(keep(effect.lease, effect.secret));
            return replica.take_lease(effect.lease, effect.server_time);
        });
    }

    void perform(const sync::client_effect::CaughtUp& effect) {
        was_caught_up_ = true;
        last_.at = effect.at;
        // A receipt is as good as a hand-in: what it covers is not to be handed in later.
        agent_.parts_.desk->ask([effect, store = agent_.parts_.handed_in](Replica& replica) {
            if (const auto status = replica.status()) {
                store({status->incarnation, status->last_verdict, status->epoch, effect.at});
            }
        });
        report(SyncPhase::caught_up);
    }

    void perform(const sync::client_effect::Compare& effect) {
        last_.server_digest = effect.reply;
        ask<ScopeDigest>([](Replica& replica) { return replica.digest(); },
                         [](Session& session, const ScopeDigest& digest) {
                             session.last_.own_digest = digest;
                             session.step(sync::client_event::Compared{
                                 sync::DigestReply{digest.at, digest.records, digest.digest}});
                         });
    }

    void perform(const sync::client_effect::KeepPin& effect) {
        agent_.parts_.desk->ask(
            [pin = effect.pin, keep = agent_.parts_.keep_pin](Replica& /*replica*/) { keep(pin); });
    }

    void perform(const sync::client_effect::Tell& effect) {
        last_.findings.push_back(effect.finding);
        agent_.parts_.desk->ask([finding = effect.finding, note = agent_.parts_.note_finding](
                                    Replica& /*replica*/) { note(finding); });
        report(last_.phase == SyncPhase::caught_up ? SyncPhase::caught_up
                                                   : SyncPhase::synchronising);
    }

    void perform(sync::client_effect::End effect) {
        last_.refusal = std::move(effect.refusal);
        last_.fault = effect.fault;
        // After whatever the replica is still asked for: its answers belong into the last report.
        ask<bool>([](Replica&) { return std::expected<bool, ReplicaError>{true}; },
                  [](Session& session, bool) { session.close(); });
    }

    /// Does `read` at the desk and hands its value to `take`, here, unless the wire is gone.
    template <class Value, class Read, class Take>
    void ask(Read read, Take take) {
        sync::Executor* executor = agent_.parts_.executor;
        std::weak_ptr<Session*> weak = self_;
        agent_.parts_.desk->ask(
            [executor, weak, read = std::move(read), take = std::move(take)](Replica& replica) {
                std::expected<Value, ReplicaError> value = read(replica);
                executor->post([weak, value = std::move(value), take]() mutable {
                    const auto alive = weak.lock();
                    if (!alive) {
                        return;
                    }
                    if (!value) {
                        (*alive)->fail(std::move(value).error());
                        return;
                    }
                    take(**alive, *std::move(value));
                });
            });
    }

    template <class Work>
    void work(Work work) {
        ask<bool>(
            [work = std::move(work)](Replica& replica) -> std::expected<bool, ReplicaError> {
                if (auto done = work(replica); !done) {
                    return std::unexpected{std::move(done).error()};
                }
                return true;
            },
            [](Session& session, bool) {
                session.agent_.parts_.replica_changed();
                session.step(sync::client_event::Done{});
            });
    }

    void fail(ReplicaError error) {
        last_.replica_error = std::move(error);
        close();
    }

    SyncAgent& agent_;
    sync::ClientSession engine_;
    /// Made by the replica before the session began.
    record::Sequence newest_;
    sync::Wire* wire_ = nullptr;
    SyncReport last_;
    record::Sequence made_while_opening_;
    bool was_open_ = false;
    bool was_caught_up_ = false;
    bool ended_ = false;
    std::shared_ptr<Session*> self_;
};

SyncAgent::SyncAgent(Parts parts, Mode mode)
    : parts_{std::move(parts)}, mode_{mode}, self_{std::make_shared<SyncAgent*>(this)} {}

SyncAgent::~SyncAgent() = default;

void SyncAgent::start() {
    SyncReport report;
    report.phase = SyncPhase::connecting;
    parts_.report(report);
    attempt();
}

void SyncAgent::attempt() {
    retry_.reset();
    std::weak_ptr<SyncAgent*> weak = self_;
    parts_.desk->ask([executor = parts_.executor, weak, delivers = delivers_,
                      leaving = farewell_.has_value(), deliveries = parts_.deliveries,
                      ledger = parts_.ledger](Replica& replica) {
        const auto status = replica.status();
        std::vector<sync::Delivery> waiting;
        if (status && delivers) {
            waiting = deliveries(leaving ? record::IncarnationId{} : status->incarnation);
        }
        executor->post([weak, status, waiting = std::move(waiting), pin = ledger()] {
            const auto alive = weak.lock();
            if (!alive || (*alive)->stopping_) {
                return;
            }
            SyncAgent& agent = **alive;
            if (!status) {
                SyncReport report;
                report.replica_error = status.error();
                agent.session_over(report, false);
                return;
            }
            auto position = position_of(*status, agent.parts_.catalog_version);
            position.ledger = pin;
            position.deliveries = waiting;
            for (sync::Delivery& each : position.deliveries) {
                count_verdicts(*status, each);
            }
            position.signs_in = !agent.farewell_;
            // A code is good once: the next session of this agent would be refused for it.
            position.second_factor = std::exchange(agent.parts_.second_factor, {});
            agent.session_ = std::make_unique<Session>(agent, position);
            agent.parts_.connect(*agent.session_);
        });
    });
}

void SyncAgent::group_made(record::Sequence last) {
    if (session_) {
        session_->group_made(last);
    }
}

bool SyncAgent::ask(sync::Errand errand) {
    if (!session_ || !session_->is_open()) {
        return false;
    }
    session_->step(sync::client_event::ErrandWanted{std::move(errand)});
    return true;
}

void SyncAgent::stop() {
    stopping_ = true;
    retry_.reset();
    if (session_) {
        session_->close();
        return;
    }
    SyncReport report;
    report.phase = SyncPhase::ended;
    parts_.report(report);
}

void SyncAgent::session_over(SyncReport report, bool went_well) {
    session_.reset();
    if (report.delivery_was_refused && !stopping_ && !is_transient(report.refusal->reason)) {
        // What the outbox has left of former replicas must not keep this one from its work.
        delivers_ = false;
        report.phase = SyncPhase::connecting;
        parts_.report(report);
        attempt();
        return;
    }
    if (!farewell_ && !stopping_ && report.refusal && ends_work(report.refusal->reason)) {
        // The replica will be erased. What waits in it is handed in first, which needs no sign-in.
        farewell_ = std::move(report);
        attempt();
        return;
    }
    if (farewell_) {
        report = *std::exchange(farewell_, std::nullopt);
    }
    failures_ = went_well ? 0 : failures_ + 1;
    if (mode_ == Mode::follow && !stopping_ && worth_retrying(report)) {
        const auto delay = next_delay();
        report.phase = SyncPhase::offline;
        report.retry_in = delay;
        retry_ = parts_.executor->after(delay, [this] { attempt(); });
    } else {
        report.phase = SyncPhase::ended;
    }
    parts_.report(report);
}

std::chrono::milliseconds SyncAgent::next_delay() {
    return backoff_delay(failures_, *parts_.random);
}

}  // namespace zhibu::client
