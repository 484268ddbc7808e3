#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "server/account/second_factor.hpp"
#include "server/session/session_host.hpp"

namespace zhibu::server {

/// One wire with its engine. Results of reading and judging come back through the executor; one
/// that comes after the wire has closed is dropped.
/// Threads: confined to the host's executor.
class LiveSession final : public sync::WireEvents {
public:
    explicit LiveSession(SessionHost& host);
    ~LiveSession() override;

    void on_open(sync::Wire& wire, const sync::PeerIdentity& peer) override;
    void on_message(std::vector<std::uint8_t> message) override;

    void on_drained() override {}

    void on_closed(const sync::WireError& error) override;

    void step(sync::ServerEvent event);
    void stop(sync::Refusal refusal);
    /// Ends the session if its account or device may not go on; otherwise sends a new lease where
    /// the old one says something else.
    void look_again(Instant now);
    /// The first moment after `now` at which look_again() may have something to do without a
    /// commit.
    [[nodiscard]] std::optional<Instant> next_look(Instant now) const;

    [[nodiscard]] const sync::Hello& hello() const { return hello_; }

    [[nodiscard]] bool is_open() const { return engine_.is_open(); }

    [[nodiscard]] LogIndex told() const { return engine_.told(); }

private:
    struct Doer;

    /// Of the store, when the session began.
    struct Positions {
        LogIndex head;
        LogIndex backed_up;
    };

    /// Begins to wait for what the device says first, or next where it does not sign in.
    void await_greeting();
    void admit(const sync::server_effect::Admit& effect);
    void take_in(const sync::HandIn& hand_in);
    void stage(StageJob job);
    void judge_staged(const sync::GroupOffer& offer);
    /// What became of what was handed in.
    [[nodiscard]] sync::ServerEvent handed_in(const record::IncarnationId& incarnation,
                                              PushResult result);
    /// Has the job judged and hands what `answer` makes of the result back to the engine, unless
    /// the wire is gone.
    template <class Answer>
    void push(PushJob job, Answer answer);

    /// What has been read for an admission.
    struct Arrival {
        sync::server_effect::Admit asked;
        std::optional<DeviceKey> key;
        std::optional<Credential> credential;
        HeldChain chain;
        Positions positions;
        bool has_second_factor = false;
    };

    void decide_admission(const Arrival& arrival);
    /// Has what came with the hello looked at; the admission begins anew if it is right.
    void check_second_factor(const sync::server_effect::Admit& asked);
    void take_second_factor(const sync::server_effect::Admit& asked,
                            const std::optional<SecondFactorCheck>& check);
    void deny(const sync::Refusal& why);
    void do_errand(sync::Errand errand);
    [[nodiscard]] ScopeFilter scope() const;
    /// Runs `read` at the desk and hands its result back to the engine, unless the wire is gone.
    template <class Read>
    void ask(Read read);

    SessionHost& host_;
    sync::ServerSession engine_;
    sync::Wire* wire_ = nullptr;
    sync::PeerIdentity peer_;
    sync::Hello hello_;
    sync::Lease lease_;
    /// Closes the wire of a device that does not greet.
    std::unique_ptr<sync::Executor::Timer> greeting_;
    /// Emptied when the wire closes; results hold it weakly.
    std::shared_ptr<LiveSession*> self_;
};

}  // namespace zhibu::server
