#include "server/session/live_session.hpp"

#include <chrono>
#include <utility>

#include "server/account/admission.hpp"
#include "server/ledger/proofs.hpp"
#include "server/session/hand_in.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

/// In which a device must have greeted: an open wire takes a place of a limited number.
constexpr std::chrono::seconds greeting_deadline{30};

sync::ServerEvent storage_failed() {
    return sync::server_event::Denied{
        sync::Refusal::of(sync::RefusalReason::server_storage_failed)};
}

using ToldTail = std::optional<std::variant<sync::Tail, sync::TailPart>>;

/// An entry that no message holds stops a tail: then it is told by itself, in parts.
Stored<ToldTail> read_tail(StoreReader& reader, const sync::server_effect::ReadTail& wish,
                           const ScopeFilter& scope, const DeviceId& device,
                           const IncarnationId& incarnation) {
    if (wish.within == RecordKey{}) {
        ZHIBU_TRY(tail, reader.tail(wish.from, scope, device, incarnation, wish.bytes_max));
        if (tail || !wish.in_parts) {
            return tail ? ToldTail{*std::move(tail)} : std::nullopt;
        }
    }
    ZHIBU_TRY(part, reader.tail_part(wish.from, wish.within, scope, device, incarnation));
    return part ? ToldTail{*std::move(part)} : std::nullopt;
}

/// What a lease says, its times of granting and expiry and its serial left out.
bool same_permission(const sync::Lease& left, const sync::Lease& right) {
    return left.scope == right.scope && left.may_write == right.may_write &&
           left.manages == right.manages && left.always_open == right.always_open &&
           left.periods == right.periods;
}

/// Whether a session that stays open should have the newer lease, which else says the same: less
/// than half of what it permits is left of the old one. A window's end cuts both alike, and outside
/// every window neither permits anything.
bool is_half_over(const sync::Lease& held, const sync::Lease& newer) {
    const std::int64_t held_ms = held.expires_at.milliseconds - newer.granted_at.milliseconds;
    const std::int64_t newer_ms = newer.expires_at.milliseconds - newer.granted_at.milliseconds;
    return newer_ms > 0 && 2 * held_ms < newer_ms;
}

}  // namespace

/// Does one effect of the engine; one overload each.
struct LiveSession::Doer {
    LiveSession& session;

    void operator()(sync::server_effect::Send effect) const {
        session.wire_->send(std::move(effect.frame));
    }

    void operator()(const sync::server_effect::Admit& effect) const { session.admit(effect); }

    void operator()(const sync::server_effect::TakeIn& effect) const {
        session.take_in(effect.hand_in);
    }

    void operator()(sync::server_effect::Judge effect) const {
        PushJob job{DeviceId{session.hello_.device}, session.hello_.incarnation,
                    session.hello_.account, std::move(effect.groups)};
        session.push(std::move(job), [](PushResult result) -> sync::ServerEvent {
            return sync::server_event::Judged{std::move(result.receipts),
                                              std::move(result.refusal)};
        });
    }

    void operator()(sync::server_effect::StageOffer effect) const {
        session.stage({{}, std::move(effect.offer), std::nullopt});
    }

    void operator()(sync::server_effect::StagePart effect) const {
        session.stage({{}, std::move(effect.offer), std::move(effect.part)});
    }

    void operator()(const sync::server_effect::JudgeStaged& effect) const {
        session.judge_staged(effect.offer);
    }

    void operator()(const sync::server_effect::ReadReceipts& effect) const {
        session.ask([device = session.hello_.device, incarnation = session.hello_.incarnation,
                     effect](StoreReader& reader) -> sync::ServerEvent {
            auto read = reader.receipts(device, incarnation, effect.after, effect.bytes_max);
            return read ? sync::ServerEvent{sync::server_event::ReceiptsRead{*std::move(read)}}
                        : storage_failed();
        });
    }

    void operator()(const sync::server_effect::ReadTail& effect) const {
        session.ask([scope = session.scope(), device = session.hello_.device,
                     incarnation = session.hello_.incarnation,
                     effect](StoreReader& reader) -> sync::ServerEvent {
            auto told = read_tail(reader, effect, scope, device, incarnation);
            return told ? sync::ServerEvent{sync::server_event::TailRead{*std::move(told)}}
                        : storage_failed();
        });
    }

    void operator()(const sync::server_effect::ReadChunk& effect) const {
        session.ask([scope = session.scope(), effect](StoreReader& reader) -> sync::ServerEvent {
            auto read = reader.chunk(effect.after, scope, effect.bytes_max);
            return read ? sync::ServerEvent{sync::server_event::ChunkRead{*std::move(read)}}
                        : storage_failed();
        });
    }

    void operator()(sync::server_effect::ReadDigest /*effect*/) const {
        session.ask([scope = session.scope()](StoreReader& reader) -> sync::ServerEvent {
            auto read = reader.digest(scope);
            return read ? sync::ServerEvent{sync::server_event::DigestRead{*read}}
                        : storage_failed();
        });
    }

    void operator()(const sync::server_effect::ReadTreeHead& effect) const {
        const SessionHost& host = session.host_;
        session.ask([effect, maker = HeadMaker{host.identity_.space, host.identity_.epoch,
                                               host.parts_.clock->now(), host.parts_.sign}](
                        StoreReader& reader) -> sync::ServerEvent {
            auto reply = answer(sync::TreeHeadRequest{effect.known_size}, reader, maker);
            return reply ? sync::ServerEvent{sync::server_event::TreeHeadRead{*std::move(reply)}}
                         : storage_failed();
        });
    }

    void operator()(const sync::server_effect::ReadInclusion& effect) const {
        session.ask([effect, whom = ProofReader{session.hello_.device, session.scope()}](
                        StoreReader& reader) -> sync::ServerEvent {
            auto reply =
                answer(sync::InclusionRequest{effect.index, effect.tree_size}, reader, whom);
            return reply ? sync::ServerEvent{sync::server_event::InclusionRead{*std::move(reply)}}
                         : storage_failed();
        });
    }

    void operator()(sync::server_effect::DoErrand effect) const {
        session.do_errand(std::move(effect.errand));
    }

    void operator()(const sync::server_effect::KeepIncident& effect) const {
        session.host_.parts_.keep_incident(effect.report, session.hello_);
    }

    void operator()(sync::server_effect::Close /*effect*/) const { session.wire_->close(); }
};

LiveSession::LiveSession(SessionHost& host)
    : host_{host}, engine_{host.settings_.session}, self_{std::make_shared<LiveSession*>(this)} {}

LiveSession::~LiveSession() { host_.closed(*this); }

void LiveSession::on_open(sync::Wire& wire, const sync::PeerIdentity& peer) {
    wire_ = &wire;
    peer_ = peer;
    if (host_.stopping_) {
        step(sync::server_event::Stopped{sync::Refusal::of(sync::RefusalReason::server_stopping)});
        return;
    }
    sync::Challenge challenge;
    challenge.space = host_.identity_.space;
    challenge.epoch = host_.identity_.epoch;
    host_.parts_.random->fill(challenge.nonce);
    challenge.server_time = host_.parts_.clock->now();
    step(sync::server_event::Opened{challenge});
    await_greeting();
}

void LiveSession::await_greeting() {
    greeting_ = host_.parts_.executor->after(greeting_deadline, [this] { wire_->close(); });
}

void LiveSession::on_message(std::vector<std::uint8_t> message) {
    step(sync::server_event::Received{std::move(message)});
}

void LiveSession::on_closed(const sync::WireError& error) {
    self_.reset();
    greeting_.reset();
    wire_ = nullptr;
    host_.closed(*this);
    host_.parts_.log("session_closed", to_text(hello_.device) + " " + error.detail);
}

void LiveSession::step(sync::ServerEvent event) {
    if (wire_ == nullptr) {
        return;
    }
    for (sync::ServerEffect& effect : engine_.step(std::move(event))) {
        std::visit([this](auto&& each) { Doer{*this}(std::forward<decltype(each)>(each)); },
                   std::move(effect));
    }
}

void LiveSession::stop(sync::Refusal refusal) {
    step(sync::server_event::Stopped{std::move(refusal)});
}

template <class Answer>
void LiveSession::push(PushJob job, Answer answer) {
    sync::Executor* executor = host_.parts_.executor;
    std::weak_ptr<LiveSession*> weak = self_;
    host_.parts_.committer->push(std::move(job), [executor, weak, answer](PushResult result) {
        executor->post([weak, answer, result = std::move(result)]() mutable {
            if (const auto alive = weak.lock()) {
                (*alive)->step(answer(std::move(result)));
            }
        });
    });
}

void LiveSession::take_in(const sync::HandIn& hand_in) {
    greeting_.reset();
    auto job =
        open_hand_in(hand_in, peer_.device, *host_.parts_.committer->control(), host_.parts_.unbox);
    if (!job) {
        step(sync::server_event::Denied{std::move(job).error()});
        return;
    }
    host_.parts_.log("handed_in",
                     to_text(job->device) + " groups " + std::to_string(job->groups.size()));
    push(*std::move(job),
         [this, incarnation = hand_in.incarnation](PushResult result) -> sync::ServerEvent {
             return handed_in(incarnation, std::move(result));
         });
}

sync::ServerEvent LiveSession::handed_in(const record::IncarnationId& incarnation,
                                         PushResult result) {
    // Called only while this session's wire stands: the next is awaited as the first was.
    await_greeting();
    if (result.refusal) {
        return sync::server_event::Denied{*std::move(result.refusal)};
    }
    sync::HandedIn handed_in{incarnation, {}};
    if (!result.receipts.empty()) {
        const auto verdict = sync::decode_verdict(result.receipts.back().verdict);
        ZHIBU_CHECK(verdict.has_value());
        handed_in.through = verdict->name.sequence;
    }
    return sync::server_event::TakenIn{handed_in};
}

void LiveSession::stage(StageJob job) {
    if (job.offer.is_boxed) {
        greeting_.reset();
        auto handed_in = hand_in_of(job.offer.account, job.offer.incarnation, peer_.device,
                                    *host_.parts_.committer->control());
        if (!handed_in) {
            step(sync::server_event::Denied{std::move(handed_in).error()});
            return;
        }
        job.device = handed_in->device;
    } else {
        job.device = hello_.device;
    }
    sync::Executor* executor = host_.parts_.executor;
    std::weak_ptr<LiveSession*> weak = self_;
    const bool is_early = job.offer.is_boxed;
    host_.parts_.committer->stage(std::move(job), [executor, weak, is_early](StageResult result) {
        executor->post([weak, is_early, result = std::move(result)]() mutable {
            const auto alive = weak.lock();
            if (!alive) {
                return;
            }
            if (is_early) {
                (*alive)->await_greeting();
            }
            (*alive)->step(result ? sync::ServerEvent{sync::server_event::Staged{*result}}
                                  : sync::server_event::Denied{std::move(result).error()});
        });
    });
}

void LiveSession::judge_staged(const sync::GroupOffer& offer) {
    if (!offer.is_boxed) {
        PushJob job{hello_.device, hello_.incarnation, hello_.account, {}};
        job.staged = offer;
        push(std::move(job), [](PushResult result) -> sync::ServerEvent {
            return sync::server_event::Judged{std::move(result.receipts),
                                              std::move(result.refusal)};
        });
        return;
    }
    greeting_.reset();
    auto job = hand_in_of(offer.account, offer.incarnation, peer_.device,
                          *host_.parts_.committer->control());
    if (!job) {
        step(sync::server_event::Denied{std::move(job).error()});
        return;
    }
    job->staged = offer;
    job->unbox = host_.parts_.unbox;
    host_.parts_.log("handed_in", to_text(job->device) + " bytes " + std::to_string(offer.bytes));
    push(*std::move(job),
         [this, incarnation = offer.incarnation](PushResult result) -> sync::ServerEvent {
             return handed_in(incarnation, std::move(result));
         });
}

template <class Read>
void LiveSession::ask(Read read) {
    sync::Executor* executor = host_.parts_.executor;
    std::weak_ptr<LiveSession*> weak = self_;
    host_.parts_.desk->ask([executor, weak, read = std::move(read)](StoreReader& reader) {
        executor->post([weak, event = read(reader)]() mutable {
            if (const auto alive = weak.lock()) {
                (*alive)->step(std::move(event));
            }
        });
    });
}

ScopeFilter LiveSession::scope() const {
    const auto control = host_.parts_.committer->control();
    const Account* account = control->account(hello_.account);
    return account == nullptr ? ScopeFilter{} : control->scope_filter(*account);
}

void LiveSession::do_errand(sync::Errand errand) {
    host_.parts_.do_errand(
        std::move(errand), hello_, [this, weak = std::weak_ptr{self_}](sync::ErrandReply reply) {
            if (!weak.lock()) {
                return;
            }
            if (reply.is_done && reply.sort == sync::ErrandSort::change_password) {
                sync::Refusal why = sync::Refusal::of(sync::RefusalReason::password_changed);
                why.password_salt = reply.password_salt;
                why.password_cost = reply.password_cost;
                host_.end_others(*this, why);
            }
            step(sync::server_event::ErrandDone{std::move(reply)});
        });
}

void LiveSession::look_again(Instant now) {
    const auto control = host_.parts_.committer->control();
    if (auto refused =
            control->session_refusal(hello_.account, RecordId{hello_.device.uuid}, now)) {
        stop(*std::move(refused));
        return;
    }
    const Account* account = control->account(hello_.account);
    sync::Lease renewed = host_.make_lease(*account, hello_.device);
    if (same_permission(renewed, lease_) && !is_half_over(lease_, renewed)) {
        return;
    }
    const bool scope_changed = renewed.scope != lease_.scope;
    lease_ = std::move(renewed);
    if (scope_changed) {
        // The next session's lease names the other scope, and the device takes a snapshot of it.
        stop(sync::Refusal::of(sync::RefusalReason::scope_changed));
        return;
    }
    step(sync::server_event::LeaseRenewed{host_.sign_lease(lease_)});
}

std::optional<Instant> LiveSession::next_look(Instant now) const {
    auto soonest = host_.parts_.committer->control()->next_change(hello_.account, now);
    const Instant half_over{lease_.granted_at.milliseconds +
                            (lease_.expires_at.milliseconds - lease_.granted_at.milliseconds) / 2 +
                            1};
    if (half_over > now && (!soonest || half_over < *soonest)) {
        soonest = half_over;
    }
    return soonest;
}

}  // namespace zhibu::server
