#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "tests/bench/workload/bare_crowd.hpp"
#include "tests/bench/workload/committee.hpp"
#include "tests/bench/workload/fleet.hpp"
#include "tests/bench/workload/workloads.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::bench {
namespace {

constexpr std::size_t clients = 200;
constexpr std::chrono::seconds patience{120};
constexpr std::chrono::seconds idle_time{30};

using Callers = std::vector<std::unique_ptr<Caller>>;

double seconds_between(Moment from, Moment until) {
    return std::chrono::duration<double>(until - from).count();
}

void demand_no_trouble(const Callers& callers) {
    for (const auto& caller : callers) {
        if (!caller->trouble().empty()) {
            throw std::runtime_error("a caller: " + caller->trouble());
        }
    }
}

bool have(const Callers& callers, std::optional<Moment> Caller::Moments::* moment) {
    return std::ranges::all_of(
        callers, [&](const auto& caller) { return (caller->moments().*moment).has_value(); });
}

}  // namespace

record::Change mobile_change(const record::RecordId& id, std::size_t number) {
    const catalog::Kind& kind = catalog::standard_catalog().kind("person");
    return {{kind.id(), id},
            record::Operation::update,
            {{kind.field("mobile").id(), record::Value{other_mobile(number)}, {}, {}}}};
}

void demand_edited(Device& officer, const std::vector<record::RecordId>& ids) {
    officer.synchronise_and_compare();
    const catalog::Kind& kind = catalog::standard_catalog().kind("person");
    const record::FieldNumber mobile = kind.field("mobile").id();
    for (std::size_t number = 0; number < ids.size(); ++number) {
        const auto found = officer.with_replica(
            [&](client::Replica& replica) { return replica.find({kind.id(), ids.at(number)}); });
        if (!found || !*found || (*found)->value(mobile) != record::Value{other_mobile(number)}) {
            throw std::runtime_error("an edit is not in the officer's replica: not a figure");
        }
    }
}

// W4: 200 enrolled clients connect at once and push 20 edits each.
void crowd(const Program& server, Figures& figures) {
    constexpr std::size_t each = 20;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    const auto branches = committee.add_branches(clients);
    const auto ids = enter(committee.officer(), people_for(clients * each, branches)).second;
    static_cast<void>(committee.officer().synchronise());
    const Callers callers = enrol_fleet(committee, branches);
    for (std::size_t number = 0; number < ids.size(); ++number) {
        callers.at(number % clients)->make_group(mobile_change(ids[number], number));
    }
    client::WireClient wires;
    const auto all_acknowledged = [&] {
        return have(callers, &Caller::Moments::acknowledged) &&
               have(callers, &Caller::Moments::caught_up);
    };
    drive(
        wires,
        [&] {
            for (const auto& caller : callers) {
                caller->call(wires, [&] {
                    if (all_acknowledged()) {
                        wires.stop();
                    }
                });
            }
        },
        all_acknowledged, patience);
    demand_no_trouble(callers);
    std::vector<double> times;
    Moment first = Moment::max();
    Moment last = Moment::min();
    for (const auto& caller : callers) {
        first = std::min(first, *caller->moments().called);
        last = std::max(last, *caller->moments().acknowledged);
        times.push_back(
            seconds_between(*caller->moments().called, *caller->moments().acknowledged));
    }
    demand_edited(committee.officer(), ids);
    const BareServer bare{folder.path() / "bare", BareAnswer::its_sender};
    const CrowdTimes limit = bare_push(bare, clients, callers.front()->made_bytes());
    figures.add("W4 total", {seconds_between(first, last), limit.total});
    figures.add("W4 p50", {percentile(times, 50), percentile(limit.each, 50)});
    figures.add("W4 p99", {percentile(times, 99), percentile(limit.each, 99)});
}

// W5: one of 201 connected clients pushes an edit; 200 hear it; 50 times.
void fan_out(const Program& server, Figures& figures) {
    constexpr std::size_t pushes = 50;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    const auto branches = committee.add_branches(1);
    const auto ids = enter(committee.officer(), people_for(pushes, branches)).second;
    static_cast<void>(committee.officer().synchronise());
    const Callers callers = enrol_fleet(committee, std::vector(clients + 1, branches.front()));
    Caller& author = *callers.front();
    client::WireClient wires;
    std::vector<Moment> sent;
    const auto all_heard = [&](std::size_t count) {
        return std::ranges::all_of(callers, [&](const auto& caller) {
            return caller.get() == &author || caller->heard().size() == count;
        });
    };
    const auto go_on = [&] {
        if (!have(callers, &Caller::Moments::caught_up) || !all_heard(sent.size()) ||
            author.moments().acknowledged.has_value() != !sent.empty()) {
            return;
        }
        if (sent.size() == pushes) {
            wires.stop();
            return;
        }
        sent.push_back(std::chrono::steady_clock::now());
        author.send_group(mobile_change(ids.at(sent.size() - 1), sent.size() - 1));
    };
    drive(
        wires,
        [&] {
            for (const auto& caller : callers) {
                caller->call(wires, [&] { wires.executor().post(go_on); });
            }
        },
        [&] { return sent.size() == pushes && all_heard(pushes); }, patience);
    demand_no_trouble(callers);
    demand_edited(committee.officer(), ids);
    const auto sum_up = [](const std::vector<std::vector<double>>& sends) {
        std::vector<double> all;
        std::vector<double> last;
        for (const std::vector<double>& heard : sends) {
            all.insert(all.end(), heard.begin(), heard.end());
            last.push_back(std::ranges::max(heard));
        }
        return std::array{1e3 * percentile(all, 50), 1e3 * percentile(all, 99), 1e3 * median(last)};
    };
    std::vector<std::vector<double>> ours(pushes);
    for (const auto& caller : callers) {
        for (std::size_t at = 0; at < caller->heard().size(); ++at) {
            ours.at(at).push_back(seconds_between(sent.at(at), caller->heard()[at]));
        }
    }
    const BareServer bare{folder.path() / "bare", BareAnswer::all_others};
    const auto product = sum_up(ours);
    const auto limit = sum_up(bare_fan_out(bare, clients, author.made_bytes()));
    figures.add("W5 p50", {product[0], limit[0]});
    figures.add("W5 p99", {product[1], limit[1]});
    figures.add("W5 last", {product[2], limit[2]});
}

// W7: 200 idle, connected, subscribed clients.
void idle(const Program& server, Figures& figures) {
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    const auto branches = committee.add_branches(clients);
    const Callers callers = enrol_fleet(committee, branches);
    const double base = static_cast<double>(committee.server_resident_kib());
    const auto each = [&] {
        return (static_cast<double>(committee.server_resident_kib()) - base) / clients;
    };
    double before = 0;
    double after = 0;
    client::WireClient wires;
    std::unique_ptr<sync::Executor::Timer> timer;
    const auto told = [&] {
        if (timer || !have(callers, &Caller::Moments::caught_up)) {
            return;
        }
        before = each();
        timer = wires.executor().after(idle_time, [&] {
            after = each();
            wires.stop();
        });
    };
    drive(
        wires,
        [&] {
            for (const auto& caller : callers) {
                caller->call(wires, told);
            }
        },
        [&] { return after != 0; }, patience);
    demand_no_trouble(callers);
    const BareServer bare{folder.path() / "bare", BareAnswer::its_sender};
    const double limit = bare_idle_kib(bare, clients, idle_time);
    figures.add("W7", {after, limit});
    figures.add("W7 before idling", {before, limit});
    figures.note("W7: the server without clients is " + std::to_string(static_cast<int>(base)) +
                 " KiB");
}

}  // namespace zhibu::bench
