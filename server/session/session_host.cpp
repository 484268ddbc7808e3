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

sync::Refusal refusal(sync::RefusalReason reason) {
    sync::Refusal made;
    made.reason = reason;
    return made;
}

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
    return signed_lease;
}

void SessionHost::opened(LiveSession& session) {
    if (!session.is_open()) {
        return;
    }
    LiveSession*& slot = by_device_[session.hello().device];
    if (LiveSession* older = std::exchange(slot, &session); older != nullptr) {
        older->stop(refusal(sync::RefusalReason::replaced_by_newer_session));
    }
    parts_.log("session_opened", to_text(session.hello().device));
    schedule_next_look();
}

void SessionHost::closed(LiveSession& session) {
    const auto found = by_device_.find(session.hello().device);
    if (found != by_device_.end() && found->second == &session) {
        by_device_.erase(found);
    }
}

void SessionHost::on_commit(const CommitNotice& notice) {
    parts_.executor->post([this, notice] {
        if (notice.control_changed) {
            look_again_at_all();
        }
        for (const auto& [device, session] : std::map{by_device_}) {
            session->step(sync::server_event::HeadAdvanced{notice.head});
        }
    });
}

void SessionHost::stop() {
    stopping_ = true;
    next_look_.reset();
    for (const auto& [device, session] : std::map{by_device_}) {
        session->stop(refusal(sync::RefusalReason::server_stopping));
    }
}

void SessionHost::look_again_at_all() {
    const Instant now = parts_.clock->now();
    // A copy: a session that is stopped may leave the map at once.
    for (const auto& [device, session] : std::map{by_device_}) {
        session->look_again(now);
    }
    schedule_next_look();
}

void SessionHost::schedule_next_look() {
    const Instant now = parts_.clock->now();
    const auto control = parts_.committer->control();
    std::optional<Instant> soonest;
    for (const auto& [device, session] : by_device_) {
        const auto change = control->next_change(session->hello().account, now);
        if (change && (!soonest || *change < *soonest)) {
            soonest = change;
        }
    }
    if (!soonest || stopping_) {
        next_look_.reset();
        return;
    }
    const std::int64_t wait = soonest->milliseconds - now.milliseconds;
    next_look_ = parts_.executor->after(
        std::chrono::milliseconds{std::clamp<std::int64_t>(wait, 1, longest_look_ms)},
        [this] { look_again_at_all(); });
}

}  // namespace zhibu::server
