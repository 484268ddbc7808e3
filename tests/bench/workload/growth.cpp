#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/workload/committee.hpp"
#include "tests/bench/workload/workloads.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::bench {
namespace {

/// A branch has about 250 members, however many branches there are.
constexpr std::size_t filled_together = 10'000;
constexpr std::size_t branches_together = 40;
/// Few beside the smallest store, so that it stays about as large as it is called.
constexpr std::size_t entered = 2'000;
constexpr double memory_mib_most = 64;

using Costs = std::map<std::string, double>;

double mib(std::uint64_t kib) { return static_cast<double>(kib) / 1024; }

/// A committee whose server and officer hold so many people.
class Grown {
public:
    Grown(const std::filesystem::path& folder, const Program& server, std::size_t records)
        : committee_{folder, server},
          password_{folder / "password"},
          fresh_{std::move(committee_.add_devices({committee_.general_branch()}).front())} {
        fresh_->close();
        fill(records);
    }

    [[nodiscard]] std::size_t records() const { return ids_.size(); }

    [[nodiscard]] double filled_seconds() const { return filled_seconds_; }

    /// Everything is measured once. @param round  counts from nought
    [[nodiscard]] Costs measure(std::size_t round, std::size_t edited) {
        Costs costs;
        first_push(costs);
        edits(costs, round, edited);
        first_pull(costs);
        return costs;
    }

private:
    Device& officer() { return committee_.officer(); }

    void fill(std::size_t records) {
        const auto start = std::chrono::steady_clock::now();
        while (ids_.size() < records) {
            const auto branches = committee_.add_branches(branches_together);
            branches_.insert(branches_.end(), branches.begin(), branches.end());
            keep(enter(officer(), people_for(std::min(filled_together, records - ids_.size()),
                                             branches, ids_.size()))
                     .second);
            static_cast<void>(officer().synchronise());
        }
        officer().demand_taken();
        filled_seconds_ =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    void keep(const std::vector<record::RecordId>& ids) {
        ids_.insert(ids_.end(), ids.begin(), ids.end());
    }

    static void put(Costs& costs, const std::string& name, const Spent& spent,
                    std::size_t changes) {
        const double microseconds = 1e6 / static_cast<double>(changes);
        costs["growth " + name] = spent.wall * microseconds;
        costs["growth " + name + " processor"] = spent.processor * microseconds;
    }

    /// Seconds of processor time that both ends have taken so far.
    struct Taken {
        double client = 0;
        double server = 0;
    };

    [[nodiscard]] Taken taken() const {
        return {processor_seconds(::getpid()), committee_.server_processor_seconds()};
    }

    static void put(Costs& costs, const std::string& name, const Spent& of_client, double of_server,
                    std::size_t changes) {
        put(costs, name, {of_client.wall, of_client.processor + of_server}, changes);
        costs["growth " + name + " server"] = of_server * 1e6 / static_cast<double>(changes);
    }

    /// Until both ends stand at one index; what comes then is the comparison of what they hold.
    void push(Costs& costs, const std::string& name, std::size_t changes) {
        Taken then;
        const Taken before = taken();
        const double wall = officer().synchronise([&] { then = taken(); });
        const Taken after = taken();
        put(costs, name, {wall, then.client - before.client}, then.server - before.server, changes);
        put(costs, "comparison", {0, after.client - then.client}, after.server - then.server,
            ids_.size());
        costs.erase("growth comparison");
    }

    void first_push(Costs& costs) {
        // Into as many branches as at first, or a group would have more in the larger stores.
        std::vector<record::RecordId> chosen;
        for (std::size_t at = 0; at < branches_together; ++at) {
            chosen.push_back(branches_[at * branches_.size() / branches_together]);
        }
        const auto made = enter(officer(), people_for(entered, chosen, ids_.size()));
        keep(made.second);
        put(costs, "W1a", made.first, entered);
        push(costs, "W1b", entered);
        officer().demand_taken();
    }

    /// Of a hundred neighbours each group, and the groups spread over all; in each round others.
    void edits(Costs& costs, std::size_t round, std::size_t count) {
        const std::size_t stride = ids_.size() / count;
        std::vector<record::RecordId> ids;
        for (std::size_t first = 0; first < count; first += group_size) {
            const std::size_t start = first * stride + round % stride * group_size;
            for (std::size_t at = start; at < start + group_size; ++at) {
                ids.push_back(ids_[at]);
            }
        }
        const auto mobile = [&](std::size_t at) {
            return record::Value{other_mobile(round * count + at)};
        };
        put(costs, "W3a", edit(officer(), ids, "mobile", mobile), count);
        push(costs, "W3b", count);
        officer().demand_taken();
        officer().synchronise_and_compare();
    }

    /// The server is started anew: what it keeps in memory is empty, and counts.
    void first_pull(Costs& costs) {
        committee_.stop_server();
        committee_.start_server();
        const std::uint64_t idle = committee_.server_resident_kib();
        committee_.forget_server_resident_kib_most();
        const double before = committee_.server_processor_seconds();
        double of_server = 0;
        std::uint64_t server_most = 0;
        std::istringstream words{
            output_of("/proc/" + std::to_string(::getpid()) + "/exe " + std::string{pull_word} +
                          " '" + fresh_->folder().string() + "' '" + password_.string() + "'",
                      [&] {
                          of_server = committee_.server_processor_seconds() - before;
                          server_most = committee_.server_resident_kib_most();
                      })};
        Spent pulled;
        std::uint64_t client_idle = 0;
        std::uint64_t client_most = 0;
        words >> pulled.wall >> pulled.processor >> client_idle >> client_most;
        put(costs, "W2", pulled, of_server, ids_.size());
        costs["memory W2 client"] = mib(client_most - client_idle);
        costs["memory W2 server"] = mib(server_most - idle);
        fresh_->open();
        fresh_->synchronise_and_compare();
        fresh_->close();
    }

    Committee committee_;
    std::filesystem::path password_;
    std::unique_ptr<Device> fresh_;
    std::vector<record::RecordId> branches_;
    std::vector<record::RecordId> ids_;
    double filled_seconds_ = 0;
};

}  // namespace

void growth(const Program& server, const GrowthWish& wish, Figures& figures) {
    const support::TemporaryDirectory folder;
    std::vector<std::unique_ptr<Grown>> stores;
    for (const std::size_t records : wish.records) {
        stores.push_back(
            std::make_unique<Grown>(folder.path() / std::to_string(records), server, records));
        const std::string words = "growth: " + std::to_string(records) +
                                  " records were entered and pushed in " +
                                  std::to_string(stores.back()->filled_seconds()) + " s";
        std::fprintf(stderr, "%s\n", words.c_str());
        figures.note(words);
    }
    for (std::size_t round = 0; round < wish.rounds; ++round) {
        Costs smallest;
        for (std::size_t at = 0; at < stores.size(); ++at) {
            const Costs costs = stores[at]->measure(round, wish.records.front());
            if (at == 0) {
                smallest = costs;
            }
            for (const auto& [name, cost] : costs) {
                const double limit =
                    name.starts_with("memory") ? memory_mib_most : smallest.at(name);
                figures.add(name, {cost, limit}, wish.records[at]);
            }
            std::fprintf(stderr, "growth: round %zu, %zu records measured\n", round + 1,
                         stores[at]->records());
        }
    }
}

void pull_alone(const std::filesystem::path& folder, const std::filesystem::path& password) {
    Device device{folder, password};
    device.forget_replica();
    // The password's derivation has left memory that nobody needs any more.
    ::malloc_trim(0);
    const std::uint64_t idle = status_kib(::getpid(), "VmRSS:");
    forget_most_resident(::getpid());
    const auto start = std::chrono::steady_clock::now();
    const double before = processor_seconds(::getpid());
    static_cast<void>(device.synchronise([&] {
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
        std::printf("%.6f %.6f %lu %lu\n", wall.count(), processor_seconds(::getpid()) - before,
                    idle, status_kib(::getpid(), "VmHWM:"));
        std::fflush(stdout);
    }));
}

}  // namespace zhibu::bench
