#include "tests/bench/workload/storm.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/agent/backoff.hpp"
#include "shared/keys/system.hpp"
#include "tests/bench/workload/bare_crowd.hpp"
#include "tests/bench/workload/committee.hpp"
#include "tests/bench/workload/fleet.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::bench {
namespace {

constexpr double target_seconds = 60;
constexpr std::chrono::seconds patience{600};
/// Of one draft of the officer's.
constexpr std::size_t branches_together = 500;
/// Beside a socket for each device.
constexpr std::size_t other_descriptors = 256;

double seconds_between(Moment from, Moment until) {
    return std::chrono::duration<double>(until - from).count();
}

/// The server inherits it.
void demand_descriptors(std::size_t devices) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (devices + other_descriptors > limit.rlim_max || ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw std::runtime_error("a storm of " + std::to_string(devices) + " devices wants " +
                                 std::to_string(devices + other_descriptors) +
                                 " open files; the hard limit is " +
                                 std::to_string(limit.rlim_max) + " (ulimit -Hn)");
    }
}

/// One device in the storm, and how it tries again.
struct Guest {
    Caller* caller = nullptr;
    std::unique_ptr<sync::Executor::Timer> next_call;
    /// Its group is acknowledged and both ends stand at one index.
    std::optional<Moment> served;
    /// Attempts that ended before that.
    unsigned turned_away = 0;
};

/// The storm itself, on the wires' executor.
class Storm {
public:
    Storm(const std::vector<std::unique_ptr<Caller>>& callers, std::chrono::seconds arrival)
        : guests_(callers.size()), arrival_{arrival} {
        for (std::size_t at = 0; at < callers.size(); ++at) {
            guests_[at].caller = callers[at].get();
        }
    }

    void rage() {
        drive(
            wires_,
            [this] {
                for (std::size_t at = 0; at < guests_.size(); ++at) {
                    call_after(guests_[at], arrival_ * at / guests_.size());
                }
            },
            [this] { return is_over(); }, patience);
        if (!refused_for_good_.empty()) {
            throw std::runtime_error("refused for good: " + refused_for_good_);
        }
    }

    [[nodiscard]] const std::vector<Guest>& guests() const { return guests_; }

private:
    template <class Delay>
    void call_after(Guest& guest, Delay delay) {
        guest.next_call = wires_.executor().after(
            std::chrono::duration_cast<std::chrono::milliseconds>(delay),
            [this, &guest] { guest.caller->call(wires_, [this, &guest] { look_at(guest); }); });
    }

    void look_at(Guest& guest) {
        const auto& ended = guest.caller->ended();
        const Caller::Moments& moments = guest.caller->moments();
        if (!guest.served && moments.acknowledged && moments.caught_up && !ended) {
            guest.served = std::chrono::steady_clock::now();
            ++served_;
        } else if (!guest.served && ended) {
            ++guest.turned_away;
            if (client::worth_retrying(*ended)) {
                call_after(guest, client::backoff_delay(guest.turned_away, random_));
            } else {
                refused_for_good_ = guest.caller->trouble();
            }
        }
        if (is_over()) {
            wires_.stop();
        }
    }

    [[nodiscard]] bool is_over() const {
        return served_ == guests_.size() || !refused_for_good_.empty();
    }

    // Before the guests, whose timers are its own.
    client::WireClient wires_;
    std::vector<Guest> guests_;
    std::chrono::seconds arrival_;
    keys::SystemRandom random_;
    std::size_t served_ = 0;
    std::string refused_for_good_;
};

struct Figure {
    double total = 0;
    double p50 = 0;
    double p99 = 0;
};

void print(const StormWish& wish, const Figure& product, const Figure& limit,
           unsigned long turned_away, const std::string& server) {
    std::printf(
        "storm: %zu devices within %lld s: the last is served after %.2f s (target %.0f), p50 %.2f "
        "s, p99 %.2f s, %lu times turned away for now, none for good; bare TLS %.2f s\n",
        wish.devices, static_cast<long long>(wish.arrival.count()), product.total, target_seconds,
        product.p50, product.p99, turned_away, limit.total);
    std::printf(
        R"({"workload": "storm", "devices": %zu, "arrival_s": %lld, "total_s": %.3f, )"
        R"("target_s": %.0f, "p50_s": %.3f, "p99_s": %.3f, "limit_total_s": %.3f, )"
        R"("limit_p99_s": %.3f, "ratio": %.2f, "refused_for_now": %lu, "refused_for_good": 0, %s})"
        "\n",
        wish.devices, static_cast<long long>(wish.arrival.count()), product.total, target_seconds,
        product.p50, product.p99, limit.total, limit.p99, product.total / limit.total, turned_away,
        server.c_str());
}

}  // namespace

void storm(const Program& server, const StormWish& wish) {
    demand_descriptors(wish.devices);
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server};
    std::vector<record::RecordId> branches;
    while (branches.size() < wish.devices) {
        const auto more =
            committee.add_branches(std::min(branches_together, wish.devices - branches.size()));
        branches.insert(branches.end(), more.begin(), more.end());
    }
    const auto ids = enter(committee.officer(), people_for(wish.devices, branches)).second;
    static_cast<void>(committee.officer().synchronise());
    const auto callers = enrol_fleet(committee, branches);
    // While they are away: an edit of the committee's in each branch, and one made offline there.
    static_cast<void>(edit(committee.officer(), ids, "party_post",
                           [](std::size_t) { return record::Value{std::string{"51"}}; }));
    static_cast<void>(committee.officer().synchronise());
    for (std::size_t number = 0; number < ids.size(); ++number) {
        callers[number]->make_group(mobile_change(ids[number], number));
    }

    const double resident_before = static_cast<double>(committee.server_resident_kib()) / 1024;
    const double processor_before = committee.server_processor_seconds();
    committee.forget_server_resident_kib_most();
    Storm raging{callers, wish.arrival};
    raging.rage();
    const double processor = committee.server_processor_seconds() - processor_before;
    const double left_first =
        committee.metric(R"(zhibu_handshakes_total{end="left_first"})").value();
    const double resident_most = static_cast<double>(committee.server_resident_kib_most()) / 1024;

    Figure product;
    std::vector<double> times;
    Moment first = Moment::max();
    Moment last = Moment::min();
    unsigned long turned_away = 0;
    for (const Guest& guest : raging.guests()) {
        first = std::min(first, *guest.caller->moments().called);
        last = std::max(last, *guest.served);
        times.push_back(seconds_between(*guest.caller->moments().called, *guest.served));
        turned_away += guest.turned_away;
        if (guest.caller->heard().empty()) {
            throw std::runtime_error("a device has not heard of the committee's edit");
        }
    }
    product = {seconds_between(first, last), percentile(times, 50), percentile(times, 99)};
    demand_edited(committee.officer(), ids);
    const BareServer bare{folder.path() / "bare", BareAnswer::its_sender};
    const CrowdTimes crowd = bare_push(bare, wish.devices, callers.front()->made_bytes());
    std::array<char, 256> server_words{};
    std::snprintf(server_words.data(), server_words.size(),
                  R"("left_before_their_turn": %.0f, "server_mib_before": %.1f, )"
                  R"("server_mib_most": %.1f, "server_cpu_s": %.2f)",
                  left_first, resident_before, resident_most, processor);
    print(wish, product, {crowd.total, percentile(crowd.each, 50), percentile(crowd.each, 99)},
          turned_away, server_words.data());
}

}  // namespace zhibu::bench
