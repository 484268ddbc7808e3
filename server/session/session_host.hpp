#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "server/account/lease.hpp"
#include "server/account/lockout.hpp"
#include "server/committer/committer.hpp"
#include "server/session/hand_in.hpp"
#include "server/session/reading_desk.hpp"
#include "server/store/store.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"
#include "sync_protocol/session/server_session.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::server {

class LiveSession;

/// Something worth a line in the log: a word and ids, never personal data.
using LogLine = std::function<void(std::string_view event, std::string_view ids)>;

/// All open sync sessions of one space: gives each wire its engine, does what the engines ask
/// (admission, judging, reading), wakes them when the log grows, and ends those whose account or
/// device may not go on, within a second of the commit that says so or of the moment that the
/// window ends.
/// Threads: confined to `executor`, save on_commit(), which may be called from any thread.
class SessionHost {
public:
    struct Settings {
        LeaseLengths leases;
        /// Sent with every lease, so that devices judge as the server does.
        rules::Parameters rules;
        sync::ServerSession::Settings session;
        /// How long a device that has shown its account's second factor is not asked again. Kept in
        /// memory: a restart asks anew.
        std::int64_t second_factor_hours = 12;
        /// Devices in session at once. Further ones take turns with them.
        std::size_t sessions_max = 8'000;
        /// What a session has of that at least.
        std::int64_t turn_ms = 60'000;
    };

    struct Parts {
        sync::Executor* executor = nullptr;
        Committer* committer = nullptr;
        ReadingDesk* desk = nullptr;
        record::Clock* clock = nullptr;
        record::Random* random = nullptr;
        /// The server's Ed25519 key, for leases.
        std::function<record::Signature(std::span<const std::uint8_t>)> sign;
        /// The server's X25519 key, for what devices hand in.
        Unbox unbox;
        /// Has what a device found wrong kept for the committee's officer; must only post.
        std::function<void(const sync::IncidentReport&, const sync::Hello&)> keep_incident =
            [](const sync::IncidentReport&, const sync::Hello&) {};
        /// Does something for the account and device of a session, and answers on the executor,
        /// maybe at once.
        std::function<void(sync::Errand, const sync::Hello&,
                           std::function<void(sync::ErrandReply)>)>
            do_errand = [](const sync::Errand& errand, const sync::Hello&, const auto& answer) {
                sync::ErrandReply reply;
                reply.sort = errand.sort;
                answer(std::move(reply));
            };
        /// An admitted device's session is over.
        std::function<void(const DeviceId&)> session_over = [](const DeviceId&) {};
        LogLine log;
    };

    SessionHost(SpaceIdentity identity, Parts parts, Settings settings);
    ~SessionHost();
    SessionHost(const SessionHost&) = delete;
    SessionHost& operator=(const SessionHost&) = delete;

    /// The events of a newly accepted wire. The caller keeps them until on_closed has returned,
    /// and destroys them before this host.
    [[nodiscard]] std::unique_ptr<sync::WireEvents> accept();

    void on_commit(const CommitNotice& notice);

    /// Ends all sessions in an orderly way; new ones are refused.
    void stop();

    /// Fewer end no session before its turn is over and another device comes.
    void set_sessions_max(std::size_t most) { settings_.sessions_max = most; }

    /// For the leases that are granted from now on.
    void set_leases(const LeaseLengths& lengths) { settings_.leases = lengths; }

    [[nodiscard]] std::size_t open_sessions() const { return by_device_.size(); }

    /// Devices that were told to come later, as all others were still in their turn.
    [[nodiscard]] std::uint64_t put_off() const { return put_off_; }

    /// Sessions that have ended so that another device had a turn.
    [[nodiscard]] std::uint64_t gave_way() const { return gave_way_; }

    [[nodiscard]] bool is_connected(const DeviceId& device) const {
        return by_device_.contains(device);
    }

    /// How many positions below `head` each connected device was not sent yet.
    [[nodiscard]] std::vector<std::pair<DeviceId, std::uint64_t>> lags(LogIndex head) const;

private:
    friend class LiveSession;

    [[nodiscard]] sync::Lease make_lease(const Account& account, const DeviceId& device);
    [[nodiscard]] sync::SignedLease sign_lease(const sync::Lease& lease) const;
    /// Whether that device may begin now. Where all places are taken the session that has stood for
    /// longest gives way, if its turn is over; otherwise the refusal says when one will be.
    [[nodiscard]] std::optional<sync::Refusal> take_place(const DeviceId& device, Instant now);
    void opened(LiveSession& session);
    void closed(LiveSession& session);
    [[nodiscard]] std::vector<LiveSession*> sessions() const;
    void look_again(LiveSession& session, Instant now);
    void look_again_at_all();
    void look_again_at_due();
    /// Notes when that session is next looked at by the time alone.
    void plan_look(LiveSession& session, Instant now);
    /// Ends the account's sessions on other devices than that session's.
    void end_others(const LiveSession& session, const sync::Refusal& refusal);
    [[nodiscard]] bool has_shown_second_factor(const DeviceId& device, Instant now) const;
    void note_second_factor(const DeviceId& device, Instant now);
    /// Sets the timer for the soonest look.
    void arm();

    SpaceIdentity identity_;
    Parts parts_;
    Settings settings_;
    Lockout lockout_;
    /// Until when.
    std::map<DeviceId, Instant> second_factor_shown_;
    std::uint64_t last_serial_ = 0;
    bool stopping_ = false;

    /// An open session, and when it is next looked at.
    struct Open {
        LiveSession* session = nullptr;
        std::optional<Instant> look_at;
        Instant since;
    };

    std::map<DeviceId, Open> by_device_;
    /// The same, longest standing first, without those that have given way and still close.
    std::set<std::pair<Instant, DeviceId>> places_;
    std::uint64_t put_off_ = 0;
    std::uint64_t gave_way_ = 0;
    /// The looks of all open sessions, soonest first.
    std::set<std::pair<Instant, DeviceId>> looks_;
    std::unique_ptr<sync::Executor::Timer> next_look_;
    /// Which look the timer is for.
    std::optional<Instant> armed_for_;
};

}  // namespace zhibu::server
