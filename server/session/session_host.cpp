#include "server/session/session_host.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "server/session/live_session.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

/// A timer further away than this is set again when it has passed: clocks are corrected.
constexpr std::int64_t longest_look_ms = 60'000;

}  // namespace

SessionHost::SessionHost(SpaceIdentity identity, Parts parts, Settings settings)
    : identity_{std::move(identity)}, parts_{std::move(parts)}, settings_{settings} {}

SessionHost::~SessionHost() = default;

std::unique_ptr<sync::WireEvents> SessionHost::accept() {
    return std::make_unique<LiveSession>(*this);
}

sync::Lease SessionHost::make_lease(const Account& account, const DeviceId& device) {
    const Instant now = parts_.clock->now();
    // Milliseconds, so that serials rise across restarts too.
    last_serial_ = std::max(last_serial_ + 1, static_cast<std::uint64_t>(now.milliseconds));
    const auto control = parts_.committer->control();
    return grant_lease(*control, account, device, identity_.space, last_serial_, now,
                       settings_.leases, settings_.rules);
}

sync::SignedLease SessionHost::sign_lease(const sync::Lease& lease) const {
    sync::SignedLease signed_lease;
    signed_lease.bytes = sync::encode(lease);
    signed_lease.signature = parts_.sign(signed_lease.bytes);
    parts_.random->fill(signed_lease.secret);
    return signed_lease;
}

std::optional<sync::Refusal> SessionHost::take_place(const DeviceId& device, Instant now) {
    const auto own = by_device_.find(device);
    const bool has_place = own != by_device_.end() && places_.contains({own->second.since, device});
    if (has_place || places_.size() < settings_.sessions_max) {
        return std::nullopt;
    }
    sync::Refusal refusal = sync::Refusal::of(sync::RefusalReason::server_busy);
    const auto [since, oldest] = *places_.begin();
    const Instant turn_over{since.milliseconds + settings_.turn_ms};
    if (now < turn_over) {
        ++put_off_;
        refusal.not_before = turn_over;
        return refusal;
    }
    ++gave_way_;
    places_.erase(places_.begin());
    refusal.not_before = Instant{now.milliseconds + settings_.turn_ms};
    by_device_.at(oldest).session->stop(refusal);
    return std::nullopt;
}

void SessionHost::opened(LiveSession& session) {
    if (!session.is_open()) {
        return;
    }
    const Instant now = parts_.clock->now();
    Open& open = by_device_[session.hello().device];
    if (LiveSession* older = std::exchange(open.session, &session); older != nullptr) {
        places_.erase({open.since, session.hello().device});
        if (const auto look_at = std::exchange(open.look_at, std::nullopt)) {
            looks_.erase({*look_at, session.hello().device});
        }
        older->stop(sync::Refusal::of(sync::RefusalReason::replaced_by_newer_session));
    }
    open.since = now;
    places_.emplace(now, session.hello().device);
    parts_.log("session_opened", to_text(session.hello().device));
    plan_look(session, now);
    arm();
}

void SessionHost::closed(LiveSession& session) {
    const auto found = by_device_.find(session.hello().device);
    if (found != by_device_.end() && found->second.session == &session) {
        if (found->second.look_at) {
            looks_.erase({*found->second.look_at, found->first});
        }
        places_.erase({found->second.since, found->first});
        by_device_.erase(found);
        parts_.session_over(session.hello().device);
    }
}

void SessionHost::on_commit(const CommitNotice& notice) {
    parts_.executor->post([this, notice] {
        if (notice.control_changed) {
            look_again_at_all();
        }
        for (LiveSession* session : sessions()) {
            session->step(sync::server_event::HeadAdvanced{notice.head});
            session->step(sync::server_event::BackedUp{notice.backed_up});
        }
    });
}

std::vector<std::pair<DeviceId, std::uint64_t>> SessionHost::lags(LogIndex head) const {
    std::vector<std::pair<DeviceId, std::uint64_t>> found;
    found.reserve(by_device_.size());
    for (const auto& [device, open] : by_device_) {
        const LogIndex told = std::min(open.session->told(), head);
        found.emplace_back(device, head.position - told.position);
    }
    return found;
}

void SessionHost::stop() {
    stopping_ = true;
    arm();
    for (LiveSession* session : sessions()) {
        session->stop(sync::Refusal::of(sync::RefusalReason::server_stopping));
    }
}

/// A copy: a session that is stopped may leave the map.
std::vector<LiveSession*> SessionHost::sessions() const {
    std::vector<LiveSession*> found;
    found.reserve(by_device_.size());
    for (const auto& [device, open] : by_device_) {
        found.push_back(open.session);
    }
    return found;
}

void SessionHost::look_again(LiveSession& session, Instant now) {
    session.look_again(now);
    plan_look(session, now);
}

void SessionHost::look_again_at_all() {
    const Instant now = parts_.clock->now();
    for (LiveSession* session : sessions()) {
        look_again(*session, now);
    }
    arm();
}

void SessionHost::look_again_at_due() {
    armed_for_.reset();
    const Instant now = parts_.clock->now();
    std::vector<LiveSession*> due;
    for (const auto& [at, device] : looks_) {
        if (at > now) {
            break;
        }
        due.push_back(by_device_.at(device).session);
    }
    for (LiveSession* session : due) {
        look_again(*session, now);
    }
    arm();
}

void SessionHost::plan_look(LiveSession& session, Instant now) {
    const auto found = by_device_.find(session.hello().device);
    if (found == by_device_.end() || found->second.session != &session) {
        return;
    }
    Open& open = found->second;
    if (open.look_at) {
        looks_.erase({*open.look_at, found->first});
    }
    open.look_at = session.next_look(now);
    if (open.look_at) {
        looks_.emplace(*open.look_at, found->first);
    }
}

void SessionHost::end_others(const LiveSession& session, const sync::Refusal& refusal) {
    for (LiveSession* other : sessions()) {
        if (other != &session && other->hello().account == session.hello().account) {
            other->stop(refusal);
        }
    }
}

bool SessionHost::has_shown_second_factor(const DeviceId& device, Instant now) const {
    const auto found = second_factor_shown_.find(device);
    return found != second_factor_shown_.end() && now < found->second;
}

void SessionHost::note_second_factor(const DeviceId& device, Instant now) {
    std::erase_if(second_factor_shown_, [&](const auto& shown) { return shown.second <= now; });
    second_factor_shown_[device] =
        Instant{now.milliseconds + settings_.second_factor_hours * 3'600'000};
}

void SessionHost::arm() {
    if (looks_.empty() || stopping_) {
        next_look_.reset();
        armed_for_.reset();
        return;
    }
    const Instant soonest = looks_.begin()->first;
    if (armed_for_ == soonest) {
        return;
    }
    armed_for_ = soonest;
    const std::int64_t wait = soonest.milliseconds - parts_.clock->now().milliseconds;
    next_look_ = parts_.executor->after(
        std::chrono::milliseconds{std::clamp<std::int64_t>(wait, 1, longest_look_ms)},
        [this] { look_again_at_due(); });
}

}  // namespace zhibu::server
