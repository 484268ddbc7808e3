#include "server/metrics/metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace zhibu::server {
namespace {

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.10g", value);
    return text.data();
}

std::string header(std::string_view name, std::string_view type, std::string_view help) {
    const std::string of{name};
    return "# HELP " + of + " " + std::string{help} + "\n# TYPE " + of + " " + std::string{type} +
           "\n";
}

std::string single(std::string_view name, std::string_view type, std::string_view help,
                   const std::string& value) {
    return header(name, type, help) + std::string{name} + " " + value + "\n";
}

std::string_view word_for(record::Outcome outcome) {
    switch (outcome) {
        case record::Outcome::accepted:
            return "accepted";
        case record::Outcome::merged:
            return "merged";
        case record::Outcome::quarantined:
            return "quarantined";
        case record::Outcome::rejected:
            return "rejected";
    }
    return "unknown";
}

/// Rules are words of this program; a label must not be broken by what is none.
std::string label(std::string_view text) {
    std::string plain;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_';
        plain += is_plain ? c : '_';
    }
    return plain;
}

/// Who comes, and how far each got.
std::string arrivals(const Gauges& gauges) {
    std::string text = single("zhibu_connections", "gauge", "Open connections of devices.",
                              std::to_string(gauges.connections));
    text += single("zhibu_handshakes", "gauge", "Of these, those still in their handshake.",
                   std::to_string(gauges.handshakes));
    text += single("zhibu_connections_waiting", "gauge",
                   "Connections that the system holds until there is room.",
                   std::to_string(gauges.connections_waiting));
    text += header("zhibu_handshakes_total", "counter", "Handshakes that are over, by their end.");
    for (const auto& [end, count] : gauges.handshake_ends) {
        text +=
            "zhibu_handshakes_total{end=\"" + label(end) + "\"} " + std::to_string(count) + "\n";
    }
    text += single("zhibu_put_off_total", "counter", "Devices that were told to come later.",
                   std::to_string(gauges.put_off));
    text += single("zhibu_gave_way_total", "counter", "Sessions ended so that others had a turn.",
                   std::to_string(gauges.gave_way));
    return text;
}

}  // namespace

void Histogram::note(std::chrono::microseconds duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    const auto bucket = std::ranges::lower_bound(ends, seconds) - ends.begin();
    ++counts_.at(static_cast<std::size_t>(bucket));
    sum_ += duration;
}

std::string Histogram::text(std::string_view name, std::string_view help) const {
    const std::string of{name};
    std::string text = header(name, "histogram", help);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        below += counts_.at(i);
        const std::string end = i < ends.size() ? number(ends.at(i)) : "+Inf";
        text += of + "_bucket{le=\"" + end + "\"} " + std::to_string(below) + "\n";
    }
    text += of + "_sum " + number(std::chrono::duration<double>(sum_).count()) + "\n";
    return text + of + "_count " + std::to_string(below) + "\n";
}

void Metrics::note(const CommitMeasure& measure) {
    const std::lock_guard lock{mutex_};
    waiting_groups_ = measure.waiting_groups;
    oldest_waiting_ = measure.oldest_waiting;
    if (!measure.is_durable) {
        ++failures_;
        return;
    }
    for (const auto& [sort, count] : measure.verdicts) {
        verdicts_[sort] += count;
        groups_ += count;
    }
    if (measure.durable_in) {
        commits_.note(measure.whole);
        syncs_.note(*measure.durable_in);
    }
}

std::string Metrics::text(const Gauges& gauges) const {
    const std::lock_guard lock{mutex_};
    std::string text = arrivals(gauges);
    text +=
        single("zhibu_sessions", "gauge", "Open sync sessions.", std::to_string(gauges.sessions));
    text += single("zhibu_log_index", "gauge", "The log's newest position.",
                   std::to_string(gauges.head.position));
    text += single("zhibu_backed_up_index", "gauge", "A verified backup holds the log up to here.",
                   std::to_string(gauges.backed_up.position));
    text +=
        commits_.text("zhibu_commit_seconds", "From taking up gathered work to its durable end.");
    text += syncs_.text("zhibu_store_sync_seconds", "The store's commit with its fsync.");
    text += single("zhibu_groups_total", "counter", "Groups decided.", std::to_string(groups_));
    text += single("zhibu_commit_failures_total", "counter",
                   "Transactions that the store did not take.", std::to_string(failures_));
    text += header("zhibu_verdicts_total", "counter",
                   "Groups decided, by outcome and the first reason.");
    for (const auto& [sort, count] : verdicts_) {
        text += "zhibu_verdicts_total{outcome=\"" + std::string{word_for(sort.outcome)} +
                "\",reason=\"" + label(sort.reason) + "\"} " + std::to_string(count) + "\n";
    }
    text += single("zhibu_quarantine_groups", "gauge", "Groups that wait for an officer.",
                   std::to_string(waiting_groups_));
    const std::int64_t age =
        oldest_waiting_ ? gauges.now.milliseconds - oldest_waiting_->milliseconds : 0;
    text += single("zhibu_quarantine_oldest_seconds", "gauge",
                   "How long the oldest of them has waited.",
                   number(static_cast<double>(std::max<std::int64_t>(age, 0)) / 1000.0));
    text += header("zhibu_device_lag", "gauge",
                   "Log positions that a connected device was not sent yet.");
    for (const auto& [device, lag] : gauges.lags) {
        text +=
            "zhibu_device_lag{device=\"" + to_text(device) + "\"} " + std::to_string(lag) + "\n";
    }
    return text;
}

}  // namespace zhibu::server
