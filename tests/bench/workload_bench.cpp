#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/workload/bare_crowd.hpp"
#include "tests/bench/workload/workloads.hpp"

/// The workloads, each beside its limit in the same run: what the product takes for a day's work,
/// everything on, as a multiple of what the machine needs at the least.
///   zhibu_workload_bench [W1 ... W7] [--rounds N]
/// A line to read and one of JSON for each figure. A round whose contents differ at the end is no
/// figure.
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

int run(std::vector<std::string> words) {
    std::size_t count = 3;
    const auto option = std::ranges::find(words, "--rounds");
    if (option != words.end() && option + 1 != words.end()) {
        count = std::stoul(*(option + 1));
        words.erase(option, option + 2);
    }
    const Program server =
        std::filesystem::canonical("/proc/self/exe").parent_path() / "zhibu-server";
    Figures figures;
    for (std::size_t round = 0; round < count; ++round) {
        for (const Workload& workload : workloads) {
            if (words.empty() || std::ranges::find(words, workload.name) != words.end()) {
                workload.round(server, figures);
            }
        }
    }
    figures.print();
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace zhibu::bench

int main(int count, char** words) {
    using namespace zhibu::bench;
    try {
        if (count == 4 && words[1] == bare_server_word) {
            run_bare_server(words[2], std::string_view{words[3]} == "sender"
                                          ? BareAnswer::its_sender
                                          : BareAnswer::all_others);
        }
        return run({words + 1, words + count});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return EXIT_FAILURE;
    }
}
