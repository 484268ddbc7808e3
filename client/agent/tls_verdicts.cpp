#include "client/agent/detail/tls_verdicts.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "shared/keys/digest.hpp"

namespace zhibu::client {

sync::WireFault fault_of_alert(int reason) {
    switch (reason) {
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
            return sync::WireFault::certificate_expired;
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
            return sync::WireFault::certificate_refused;
        default:
            return sync::WireFault::protocol_error;
    }
}

sync::WireFault fault_of_verification(long result) {
    switch (result) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return sync::WireFault::server_expired;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return sync::WireFault::server_wrong_host;
        default:
            return sync::WireFault::server_untrusted;
    }
}

bool accept_known_root(X509_STORE_CTX* verification, const record::Hash& fingerprint) {
    if (X509_STORE_CTX_get_error(verification) != X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) {
        return false;
    }
    X509* certificate = X509_STORE_CTX_get_current_cert(verification);
    unsigned char* der = nullptr;
    const int length = certificate == nullptr ? 0 : i2d_X509(certificate, &der);
    if (length <= 0) {
        return false;
    }
    const record::Hash found = keys::sha256({der, static_cast<std::size_t>(length)});
    OPENSSL_free(der);
    if (found != fingerprint) {
        return false;
    }
    X509_STORE_CTX_set_error(verification, X509_V_OK);
    return true;
}

}  // namespace zhibu::client
