#include "tests/server/listener/raw_tls.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace zhibu::server {

RawSocket::RawSocket(std::uint16_t port) : descriptor_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const timeval patience{5, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    void* named = &address;
    static_cast<void>(::connect(descriptor_, static_cast<sockaddr*>(named), sizeof address));
}

RawSocket::~RawSocket() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

void RawSocket::reset() {
    const linger at_once{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(descriptor_, -1));
}

void RawSocket::write(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string RawSocket::read_all() {
    std::string all;
    std::array<char, 4'096> buffer{};
    ssize_t got = 0;
    while ((got = ::recv(descriptor_, buffer.data(), buffer.size(), 0)) > 0) {
        all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ended_ = got == 0 || errno == ECONNRESET;
    return all;
}

RawTls::RawTls(std::uint16_t port, int version_max, SSL_SESSION* session)
    : socket_{port}, context_{SSL_CTX_new(TLS_client_method())}, ssl_{nullptr} {
    // OpenSSL writes to sockets without MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.descriptor());
    if (session != nullptr) {
        SSL_set_session(ssl_.get(), session);
    }
    stands_ = SSL_connect(ssl_.get()) == 1;
}

bool RawTls::write(std::string_view bytes) {
    std::size_t written = 0;
    while (!bytes.empty() && SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1) {
        bytes.remove_prefix(written);
    }
    return bytes.empty();
}

std::string RawTls::read_some() {
    std::string some(65'536, '\0');
    std::size_t got = 0;
    if (SSL_read_ex(ssl_.get(), some.data(), some.size(), &got) != 1) {
        got = 0;
    }
    some.resize(got);
    return some;
}

std::string RawTls::read_all() {
    std::string all;
    for (std::string some = read_some(); !some.empty(); some = read_some()) {
        all += some;
    }
    return all;
}

std::string RawTls::upgrade(std::string_view target, std::string_view behind) {
    write("GET " + std::string{target} +
          " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
          std::string{behind});
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
        const std::string some = read_some();
        if (some.empty()) {
            break;
        }
        head += some;
    }
    return head;
}

}  // namespace zhibu::server
