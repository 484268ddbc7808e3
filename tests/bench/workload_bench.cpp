#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/workload/bare_crowd.hpp"
#include "tests/bench/workload/workloads.hpp"

/// The workloads, each beside its limit in the same run: what the product takes for a day's work,
/// everything on, as a multiple of what the machine needs at the least.
///   zhibu_workload_bench [W1 ... W7] [growth] [--rounds N] [--records N,N,N]
/// Growth alone must be named: it takes half an hour. `--records` are its stores. A line to read
/// and one of JSON for each figure. A round whose contents differ at the end is no figure.
namespace zhibu::bench {
namespace {

struct Workload {
    std::string_view name;
    void (*round)(const Program&, Figures&);
};

constexpr std::array<Workload, 7> workloads{{{"W1", &first_push},
                                             {"W2", &first_pull},
                                             {"W3", &edits},
                                             {"W4", &crowd},
                                             {"W5", &fan_out},
                                             {"W6", &merges},
                                             {"W7", &idle}}};

/// Takes the option and its value out of the words.
std::optional<std::string> option(std::vector<std::string>& words, std::string_view name) {
    const auto found = std::ranges::find(words, name);
    if (found == words.end() || found + 1 == words.end()) {
        return std::nullopt;
    }
    std::string value = *(found + 1);
    words.erase(found, found + 2);
    return value;
}

GrowthWish growth_wish(std::vector<std::string>& words, std::size_t rounds) {
    GrowthWish wish;
    wish.rounds = rounds;
    if (const auto records = option(words, "--records")) {
        wish.records.clear();
        std::istringstream list{*records};
        for (std::string count; std::getline(list, count, ',');) {
            wish.records.push_back(std::stoul(count));
        }
        std::ranges::sort(wish.records);
    }
    return wish;
}

int run(std::vector<std::string> words) {
    const std::size_t rounds = std::stoul(option(words, "--rounds").value_or("3"));
    const GrowthWish wish = growth_wish(words, rounds);
    const Program server =
        std::filesystem::canonical("/proc/self/exe").parent_path() / "zhibu-server";
    const auto named = [&](std::string_view name) {
        return std::ranges::find(words, name) != words.end();
    };
    Figures figures;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const Workload& workload : workloads) {
            if (words.empty() || named(workload.name)) {
                workload.round(server, figures);
            }
        }
    }
    if (named("growth")) {
        growth(server, wish, figures);
    }
    figures.print();
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace zhibu::bench

int main(int count, char** words) {
    using namespace zhibu::bench;
    try {
        serve_if_bare(count, words);
        if (count == 4 && words[1] == pull_word) {
            pull_alone(words[2], words[3]);
            return EXIT_SUCCESS;
        }
        return run({words + 1, words + count});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return EXIT_FAILURE;
    }
}
