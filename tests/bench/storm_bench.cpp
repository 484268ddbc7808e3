#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/bench/workload/bare_crowd.hpp"
#include "tests/bench/workload/storm.hpp"

/// All enrolled devices reconnect at a window's start.
///   zhibu_storm_bench [--devices N] [--arrival SECONDS]
int main(int count, char** words) {
    using namespace zhibu::bench;
    try {
        serve_if_bare(count, words);
        StormWish wish;
        for (int at = 1; at < count; at += 2) {
            const std::string_view name{words[at]};
            if (at + 1 == count || (name != "--devices" && name != "--arrival")) {
                throw std::runtime_error("storm [--devices N] [--arrival SECONDS]");
            }
            const unsigned long number = std::stoul(words[at + 1]);
            if (name == "--devices") {
                wish.devices = number;
            } else {
                wish.arrival = std::chrono::seconds{number};
            }
        }
        storm(std::filesystem::canonical("/proc/self/exe").parent_path() / "zhibu-server", wish);
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return EXIT_FAILURE;
    }
}
