#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

namespace zhibu::server {

/// A connection that is not a wire yet: in TLS, or in its request.
class Newcomer {
public:
    virtual ~Newcomer() = default;

    /// All that it has sent was read: what comes next is the peer's to send.
    [[nodiscard]] virtual bool is_awaited() = 0;
    /// Ends it, by which it leaves the gate.
    virtual void give_way() = 0;
};

/// How a newcomer left the gate.
enum class GateEnd : std::uint8_t {
    wire,        // it became a wire
    failed,      // no TLS, no certificate of ours, not our request
    late,        // not done by the deadline
    silent,      // it kept others waiting, and gave way
    left_first,  // it had gone before it was looked at
};

/// As monitoring names them, in their order.
inline constexpr std::array<std::string_view, 5> gate_ends{"wire", "failed", "late", "silent",
                                                           "left_first"};

/// How many newcomers are let in together. A storm of devices is served one after the other, the
/// rest waits in the system's queue: memory is bounded, and a wire that stands waits for no more
/// than these. Where all places are taken and somebody waits, newcomers that are silent for too
/// long give way, so that peers which connect and say nothing keep nobody out. Holds no socket and
/// no clock. Threads: not synchronised; confined to the listener's executor.
class Gate {
public:
    using Moment = std::chrono::steady_clock::time_point;
    using Ticket = std::uint64_t;

    /// What a newcomer has while others wait, as far as it is up to the peer: some round trips, and
    /// a lost packet, which is sent again after a second.
    static constexpr std::chrono::milliseconds patience{2'000};
    /// The least between two looks.
    static constexpr std::chrono::milliseconds look_again{100};

    /// @param places  at least 1 (checked)
    explicit Gate(std::size_t places) { set_places(places); }

    /// Fewer end nobody.
    void set_places(std::size_t places);

    [[nodiscard]] bool has_room() const { return inside_.size() < places_; }

    /// `newcomer` must leave() before it goes.
    [[nodiscard]] Ticket enter(Newcomer& newcomer, Moment now);
    /// Once for each ticket (checked).
    void leave(Ticket ticket, GateEnd end);
    /// Of one that did not enter.
    void note(GateEnd end);

    /// Somebody waits: if all places are taken, those give way whose patience is over and of whom
    /// nothing is unread.
    void make_room(Moment now);
    /// While there is no room: when make_room() may find some.
    [[nodiscard]] Moment next_look(Moment now) const;

    [[nodiscard]] std::size_t inside() const { return inside_.size(); }

    /// So many have left that way, since the start.
    [[nodiscard]] std::uint64_t left(GateEnd end) const {
        return left_.at(static_cast<std::size_t>(end));
    }

private:
    struct Entry {
        Newcomer* newcomer = nullptr;
        Moment since;
    };

    std::size_t places_ = 1;
    Ticket last_ = 0;
    /// Oldest first.
    std::map<Ticket, Entry> inside_;
    std::array<std::uint64_t, gate_ends.size()> left_{};
};

}  // namespace zhibu::server
