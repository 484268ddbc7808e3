#include <memory>
#include <optional>
#include <utility>

#include "server/account/admission.hpp"
#include "server/account/second_factor.hpp"
#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/session/live_session.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/message/message.hpp"

// Whether a session may open: what is read, the account's second factor, and the decision.
namespace zhibu::server {
void LiveSession::admit(const sync::server_effect::Admit& effect) {
    hello_ = effect.hello;
    greeting_.reset();
    sync::Executor* executor = host_.parts_.executor;
    std::weak_ptr<LiveSession*> weak = self_;
    host_.parts_.desk->ask([executor, weak, asked = effect](StoreReader& reader) {
        const auto key = reader.device_key(asked.hello.device);
        const auto credential = reader.credential(asked.hello.account);
        const auto factors = reader.second_factors(asked.hello.account);
        const auto chain = reader.chain(asked.hello.device, asked.hello.incarnation);
        const auto head = reader.head();
        const auto backed_up = reader.backed_up();
        const bool all_read = key && credential && factors && chain && head && backed_up;
        executor->post([=] {
            const auto alive = weak.lock();
            if (!alive) {
                return;
            }
            if (!all_read) {
                (*alive)->deny(sync::Refusal::of(sync::RefusalReason::server_storage_failed));
                return;
            }
            (*alive)->decide_admission(Arrival{asked, *key, *credential, *chain,
                                               Positions{*head, *backed_up},
                                               factors->active.has_value()});
        });
    });
}

void LiveSession::deny(const sync::Refusal& why) {
    host_.parts_.log("session_refused", to_text(hello_.device) + " reason " +
                                            std::to_string(static_cast<int>(why.reason)));
    step(sync::server_event::Denied{why});
}

void LiveSession::check_second_factor(const sync::server_effect::Admit& asked) {
    if (asked.second_factor.empty()) {
        deny(sync::Refusal::of(sync::RefusalReason::second_factor_needed));
        return;
    }
    sync::Executor* executor = host_.parts_.executor;
    std::weak_ptr<LiveSession*> weak = self_;
    const auto check = std::make_shared<SecondFactorCheck>(SecondFactorCheck::needed);
    host_.parts_.committer->keep(
        [check, asked,
         now = host_.parts_.clock->now()](StoreTransaction& transaction) -> Stored<void> {
            ZHIBU_TRY(found, use_second_factor(transaction, asked.hello.account,
                                               asked.second_factor, now));
            *check = found;
            return {};
        },
        [executor, weak, check, asked](bool is_kept) {
            executor->post([weak, asked, found = is_kept ? std::optional{*check} : std::nullopt] {
                if (const auto alive = weak.lock()) {
                    (*alive)->take_second_factor(asked, found);
                }
            });
        });
}

void LiveSession::take_second_factor(const sync::server_effect::Admit& asked,
                                     const std::optional<SecondFactorCheck>& check) {
    const Instant now = host_.parts_.clock->now();
    if (!check) {
        deny(sync::Refusal::of(sync::RefusalReason::server_storage_failed));
        return;
    }
    switch (*check) {
        case SecondFactorCheck::right:
        case SecondFactorCheck::not_asked:
            // What was read is old by now: anew, and this time without being asked.
            host_.note_second_factor(hello_.device, now);
            admit(asked);
            return;
        case SecondFactorCheck::needed:
            deny(sync::Refusal::of(sync::RefusalReason::second_factor_needed));
            return;
        case SecondFactorCheck::wrong:
            host_.lockout_.failed(hello_.account, hello_.device, now);
            deny(sync::Refusal::of(sync::RefusalReason::second_factor_wrong));
            return;
    }
}

void LiveSession::decide_admission(const Arrival& arrival) {
    const Instant now = host_.parts_.clock->now();
    const auto control = host_.parts_.committer->control();
    const AdmissionCase case_{
        arrival.asked.challenge, hello_, peer_.channel_binding, peer_.device, arrival.key,
        arrival.credential};
    if (host_.stopping_) {
        stop(sync::Refusal::of(sync::RefusalReason::server_stopping));
        return;
    }
    const auto admitted = server::admit(case_, *control, host_.lockout_, now);
    if (!admitted) {
        deny(admitted.error());
        return;
    }
    if (arrival.has_second_factor && !host_.has_shown_second_factor(hello_.device, now)) {
        check_second_factor(arrival.asked);
        return;
    }
    host_.lockout_.succeeded(hello_.account, hello_.device);
    if (auto put_off = host_.take_place(hello_.device, now)) {
        deny(*put_off);
        return;
    }
    sync::Welcome welcome;
    welcome.protocol = hello_.protocol;
    welcome.epoch = host_.identity_.epoch;
    welcome.head = arrival.positions.head;
    welcome.last_held = arrival.chain.last;
    const Account& account = **admitted;
    lease_ = host_.make_lease(account, hello_.device);
    welcome.lease = host_.sign_lease(lease_);
    step(sync::server_event::Admitted{std::move(welcome), arrival.positions.backed_up});
    host_.opened(*this);
}

}  // namespace zhibu::server
