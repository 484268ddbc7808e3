#include "tests/client/agent/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

namespace zhibu::client::test {
namespace {

/// Source: RFC 6455, 1.3.
constexpr std::string_view handshake_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string accept_word(const std::string& key) {
    const std::string joined = key + std::string{handshake_guid};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(joined.data(), joined.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 64> text{};
    const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
    return {text.begin(), text.begin() + length};
}

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};

std::unique_ptr<BIO, FreeBio> bio_of(std::string_view pem) {
    return std::unique_ptr<BIO, FreeBio>{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

void use_identity(SSL_CTX* context, const std::string& chain, std::string_view key_pem) {
    const auto certificates = bio_of(chain);
    X509* leaf = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context, leaf);
    X509_free(leaf);
    while (X509* above = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)) {
        SSL_CTX_add1_chain_cert(context, above);
        X509_free(above);
    }
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio_of(key_pem).get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context, key);
    EVP_PKEY_free(key);
}

}  // namespace

RawServer::Connection::Connection(SSL_CTX* context, int descriptor)
    : descriptor_{descriptor}, ssl_{SSL_new(context)} {
    SSL_set_fd(ssl_.get(), descriptor_);
}

bool RawServer::Connection::accept() {
    if (SSL_accept(ssl_.get()) != 1) {
        return false;
    }
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
        const std::string some = read_some();
        if (some.empty()) {
            return false;
        }
        head += some;
    }
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    const auto from = head.find(name) + name.size();
    key_ = head.substr(from, head.find("\r\n", from) - from);
    return true;
}

void RawServer::Connection::upgrade(std::string_view behind) {
    write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_word(key_) + "\r\n\r\n" + std::string{behind});
}

void RawServer::Connection::write(std::string_view bytes) {
    std::size_t written = 0;
    while (!bytes.empty() && SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1) {
        bytes.remove_prefix(written);
    }
}

std::string RawServer::Connection::read_some() {
    std::string some(65'536, '\0');
    std::size_t got = 0;
    if (SSL_read_ex(ssl_.get(), some.data(), some.size(), &got) != 1) {
        got = 0;
    }
    some.resize(got);
    return some;
}

void RawServer::Connection::wait_for_the_end() {
    while (!read_some().empty()) {
    }
}

void RawServer::Connection::reset() {
    const linger at_once{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    // Half of the reset; the close that sends it follows when the script ends.
    SSL_set_quiet_shutdown(ssl_.get(), 1);
}

RawServer::RawServer(const support::TlsSpace& space, const keys::Issuer& key, Script script)
    : context_{SSL_CTX_new(TLS_server_method())}, listening_{::socket(AF_INET, SOCK_STREAM, 0)} {
    // OpenSSL writes to sockets without MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    use_identity(context_.get(), space.server_chain(key), key.key.to_pem().text());
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    void* named = &address;
    socklen_t size = sizeof address;
    static_cast<void>(::bind(listening_, static_cast<sockaddr*>(named), size));
    static_cast<void>(::listen(listening_, 1));
    static_cast<void>(::getsockname(listening_, static_cast<sockaddr*>(named), &size));
    port_ = ntohs(address.sin_port);
    const timeval patience{10, 0};
    setsockopt(listening_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    thread_ = std::jthread{[this, patience, script = std::move(script)] {
        const int descriptor = ::accept(listening_, nullptr, nullptr);
        if (descriptor < 0) {
            return;
        }
        // Who comes back finds nobody, at once.
        ::shutdown(listening_, SHUT_RDWR);
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        {
            Connection connection{context_.get(), descriptor};
            script(connection);
        }
        ::close(descriptor);
    }};
}

RawServer::~RawServer() {
    thread_.join();
    ::close(listening_);
}

}  // namespace zhibu::client::test
