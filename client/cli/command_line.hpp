#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "client/words/words.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/disk.hpp"

namespace zhibu::client {

/// What the program takes from the system, and what holds where its words say nothing else.
struct Surroundings {
    std::filesystem::path folder;
    Language language = Language::zh;
    std::ostream& out;
    std::ostream& err;
    /// From any thread.
    record::Clock& clock;
    record::Random& random;
    vault::Disk& disk;
};

/// Reads the words that follow the program's name, does what they ask for, and returns the exit
/// code: an Exit's number. Words that cannot be understood change nothing.
[[nodiscard]] int run_command_line(std::vector<std::string> words,
                                   const Surroundings& surroundings);

}  // namespace zhibu::client
