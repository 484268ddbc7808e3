#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>

#include "tests/bench/workload/bare_contexts.hpp"
#include "tests/bench/workload/limits.hpp"

namespace zhibu::bench {
namespace {

struct Listening {
    int socket = -1;
    sockaddr_in address{};
};

Listening listen_on_loopback() {
    Listening made;
    made.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    made.address.sin_family = AF_INET;
    made.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof made.address;
    auto* generic = reinterpret_cast<sockaddr*>(&made.address);
    if (::bind(made.socket, generic, size) != 0 || ::listen(made.socket, 1) != 0 ||
        ::getsockname(made.socket, generic, &size) != 0) {
        throw std::runtime_error("bare TLS: no port");
    }
    return made;
}

/// Takes one connection and reads it to its end.
void receive_all(SSL_CTX* context, int listening) {
    const int socket = ::accept(listening, nullptr, nullptr);
    const Session session{SSL_new(context)};
    SSL_set_fd(session.get(), socket);
    if (SSL_accept(session.get()) == 1) {
        std::array<char, 65'536> buffer{};
        while (SSL_read(session.get(), buffer.data(), static_cast<int>(buffer.size())) > 0) {
        }
        SSL_shutdown(session.get());
    }
    ::close(socket);
}

}  // namespace

double bare_tls_stream(const std::vector<std::string>& parts) {
    const BarePair pair = make_bare_pair();
    const Context server = make_context(TLS_server_method(), pair.server);
    const Context client = make_context(TLS_client_method(), pair.client);
    const Listening listening = listen_on_loopback();
    std::jthread receiver{[&] { receive_all(server.get(), listening.socket); }};
    const auto start = std::chrono::steady_clock::now();
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&listening.address),
                  sizeof listening.address) != 0) {
        throw std::runtime_error("bare TLS: no connection");
    }
    const Session session{SSL_new(client.get())};
    SSL_set_fd(session.get(), socket);
    if (SSL_connect(session.get()) != 1) {
        throw std::runtime_error("bare TLS: no handshake");
    }
    for (const std::string& part : parts) {
        if (SSL_write(session.get(), part.data(), static_cast<int>(part.size())) <= 0) {
            throw std::runtime_error("bare TLS: a write failed");
        }
    }
    SSL_shutdown(session.get());
    char last = 0;
    // The receiver's own end says that it has read everything.
    while (SSL_read(session.get(), &last, 1) > 0) {
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    ::close(socket);
    receiver.join();
    ::close(listening.socket);
    return seconds;
}

}  // namespace zhibu::bench
