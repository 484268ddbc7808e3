#include "client/cli/synchronising.hpp"

#include <utility>

namespace zhibu::client {

Exit Synchronising::begin() {
    auto connect = connector(*parts_.means.console, *parts_.means.identity, wires_);
    if (!connect) {
        return connect.error();
    }
    connect_ = *std::move(connect);
    thread_ = std::jthread{[this] {
        wires_.run();
        // The wires have told their end to the agent's session; now it may go.
        agent_.reset();
    }};
    sync_now();
    return Exit::done;
}

void Synchronising::end() {
    if (thread_.joinable()) {
        wires_.stop();
        thread_.join();
    }
    tell_all_of_the_end();
}

void Synchronising::sync_now(std::string second_factor) {
    wires_.executor().post([this, second_factor = std::move(second_factor)]() mutable {
        if (agent_ && !ended_) {
            return;
        }
        ended_ = false;
        agent_ = std::make_unique<SyncAgent>(reporting_parts(std::move(second_factor)),
                                             SyncAgent::Mode::follow);
        agent_->start();
    });
}

void Synchronising::group_made(record::Sequence last) {
    wires_.executor().post([this, last] {
        if (agent_) {
            agent_->group_made(last);
        }
    });
}

void Synchronising::ask(sync::Errand errand, Answered answered) {
    wires_.executor().post(
        [this, errand = std::move(errand), answered = std::move(answered)]() mutable {
            const sync::ErrandSort sort = errand.sort;
            if (asked_.contains(sort)) {
                answered(std::nullopt);
                return;
            }
            asked_[sort] = std::move(answered);
            if (!agent_ || !agent_->ask(std::move(errand))) {
                tell(sort, std::nullopt);
            }
        });
}

void Synchronising::tell(sync::ErrandSort sort, const std::optional<sync::ErrandReply>& reply) {
    if (auto asked = asked_.extract(sort)) {
        asked.mapped()(reply);
    }
}

void Synchronising::tell_all_of_the_end() {
    while (!asked_.empty()) {
        tell(asked_.begin()->first, std::nullopt);
    }
}

SyncAgent::Parts Synchronising::reporting_parts(std::string second_factor) {
    SyncAgent::Parts parts = agent_parts(parts_.means, wires_.executor(), connect_);
    parts.second_factor = std::move(second_factor);
    parts.errand_answered =
        [this, own = std::move(parts.errand_answered)](const sync::ErrandReply& reply) {
            if (asked_.contains(reply.sort)) {
                tell(reply.sort, reply);
            } else {
                own(reply);
            }
        };
    parts.report = [this](const SyncReport& report) {
        ended_ = report.phase == SyncPhase::ended;
        if (report.phase == SyncPhase::offline || ended_) {
            tell_all_of_the_end();
        }
        // First: who hears of news from the pages' part asks at once what it means.
        parts_.reported(report);
        parts_.api->set_report(report);
    };
    parts.replica_changed = [this] { parts_.api->touch(); };
    return parts;
}

}  // namespace zhibu::client
