#include "client/cli/synchronising.hpp"

#include <utility>

#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

Exit Synchronising::begin() {
    auto connect = connector(*parts_.console, *parts_.identity, wires_);
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
}

void Synchronising::sync_now() {
    wires_.executor().post([this] {
        if (agent_ && !ended_) {
            return;
        }
        ended_ = false;
        agent_ = std::make_unique<SyncAgent>(agent_parts(), SyncAgent::Mode::follow);
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

SyncAgent::Parts Synchronising::agent_parts() {
    SyncAgent::Parts parts;
    parts.executor = &wires_.executor();
    parts.desk = parts_.desk;
    parts.random = &parts_.console->random;
    parts.connect = connect_;
    parts.prove = [key = parts_.key](std::span<const std::uint8_t> bytes) {
        return key->sign(bytes);
    };
    parts.keep_lease = parts_.keep_lease;
    deliver_from(parts_.outbox, parts);
    parts.server_key = parts_.identity->server_key;
    parts.catalog_version = catalog::standard_catalog().version();
    parts.report = [this](const SyncReport& report) {
        ended_ = report.phase == SyncPhase::ended;
        parts_.api->set_report(report);
        parts_.reported(report);
    };
    parts.replica_changed = [this] { parts_.api->touch(); };
    return parts;
}

}  // namespace zhibu::client
