#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "shared/keys/authority.hpp"
#include "tests/support/tls_space.hpp"

namespace zhibu::client::test {

/// A server that keeps to nothing: one TLS connection on 127.0.0.1, served by a script on a thread
/// of its own with blocking calls, which give up after ten seconds.
class RawServer {
public:
    class Connection {
    public:
        Connection(SSL_CTX* context, int descriptor);

        /// TLS, then the request for the upgrade; false where either fails.
        [[nodiscard]] bool accept();
        /// Answers the request: 101 with what the client must see, and whatever is to come behind.
        void upgrade(std::string_view behind = {});
        void write(std::string_view bytes);
        /// Some bytes; empty at the end.
        [[nodiscard]] std::string read_some();
        /// Reads until the client ends the connection.
        void wait_for_the_end();
        /// Ends the connection with a reset.
        void reset();

    private:
        struct Free {
            void operator()(SSL* ssl) const { SSL_free(ssl); }
        };

        int descriptor_;
        std::unique_ptr<SSL, Free> ssl_;
        std::string key_;
    };

    using Script = std::function<void(Connection&)>;

    RawServer(const support::TlsSpace& space, const keys::Issuer& key, Script script);
    /// Waits for the script.
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };

    std::unique_ptr<SSL_CTX, Free> context_;
    int listening_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

}  // namespace zhibu::client::test
