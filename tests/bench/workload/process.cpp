#include "tests/bench/workload/process.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace zhibu::bench {

std::uint64_t status_kib(pid_t process, std::string_view line) {
    std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
    for (std::string each; std::getline(status, each);) {
        if (each.starts_with(line)) {
            return std::stoull(each.substr(line.size()));
        }
    }
    throw std::runtime_error("a process's size is not known");
}

double processor_seconds(pid_t process) {
    std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
    std::string text;
    std::getline(file, text);
    // After the name, which may hold spaces: state and ten numbers, then user and system time.
    std::istringstream rest{text.substr(text.rfind(')') + 2)};
    std::string skipped;
    for (int field = 0; field < 11; ++field) {
        rest >> skipped;
    }
    double user = 0;
    double system = 0;
    rest >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace zhibu::bench
