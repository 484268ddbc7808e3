#include "tests/shared/keys/certificate_check.hpp"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace zhibu::keys {
namespace {

template <auto Free>
struct Freeing {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};

void free_stack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }

using Handle = std::unique_ptr<X509, Freeing<X509_free>>;

Handle decode(const Certificate& certificate) {
    const unsigned char* at = certificate.der.data();
    return Handle{d2i_X509(nullptr, &at, static_cast<long>(certificate.der.size()))};
}

}  // namespace

std::string check_certificate(const Certificate& leaf, const CertificateCheck& check) {
    const std::unique_ptr<X509_STORE, Freeing<X509_STORE_free>> store{X509_STORE_new()};
    X509_STORE_add_cert(store.get(), decode(check.root).get());
    const std::unique_ptr<STACK_OF(X509), Freeing<free_stack>> sent{sk_X509_new_null()};
    for (const Certificate& each : check.intermediates) {
        sk_X509_push(sent.get(), decode(each).release());
    }
    const Handle handle = decode(leaf);
    const std::unique_ptr<X509_STORE_CTX, Freeing<X509_STORE_CTX_free>> context{
        X509_STORE_CTX_new()};
    X509_STORE_CTX_init(context.get(), store.get(), handle.get(), sent.get());
    X509_STORE_CTX_set_default(context.get(),
                               check.usage == Usage::server ? "ssl_server" : "ssl_client");
    X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_time(wanted, check.now.milliseconds / 1000);
    if (!check.host.empty() && X509_VERIFY_PARAM_set1_ip_asc(wanted, check.host.c_str()) != 1) {
        X509_VERIFY_PARAM_set1_host(wanted, check.host.c_str(), check.host.size());
    }
    X509_verify_cert(context.get());
    return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

std::string common_name_of(const Certificate& certificate) {
    const Handle handle = decode(certificate);
    const X509_NAME* subject = X509_get_subject_name(handle.get());
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) {
        return {};
    }
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    return {static_cast<const char*>(static_cast<const void*>(ASN1_STRING_get0_data(text))),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace zhibu::keys
