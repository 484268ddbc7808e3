#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tests/bench/workload/bare_contexts.hpp"

namespace zhibu::bench {

/// One TLS connection over a socket that never blocks, carrying messages behind their length.
class BareLink {
public:
    /// Owns the socket. @param accepts  this end is the server
    BareLink(SSL_CTX* context, int socket, bool accepts);
    ~BareLink();
    BareLink(const BareLink&) = delete;
    BareLink& operator=(const BareLink&) = delete;

    [[nodiscard]] int socket() const { return socket_; }

    [[nodiscard]] bool stands() const { return stands_; }

    /// Takes what the socket has: goes on with the handshake, or hands out whole messages. False:
    /// the other end is gone.
    [[nodiscard]] bool take(const std::function<void(std::span<const std::uint8_t>)>& message);

    /// Waits where the socket is full.
    void send(std::span<const std::uint8_t> message);

private:
    int socket_;
    Session session_;
    bool stands_ = false;
    std::vector<std::uint8_t> buffer_;
};

/// epoll over links, by their addresses.
class BareLoop {
public:
    BareLoop();
    ~BareLoop();
    BareLoop(const BareLoop&) = delete;
    BareLoop& operator=(const BareLoop&) = delete;

    /// `link` comes back from wait().
    void watch(int socket, void* link) const;

    /// Those with something to take; waits for one.
    [[nodiscard]] std::vector<void*> wait() const;

private:
    int epoll_;
};

}  // namespace zhibu::bench
