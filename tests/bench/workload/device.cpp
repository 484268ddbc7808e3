#include "tests/bench/workload/device.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "client/cli/control.hpp"
#include "client/cli/unlocking.hpp"

namespace zhibu::bench {
namespace {

template <class T, class E>
T must(std::expected<T, E> made, const std::ostringstream& words, const char* what) {
    if (!made) {
        throw std::runtime_error(std::string{what} + ": " + words.str());
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(made);
    }
}

}  // namespace

std::string last_line(std::string text) {
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text.substr(text.rfind('\n') + 1);
}

Device::Device(std::filesystem::path folder, std::filesystem::path password_file)
    : console_{client::IdentityFiles{std::move(folder)},
               client::Language::en,
               false,
               std::move(password_file),
               out_,
               err_,
               clock_,
               random_,
               disk_} {}

Device::~Device() { close(); }

void Device::enrol(std::uint16_t port, const std::string& code) {
    const client::EnrolWords words{{"127.0.0.1:" + std::to_string(port)}, code, "bench"};
    if (client::enrol(console_, words) != client::Exit::done) {
        throw std::runtime_error("enrol: " + err_.str());
    }
}

void Device::open() {
    opened_ = must(client::open_or_renew_replica(console_), err_, "open");
    key_ = must(client::proving_key(console_, *opened_.access), err_, "account key");
    sign_ = must(client::load_signer(console_), err_, "device key");
    desk_ = std::make_unique<client::ReplicaDesk>(std::move(opened_.replica));
}

void Device::forget_replica() {
    close();
    for (const std::filesystem::path& file : console_.files.replica_files()) {
        std::filesystem::remove(file);
    }
    open();
}

void Device::close() {
    agent_.reset();
    desk_.reset();
    opened_ = {};
}

std::vector<std::string> Device::invite(const std::vector<std::string>& accounts) {
    close();
    std::vector<std::string> codes;
    console_.json = true;
    for (const std::string& account : accounts) {
        out_.str({});
        if (client::invite(console_, {account, true}) != client::Exit::done) {
            throw std::runtime_error("invite: " + err_.str() + out_.str());
        }
        codes.emplace_back(boost::json::parse(last_line(out_.str())).at("code").as_string());
    }
    console_.json = false;
    open();
    return codes;
}

record::Sequence Device::commit(const client::Draft& draft) {
    auto committed =
        with_replica([&](client::Replica& replica) { return replica.commit(draft, sign_); });
    if (!committed) {
        std::string why = "commit: fault " +
                          std::to_string(static_cast<int>(committed.error().fault)) + " " +
                          committed.error().place;
        for (const rules::Finding& finding : committed.error().findings) {
            why += " " + finding.rule;
        }
        throw std::runtime_error(why);
    }
    return committed->sequence;
}

client::Connect Device::connector(client::WireClient& wires) {
    return must(client::connector(console_, opened_.identity, wires), err_, "connector");
}

client::SyncAgent::Parts Device::parts(sync::Executor& executor, client::Connect connect) {
    return client::agent_parts(
        {&console_, &opened_.identity, desk_.get(), key_,
         client::lease_keeper(console_, opened_.access), opened_.outbox, opened_.history},
        executor, std::move(connect));
}

Device::Run Device::run(client::SyncAgent::Mode mode, const std::function<void()>& on_caught_up) {
    client::WireClient wires;
    client::SyncReport last;
    std::optional<std::chrono::steady_clock::time_point> caught_up;
    auto made = parts(wires.executor(), connector(wires));
    made.replica_changed = [] {};
    made.report = [&](const client::SyncReport& report) {
        last = report;
        if (report.phase == client::SyncPhase::caught_up && !caught_up) {
            caught_up = std::chrono::steady_clock::now();
            if (on_caught_up) {
                on_caught_up();
            }
        }
        if (report.phase == client::SyncPhase::ended) {
            wires.stop();
        }
    };
    client::SyncAgent agent{std::move(made), mode};
    wires.executor().post([&agent] { agent.start(); });
    wires.run();
    // What the session still asks of the replica answers on `wires`.
    with_replica([](client::Replica&) { return true; });
    if (last.refusal || last.fault || last.replica_error || last.wire_error) {
        throw std::runtime_error("synchronise: " + client::explain(last, client::Language::en));
    }
    if (!caught_up) {
        throw std::runtime_error("synchronise: ended before all was exchanged");
    }
    return {last, *caught_up};
}

double Device::synchronise(const std::function<void()>& caught_up) {
    const auto start = std::chrono::steady_clock::now();
    const auto end = run(client::SyncAgent::Mode::once, caught_up).caught_up;
    return std::chrono::duration<double>(end - start).count();
}

void Device::synchronise_and_compare() {
    const client::SyncReport report = run(client::SyncAgent::Mode::once_and_compare, {}).last;
    if (!report.server_digest || !report.own_digest ||
        report.server_digest->digest != report.own_digest->digest) {
        throw std::runtime_error("the replica is not equal to the server: not a figure");
    }
}

void Device::demand_taken() {
    const auto status =
        with_replica([](client::Replica& replica) { return replica.status(); }).value();
    if (status.waiting == 0 && status.quarantined == 0 && status.rejected == 0) {
        return;
    }
    std::string why = "not everything was taken: not a figure";
    const auto groups =
        with_replica([](client::Replica& replica) { return replica.own_groups(10); }).value();
    for (const client::OwnGroup& group : groups) {
        for (const record::Reason& reason : group.verdict.value_or(record::Verdict{}).reasons) {
            why += " " + reason.rule;
        }
    }
    throw std::runtime_error(why);
}

void Device::follow(client::WireClient& wires,
                    std::function<void(const client::SyncReport&)> report,
                    std::function<void()> replica_changed) {
    auto made = parts(wires.executor(), connector(wires));
    made.report = std::move(report);
    made.replica_changed = std::move(replica_changed);
    agent_ = std::make_unique<client::SyncAgent>(std::move(made), client::SyncAgent::Mode::follow);
}

void Device::stop_following() { agent_.reset(); }

}  // namespace zhibu::bench
