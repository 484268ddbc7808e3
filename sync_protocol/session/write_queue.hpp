#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace zhibu::sync {

/// What a wire has still to write: messages in order, at most one of them in the hands of the
/// operating system. Holds no socket; both ends' wires are a thin shell around one.
/// Threads: not synchronised; confined to the wire's executor.
class WriteQueue {
public:
    using Message = std::vector<std::uint8_t>;

    /// @param unsent_bytes_max  a message that would exceed it is refused
    explicit WriteQueue(std::size_t unsent_bytes_max) : unsent_bytes_max_{unsent_bytes_max} {}

    enum class Push : std::uint8_t {
        queued,
        closed,  // after close() or drop(); the message is forgotten
        full,    // the peer does not take what is sent; the message is forgotten
    };

    [[nodiscard]] Push push(Message message);

    /// The next message to write; none while one is being written or nothing waits.
    /// It stays where it is until end_write(), whatever else is called.
    [[nodiscard]] const Message* begin_write();

    /// The message of begin_write() has been taken, or its writing has failed.
    void end_write();

    /// Takes no more; what waits is still to be written.
    void close() { closed_ = true; }

    /// Takes no more and forgets what waits, but not the message that is being written: the
    /// operation under way still reads it.
    void drop();

    [[nodiscard]] bool is_closed() const { return closed_; }

    /// Nothing waits and nothing is being written.
    [[nodiscard]] bool empty() const { return messages_.empty(); }

    /// Of all messages that are not yet taken, the one being written included.
    [[nodiscard]] std::size_t unsent_bytes() const { return unsent_bytes_; }

private:
    std::size_t unsent_bytes_max_;
    std::deque<Message> messages_;
    std::size_t unsent_bytes_ = 0;
    bool writing_ = false;
    bool closed_ = false;
};

}  // namespace zhibu::sync
