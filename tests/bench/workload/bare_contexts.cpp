#include "tests/bench/workload/bare_contexts.hpp"

#include <openssl/pem.h>

#include <stdexcept>
#include <string_view>

#include "shared/keys/authority.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::bench {

BarePair make_bare_pair() {
    keys::SystemRandom random;
    const keys::Validity validity{keys::SystemClock{}.now(),
                                  {keys::SystemClock{}.now().milliseconds + 86'400'000}};
    const keys::Issuer root = keys::make_root("bench", validity, random);
    const auto servers = make_intermediate(root, "servers", keys::Usage::server, validity, random);
    const auto devices = make_intermediate(root, "devices", keys::Usage::device, validity, random);
    const keys::Issuer server = issue_server(servers, {"127.0.0.1"}, validity, random);
    const keys::P256Key device_key = keys::P256Key::generate();
    const auto certificate = issue_device(
        devices, make_signing_request(device_key),
        record::DeviceId{record::make_uuid_v7(validity.from, random)}, validity, random);
    return {{to_pem(server.certificate), std::string{server.key.to_pem().text()},
             to_pem(devices.certificate)},
            {to_pem(*certificate), std::string{device_key.to_pem().text()},
             to_pem(servers.certificate)}};
}

Context make_context(const SSL_METHOD* method, const BareIdentity& identity) {
    Context context{SSL_CTX_new(method)};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    const auto bio = [](std::string_view pem) {
        return std::unique_ptr<BIO, decltype(&BIO_free)>{
            BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    };
    const auto certificate_bio = bio(identity.certificate);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{
        PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr), &X509_free};
    const auto key_bio = bio(identity.key);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
        PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
    const auto trusted_bio = bio(identity.trusted);
    const std::unique_ptr<X509, decltype(&X509_free)> trusted{
        PEM_read_bio_X509(trusted_bio.get(), nullptr, nullptr, nullptr), &X509_free};
    if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 ||
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), trusted.get()) != 1) {
        throw std::runtime_error("bare TLS: certificates");
    }
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return context;
}

}  // namespace zhibu::bench
