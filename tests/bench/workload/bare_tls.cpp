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

#include "shared/keys/authority.hpp"
#include "shared/keys/system.hpp"
#include "tests/bench/workload/limits.hpp"

namespace zhibu::bench {
namespace {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

struct FreeSession {
    void operator()(SSL* session) const { SSL_free(session); }
};

using Context = std::unique_ptr<SSL_CTX, FreeContext>;
using Session = std::unique_ptr<SSL, FreeSession>;

/// A context that shows `own` and demands a certificate of the same root. Its errors are the
/// bench's own: thrown.
Context make_context(const SSL_METHOD* method, const keys::Issuer& own, const std::string& root) {
    Context context{SSL_CTX_new(method)};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_set_num_tickets(context.get(), 0);
    const auto bio = [](std::string_view pem) {
        return std::unique_ptr<BIO, decltype(&BIO_free)>{
            BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    };
    const std::string certificate_pem = to_pem(own.certificate);
    const auto certificate_bio = bio(certificate_pem);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{
        PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr), &X509_free};
    const keys::SecretBytes key_pem = own.key.to_pem();
    const auto key_bio = bio(key_pem.text());
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
        PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
    const auto root_bio = bio(root);
    const std::unique_ptr<X509, decltype(&X509_free)> trusted{
        PEM_read_bio_X509(root_bio.get(), nullptr, nullptr, nullptr), &X509_free};
    if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 ||
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), trusted.get()) != 1) {
        throw std::runtime_error("bare TLS: certificates");
    }
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return context;
}

/// Both ends' contexts: P-256 certificates of one server authority and one of devices.
struct Contexts {
    Context server;
    Context client;
};

Contexts make_contexts() {
    keys::SystemRandom random;
    const keys::Validity validity{keys::SystemClock{}.now(),
                                  {keys::SystemClock{}.now().milliseconds + 86'400'000}};
    const keys::Issuer root = keys::make_root("bench", validity, random);
    const auto servers = make_intermediate(root, "servers", keys::Usage::server, validity, random);
    const auto devices = make_intermediate(root, "devices", keys::Usage::device, validity, random);
    const keys::Issuer server = issue_server(servers, {"127.0.0.1"}, validity, random);
    keys::P256Key device_key = keys::P256Key::generate();
    const auto certificate = issue_device(
        devices, make_signing_request(device_key),
        record::DeviceId{record::make_uuid_v7(validity.from, random)}, validity, random);
    const keys::Issuer device{*certificate, std::move(device_key)};
    return {make_context(TLS_server_method(), server, to_pem(devices.certificate)),
            make_context(TLS_client_method(), device, to_pem(servers.certificate))};
}

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
    const Contexts contexts = make_contexts();
    const Listening listening = listen_on_loopback();
    std::jthread receiver{[&] { receive_all(contexts.server.get(), listening.socket); }};
    const auto start = std::chrono::steady_clock::now();
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&listening.address),
                  sizeof listening.address) != 0) {
        throw std::runtime_error("bare TLS: no connection");
    }
    const Session session{SSL_new(contexts.client.get())};
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
