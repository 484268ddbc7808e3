#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "tests/bench/workload/committee.hpp"
#include "tests/bench/workload/device.hpp"
#include "tests/bench/workload/limits.hpp"
#include "tests/bench/workload/people.hpp"
#include "tests/support/temporary_directory.hpp"

/// The workloads, each beside its limit in the same run: what the product takes for a day's work,
/// everything on, as a multiple of what the machine needs at the least.
///   zhibu_workload_bench [W1 W2 W3 W6] [--rounds N]
/// A line to read and one of JSON for each figure. A round whose contents differ at the end is no
/// figure.
namespace zhibu::bench {
namespace {

constexpr std::uint64_t seed = 20'261'125;
constexpr std::size_t group_size = 100;

/// Seconds of one round: the product's and the limit's.
struct Round {
    double product = 0;
    double limit = 0;
};

using Rounds = std::map<std::string, std::vector<Round>>;

std::filesystem::path server_program;

std::vector<MadePerson> people_for(std::size_t count, const std::vector<record::RecordId>& branches,
                                   std::size_t first = 0) {
    std::vector<MadePerson> people;
    people.reserve(count);
    for (std::size_t number = first; number < first + count; ++number) {
        people.push_back(make_person(seed, number, branches[number % branches.size()]));
    }
    return people;
}

/// New people as groups of a hundred; returns the seconds that the device took, and their ids.
std::pair<double, std::vector<record::RecordId>> enter(Device& device,
                                                       const std::vector<MadePerson>& people) {
    const record::KindNumber kind = catalog::standard_catalog().kind("person").id();
    std::vector<record::RecordId> ids;
    double seconds = 0;
    for (std::size_t first = 0; first < people.size(); first += group_size) {
        client::Draft draft{"import", {}};
        for (std::size_t at = first; at < std::min(first + group_size, people.size()); ++at) {
            ids.push_back(device.with_replica(
                [](client::Replica& replica) { return replica.new_record_id(); }));
            draft.changes.push_back(
                {{kind, ids.back()}, record::Operation::create, people[at].fields});
        }
        const auto start = std::chrono::steady_clock::now();
        static_cast<void>(device.commit(draft));
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    return {seconds, std::move(ids)};
}

/// One field of each in groups of a hundred.
double edit(Device& device, const std::vector<record::RecordId>& ids, std::string_view field,
            const std::function<record::Value(std::size_t)>& value) {
    const catalog::Kind& kind = catalog::standard_catalog().kind("person");
    const record::FieldNumber number = kind.field(field).id();
    double seconds = 0;
    for (std::size_t first = 0; first < ids.size(); first += group_size) {
        client::Draft draft{"edit", {}};
        for (std::size_t at = first; at < std::min(first + group_size, ids.size()); ++at) {
            draft.changes.push_back(
                {{kind.id(), ids[at]}, record::Operation::update, {{number, value(at)}}});
        }
        const auto start = std::chrono::steady_clock::now();
        static_cast<void>(device.commit(draft));
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    return seconds;
}

/// W1: 10,000 new records made offline; the first push to an empty server.
void first_push(Rounds& rounds) {
    constexpr std::size_t count = 10'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server_program};
    const auto people = people_for(count, committee.add_branches(40));
    static_cast<void>(enter(committee.officer(), people));
    Round round;
    round.product = committee.officer().synchronise();
    committee.officer().demand_taken();
    committee.officer().synchronise_and_compare();
    round.limit = StockDatabase{folder.path() / "stock.db"}.insert(people, group_size);
    rounds["W1"].push_back(round);
}

/// W2: a fresh client pulls 100,000 records.
void first_pull(Rounds& rounds) {
    constexpr std::size_t count = 100'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server_program};
    const auto branches = committee.add_branches(400);
    auto devices = committee.add_devices({committee.general_branch()});
    const auto people = people_for(count, branches);
    static_cast<void>(enter(committee.officer(), people));
    static_cast<void>(committee.officer().synchronise());
    committee.officer().demand_taken();
    Device& fresh = *devices.front();
    fresh.forget_replica();
    Round round;
    round.product = fresh.synchronise();
    fresh.synchronise_and_compare();
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < people.size(); ++at) {
        if (at % group_size == 0) {
            parts.emplace_back();
        }
        parts.back() += people[at].json() + '\n';
    }
    round.limit = StockDatabase{folder.path() / "stock.db"}.insert(people, people.size()) +
                  bare_tls_stream(parts);
    rounds["W2"].push_back(round);
}

/// W3: 10,000 edits made offline in groups of 100 (a), then pushed (b).
void edits(Rounds& rounds) {
    constexpr std::size_t count = 10'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server_program};
    const auto people = people_for(count, committee.add_branches(40));
    const auto entered = enter(committee.officer(), people);
    static_cast<void>(committee.officer().synchronise());
    StockDatabase stock{folder.path() / "stock.db"};
    static_cast<void>(stock.insert(people, group_size));
    std::vector<std::string> mobiles;
    for (std::size_t at = 0; at < count; ++at) {
        mobiles.push_back(other_mobile(at));
    }
    Round local;
    Round push;
    local.product = edit(committee.officer(), entered.second, "mobile",
                         [&](std::size_t at) { return record::Value{mobiles[at]}; });
    push.product = committee.officer().synchronise();
    committee.officer().demand_taken();
    committee.officer().synchronise_and_compare();
    local.limit = stock.update_with_log(mobiles, group_size);
    push.limit = local.limit;
    rounds["W3a"].push_back(local);
    rounds["W3b"].push_back(push);
}

/// W6: A edits `mobile`, B edits `party_post` of the same 5,000 records, offline; A, B, A sync.
void merges(Rounds& rounds) {
    constexpr std::size_t count = 5'000;
    const support::TemporaryDirectory folder;
    Committee committee{folder.path() / "committee", server_program};
    const auto people = people_for(count, committee.add_branches(20));
    const auto entered = enter(committee.officer(), people);
    static_cast<void>(committee.officer().synchronise());
    auto devices = committee.add_devices({committee.general_branch()});
    Device& a = committee.officer();
    Device& b = *devices.front();
    static_cast<void>(b.synchronise());
    static_cast<void>(edit(a, entered.second, "mobile",
                           [](std::size_t at) { return record::Value{other_mobile(at)}; }));
    static_cast<void>(edit(b, entered.second, "party_post",
                           [](std::size_t) { return record::Value{std::string{"51"}}; }));
    Round round;
    round.product = a.synchronise() + b.synchronise() + a.synchronise();
    a.demand_taken();
    b.demand_taken();
    a.synchronise_and_compare();
    b.synchronise_and_compare();
    StockDatabase stock{folder.path() / "stock.db"};
    static_cast<void>(stock.insert(people, group_size));
    std::vector<std::string> values(count, "51");
    round.limit =
        2 * (stock.update_with_log(values, group_size) + stock.update_with_log(values, group_size));
    rounds["W6"].push_back(round);
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Workload {
    std::string_view name;
    void (*round)(Rounds&);
};

constexpr std::array<Workload, 4> workloads{
    {{"W1", &first_push}, {"W2", &first_pull}, {"W3", &edits}, {"W6", &merges}}};

const std::map<std::string, double> targets{
    {"W1", 5}, {"W2", 4}, {"W3a", 2.5}, {"W3b", 2.5}, {"W6", 4}};

void report(const Rounds& rounds) {
    for (const auto& [name, all] : rounds) {
        std::vector<double> product;
        std::vector<double> limit;
        std::vector<double> ratio;
        for (const Round& round : all) {
            product.push_back(round.product);
            limit.push_back(round.limit);
            ratio.push_back(round.product / round.limit);
        }
        std::printf("%-4s %9.3f s, limit %9.3f s: %5.2f times, target %.1f\n", name.c_str(),
                    median(product), median(limit), median(ratio), targets.at(name));
        std::printf(R"({"workload": "%s", "median_s": %.4f, "limit_s": %.4f, "ratio": %.2f, )"
                    R"("target": %.1f, "rounds": %zu})"
                    "\n",
                    name.c_str(), median(product), median(limit), median(ratio), targets.at(name),
                    all.size());
    }
}

int run(std::vector<std::string> words) {
    std::size_t count = 3;
    const auto option = std::ranges::find(words, "--rounds");
    if (option != words.end() && option + 1 != words.end()) {
        count = std::stoul(*(option + 1));
        words.erase(option, option + 2);
    }
    Rounds rounds;
    for (std::size_t round = 0; round < count; ++round) {
        for (const Workload& workload : workloads) {
            if (words.empty() || std::ranges::find(words, workload.name) != words.end()) {
                workload.round(rounds);
            }
        }
    }
    report(rounds);
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace zhibu::bench

int main(int count, char** words) {
    try {
        zhibu::bench::server_program =
            std::filesystem::canonical("/proc/self/exe").parent_path() / "zhibu-server";
        return zhibu::bench::run({words + 1, words + count});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return EXIT_FAILURE;
    }
}
