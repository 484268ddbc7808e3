#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "tests/bench/workload/device.hpp"
#include "tests/bench/workload/figures.hpp"
#include "tests/bench/workload/people.hpp"
#include "tests/bench/workload/process.hpp"

/// One round of each workload: an empty space in a new folder, the product, its limit, and the
/// comparison of what both ends hold. What goes wrong ends the bench. Source: docs/performance.md.
namespace zhibu::bench {

/// Of people, edits and all else that is made.
inline constexpr std::uint64_t seed = 20'261'125;
inline constexpr std::size_t group_size = 100;

/// The server's program.
using Program = std::filesystem::path;

void first_push(const Program& server, Figures& figures);  // W1
void first_pull(const Program& server, Figures& figures);  // W2
void edits(const Program& server, Figures& figures);       // W3
void crowd(const Program& server, Figures& figures);       // W4
void fan_out(const Program& server, Figures& figures);     // W5
void merges(const Program& server, Figures& figures);      // W6
void idle(const Program& server, Figures& figures);        // W7

struct GrowthWish {
    /// In the stores, the smallest first.
    std::vector<std::size_t> records{10'000, 100'000, 1'000'000};
    std::size_t rounds = 3;
};

/// What a change costs in W1 to W3 while so many records are there already, and the memory that W2
/// takes at both ends. The stores are filled once and serve all rounds.
void growth(const Program& server, const GrowthWish& wish, Figures& figures);

/// The word that makes this program a fresh device that pulls; folder and password file follow.
inline constexpr std::string_view pull_word = "--pull";

/// Prints what growth() asks of it.
void pull_alone(const std::filesystem::path& folder, const std::filesystem::path& password);

/// So many people, spread over the branches in turn.
[[nodiscard]] std::vector<MadePerson> people_for(std::size_t count,
                                                 const std::vector<record::RecordId>& branches,
                                                 std::size_t first = 0);

/// New people as groups of a hundred; returns what the device took, and their ids.
std::pair<Spent, std::vector<record::RecordId>> enter(Device& device,
                                                      const std::vector<MadePerson>& people);

/// One field of each in groups of a hundred; returns what the device took.
Spent edit(Device& device, const std::vector<record::RecordId>& ids, std::string_view field,
           const std::function<record::Value(std::size_t)>& value);

/// Another mobile number, of that number, for the person.
[[nodiscard]] record::Change mobile_change(const record::RecordId& id, std::size_t number);

/// Ends the bench unless the officer's replica equals the server's store, and holds for each of
/// these the mobile number of its own place in the list.
void demand_edited(Device& officer, const std::vector<record::RecordId>& ids);

}  // namespace zhibu::bench
