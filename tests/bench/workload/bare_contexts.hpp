#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace zhibu::bench {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

struct FreeSession {
    void operator()(SSL* session) const { SSL_free(session); }
};

using Context = std::unique_ptr<SSL_CTX, FreeContext>;
using Session = std::unique_ptr<SSL, FreeSession>;

/// One end's certificate and key, and whom it trusts, in PEM.
struct BareIdentity {
    std::string certificate;
    std::string key;
    std::string trusted;
};

/// A server's and a client's, P-256, each below an authority of its own.
struct BarePair {
    BareIdentity server;
    BareIdentity client;
};

[[nodiscard]] BarePair make_bare_pair();

/// TLS 1.3 alone, without tickets, with both certificates. Errors are the bench's own: thrown.
[[nodiscard]] Context make_context(const SSL_METHOD* method, const BareIdentity& identity);

}  // namespace zhibu::bench
