#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"

/// The server's numbers for Prometheus: no names and no values of records; devices by id alone.
namespace zhibu::server {

/// How long something took, counted in buckets. Threads: not synchronised.
class Histogram {
public:
    /// Upper ends in seconds: from a fast disk's sync to what nobody should wait.
    static constexpr std::array<double, 12> ends{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                 0.05,   0.1,   0.25,   0.5,   1.0,  5.0};

    void note(std::chrono::microseconds duration);
    /// The lines of one metric in the exposition format.
    [[nodiscard]] std::string text(std::string_view name, std::string_view help) const;

private:
    /// The last one is for all that is longer.
    std::array<std::uint64_t, ends.size() + 1> counts_{};
    std::chrono::microseconds sum_{0};
};

/// What is read anew at each scrape.
struct Gauges {
    std::size_t sessions = 0;
    LogIndex head;
    LogIndex backed_up;
    Instant now;
    /// Sockets of devices, whatever they have come to.
    std::size_t connections = 0;
    /// Of these, those that are not wires yet.
    std::size_t handshakes = 0;
    /// Held by the system until they are taken.
    std::size_t connections_waiting = 0;
    /// What became of those that were taken, a word each, since the start.
    std::vector<std::pair<std::string_view, std::uint64_t>> handshake_ends;
    /// Devices that were told to come later, and sessions that ended for another device's turn.
    std::uint64_t put_off = 0;
    std::uint64_t gave_way = 0;
    /// How far each connected device's replica is behind the log, by what it was sent.
    std::vector<std::pair<DeviceId, std::uint64_t>> lags;
};

/// What has been counted since the start. Threads: any.
class Metrics {
public:
    void note(const CommitMeasure& measure);

    /// All metrics in Prometheus' text exposition format, version 0.0.4.
    [[nodiscard]] std::string text(const Gauges& gauges) const;

private:
    mutable std::mutex mutex_;
    Histogram commits_;
    Histogram syncs_;
    std::uint64_t groups_ = 0;
    std::uint64_t failures_ = 0;
    std::map<VerdictSort, std::uint64_t> verdicts_;
    std::uint64_t waiting_groups_ = 0;
    std::optional<Instant> oldest_waiting_;
};

}  // namespace zhibu::server
