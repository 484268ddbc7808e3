#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace zhibu::server {

/// A peer that keeps to nothing: a blocking socket to 127.0.0.1 that gives up after five seconds.
class RawSocket {
public:
    explicit RawSocket(std::uint16_t port);
    ~RawSocket();
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    void write(std::string_view bytes) const;
    /// Ends the connection with a reset.
    void reset();
    /// Everything until the other side ends the connection; `ended()` tells whether it did.
    [[nodiscard]] std::string read_all();

    [[nodiscard]] bool ended() const { return ended_; }

    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
    bool ended_ = false;
};

/// TLS over such a socket. It checks no certificate and has none.
class RawTls {
public:
    /// @param session  to be resumed, or none
    RawTls(std::uint16_t port, int version_max, SSL_SESSION* session = nullptr);

    /// Whether TLS stands, as far as this side knows.
    [[nodiscard]] bool stands() const { return stands_; }

    /// Whether the connection took them all.
    bool write(std::string_view bytes);
    /// Some bytes; empty at the end of the connection.
    [[nodiscard]] std::string read_some();
    [[nodiscard]] std::string read_all();
    /// Asks for the WebSocket target and returns the answer's head.
    [[nodiscard]] std::string upgrade(std::string_view target, std::string_view behind = {});

    [[nodiscard]] SSL* ssl() { return ssl_.get(); }

    void reset() { socket_.reset(); }

private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    RawSocket socket_;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::unique_ptr<SSL, Free> ssl_;
    bool stands_ = false;
};

}  // namespace zhibu::server
