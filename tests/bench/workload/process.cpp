#include "tests/bench/workload/process.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
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

void forget_most_resident(pid_t process) {
    std::ofstream references{"/proc/" + std::to_string(process) + "/clear_refs"};
    // Linux: proc(5), "Reset the peak resident set size".
    references << "5" << std::flush;
    if (!references) {
        throw std::runtime_error("a process's greatest size cannot be forgotten");
    }
}

double processor_seconds(pid_t process) {
    clockid_t clock{};
    timespec taken{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &taken) != 0) {
        throw std::runtime_error("a process's processor time is not known");
    }
    return static_cast<double>(taken.tv_sec) + static_cast<double>(taken.tv_nsec) / 1e9;
}

std::string output_of(const std::string& command, const std::function<void()>& first_line) {
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        throw std::runtime_error("cannot run " + command);
    }
    std::string text;
    std::array<char, 4096> part{};
    while (std::fgets(part.data(), static_cast<int>(part.size()), pipe) != nullptr) {
        if (text.empty() && first_line) {
            first_line();
        }
        text += part.data();
    }
    if (::pclose(pipe) != 0) {
        throw std::runtime_error(command + ": " + text);
    }
    return text;
}

Spent& Spent::operator+=(const Spent& other) {
    wall += other.wall;
    processor += other.processor;
    return *this;
}

Spent spent_on(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    const double before = processor_seconds(::getpid());
    work();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
            processor_seconds(::getpid()) - before};
}

}  // namespace zhibu::bench
