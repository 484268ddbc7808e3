#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/session/wire.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::both_ends {

/// What befalls a line.
struct Course {
    /// What arrives in place of a message, none or several; empty: what was sent.
    using Change = std::function<std::vector<sync::Bytes>(sync::Bytes)>;

    /// It breaks within the byte, of both directions together, that comes after so many.
    std::optional<std::size_t> bytes_max = std::nullopt;
    /// It breaks in place of the message that comes after so many.
    std::optional<std::size_t> messages_max = std::nullopt;
    Change to_client = {};
    Change to_server = {};
};

/// A connection between a client's and a server's session. Messages arrive whole and in order; of
/// one that a break cuts in two, nothing arrives. Threads: confined to the executor.
class Line : public std::enable_shared_from_this<Line> {
public:
    Line(support::HandExecutor& executor, std::unique_ptr<sync::WireEvents> server,
         sync::WireEvents& client, Course course);
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    /// Both ends are told, the server first.
    void open(const sync::PeerIdentity& client, const sync::PeerIdentity& server);
    /// It breaks now, unless it is over.
    void lose();

    [[nodiscard]] bool is_over() const { return over_; }

    /// What has arrived, in both directions.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    [[nodiscard]] std::size_t messages() const { return messages_; }

private:
    enum class Side : std::uint8_t { client, server };
    class End;

    void carry(Side to, sync::Bytes message);
    void arrive(Side to, sync::Bytes message);
    void close(Side by);
    void end(sync::WireFault told_client, sync::WireFault told_server);

    support::HandExecutor& executor_;
    std::unique_ptr<sync::WireEvents> server_;
    sync::WireEvents& client_;
    Course course_;
    std::unique_ptr<End> clients_wire_;
    std::unique_ptr<End> servers_wire_;
    std::size_t bytes_ = 0;
    std::size_t messages_ = 0;
    bool over_ = false;
};

}  // namespace zhibu::both_ends
