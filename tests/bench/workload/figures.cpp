#include "tests/bench/workload/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "shared/record/check.hpp"

namespace zhibu::bench {
namespace {

struct Known {
    std::string_view name;
    std::string_view unit;
    /// How many times the limit is good enough; 0: a figure beside the others, without a target.
    double target = 0;
};

/// The most that a change may cost in a large store, as a multiple of what it costs in a small one.
constexpr double growth_most = 1.3;

constexpr std::array<Known, 30> known_figures{{{"W1", "s", 5},
                                               {"W2", "s", 4},
                                               {"W3a", "s", 2.5},
                                               {"W3b", "s", 2.5},
                                               {"W4 total", "s", 2},
                                               {"W4 p50", "s", 0},
                                               {"W4 p99", "s", 2},
                                               {"W5 p50", "ms", 2},
                                               {"W5 p99", "ms", 2.5},
                                               {"W5 last", "ms", 0},
                                               {"W6", "s", 4},
                                               {"W7", "KiB", 1.5},
                                               {"W7 before idling", "KiB", 0},
                                               {"growth W1a", "us", growth_most},
                                               {"growth W1a processor", "us", growth_most},
                                               {"growth W1b", "us", growth_most},
                                               {"growth W1b processor", "us", growth_most},
                                               {"growth W2", "us", growth_most},
                                               {"growth W2 processor", "us", growth_most},
                                               {"growth W3a", "us", growth_most},
                                               {"growth W3a processor", "us", growth_most},
                                               {"growth W3b", "us", growth_most},
                                               {"growth W3b processor", "us", growth_most},
                                               {"growth W1b server", "us", growth_most},
                                               {"growth W2 server", "us", growth_most},
                                               {"growth W3b server", "us", growth_most},
                                               {"growth comparison processor", "us", growth_most},
                                               {"growth comparison server", "us", growth_most},
                                               {"memory W2 client", "MiB", 1},
                                               {"memory W2 server", "MiB", 1}}};

const Known& known(std::string_view name) {
    const auto* found = std::ranges::find(known_figures, name, &Known::name);
    ZHIBU_CHECK(found != known_figures.end());
    return *found;
}

}  // namespace

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.at(values.size() / 2);
}

double percentile(std::vector<double> values, double percent) {
    std::ranges::sort(values);
    const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
    return values.at(static_cast<std::size_t>(std::max(rank, 1.0)) - 1);
}

void Figures::add(const std::string& name, const Round& round, std::size_t records) {
    static_cast<void>(known(name));
    rounds_[{name, records}].push_back(round);
}

void Figures::print() const {
    for (const auto& [place, all] : rounds_) {
        const auto& [name, records] = place;
        const Known& figure = known(name);
        const std::string unit{figure.unit};
        std::vector<double> product;
        std::vector<double> limit;
        std::vector<double> ratio;
        for (const Round& round : all) {
            product.push_back(round.product);
            limit.push_back(round.limit);
            ratio.push_back(round.product / round.limit);
        }
        const std::string target =
            figure.target == 0 ? "null" : std::to_string(figure.target).substr(0, 3);
        const std::string in_store = records == 0 ? "" : std::to_string(records);
        std::printf("%-20s %7s %9.3f %s, limit %9.3f %s: %5.2f times%s\n", name.c_str(),
                    in_store.c_str(), median(product), unit.c_str(), median(limit), unit.c_str(),
                    median(ratio), figure.target == 0 ? "" : (", target " + target).c_str());
        std::printf(R"({"workload": "%s", %s"median_%s": %.4f, "limit_%s": %.4f, "ratio": %.2f, )"
                    R"("target": %s, "rounds": %zu})"
                    "\n",
                    name.c_str(), records == 0 ? "" : (R"("records": )" + in_store + ", ").c_str(),
                    unit.c_str(), median(product), unit.c_str(), median(limit), median(ratio),
                    target.c_str(), all.size());
    }
    for (const std::string& words : notes_) {
        std::printf("%s\n", words.c_str());
    }
}

}  // namespace zhibu::bench
