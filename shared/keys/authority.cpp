#include "shared/keys/authority.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <utility>

#include "shared/keys/detail/p256_handle.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

using Handle = Freed<X509, X509_free>;
using Request = Freed<X509_REQ, X509_REQ_free>;
using Extension = Freed<X509_EXTENSION, X509_EXTENSION_free>;
using Buffer = Freed<BIO, BIO_free_all>;
using Number = Freed<BIGNUM, BN_free>;

constexpr std::string_view device_uri = "urn:uuid:";
constexpr std::size_t serial_bytes = 16;
/// Characters of a common name. Source: RFC 5280, appendix A, ub-common-name.
constexpr std::size_t common_name_max = 64;
constexpr std::string_view left_out = "…";

const unsigned char* bytes_of(std::string_view text) {
    return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

/// None where the bytes are not one certificate and nothing else.
Handle decode(const Certificate& certificate) {
    const unsigned char* at = certificate.der.data();
    Handle handle{d2i_X509(nullptr, &at, static_cast<long>(certificate.der.size()))};
    return at == certificate.der.data() + certificate.der.size() ? std::move(handle) : Handle{};
}

Certificate encode(const Handle& handle) {
    unsigned char* der = nullptr;
    const int length = i2d_X509(handle.get(), &der);
    ZHIBU_CHECK(length > 0);
    Certificate certificate{{der, der + length}};
    OPENSSL_free(der);
    return certificate;
}

void set_serial(X509* certificate, record::Random& random) {
    std::array<std::uint8_t, serial_bytes> bytes{};
    random.fill(bytes);
    // Positive and of full length, as RFC 5280 wants.
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7FU) | 0x40U);
    const Number number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
    ZHIBU_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void set_validity(X509* certificate, const Validity& validity) {
    const auto seconds = [](record::Instant instant) {
        return static_cast<std::time_t>(instant.milliseconds / 1000);
    };
    ZHIBU_CHECK(ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(validity.from)) != nullptr);
    ZHIBU_CHECK(ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(validity.until)) != nullptr);
}

/// The characters of a UTF-8 text, as far as it is UTF-8.
std::vector<std::string_view> characters_of(std::string_view text) {
    std::vector<std::string_view> characters;
    while (!text.empty()) {
        unsigned long code_point = 0;
        const int length = UTF8_getc(bytes_of(text), static_cast<int>(text.size()), &code_point);
        if (length <= 0) {
            break;
        }
        characters.push_back(text.substr(0, static_cast<std::size_t>(length)));
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    return characters;
}

/// What fits into a common name. Of a longer name the middle is left out: authorities of one space
/// differ in their last word, and two of one subject would confuse who searches for an issuer.
std::string common_name(std::string_view name) {
    const std::vector<std::string_view> characters = characters_of(name);
    const bool too_long = characters.size() > common_name_max;
    constexpr std::size_t half = (common_name_max - 1) / 2;
    std::string fitting;
    for (std::size_t i = 0; i < characters.size(); ++i) {
        if (too_long && i == half) {
            fitting += left_out;
            i = characters.size() - half;
        }
        fitting += characters[i];
    }
    return fitting.empty() ? std::string{left_out} : fitting;
}

void set_subject(X509* certificate, std::string_view name) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    const std::string fitting = common_name(name);
    ZHIBU_CHECK(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                           bytes_of(fitting), static_cast<int>(fitting.size()), -1,
                                           0) == 1);
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
    ZHIBU_CHECK(extension != nullptr);
    ZHIBU_CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// A certificate with everything but its extensions and its signature.
Handle begin(std::string_view name, EVP_PKEY* key, const Validity& validity,
             record::Random& random) {
    Handle made{X509_new()};
    ZHIBU_CHECK(X509_set_version(made.get(), X509_VERSION_3) == 1);
    set_serial(made.get(), random);
    set_validity(made.get(), validity);
    set_subject(made.get(), name);
    ZHIBU_CHECK(X509_set_pubkey(made.get(), key) == 1);
    return made;
}

Certificate sign(Handle made, X509* issuer, const P256Key& issuer_key) {
    ZHIBU_CHECK(X509_set_issuer_name(made.get(), X509_get_subject_name(issuer)) == 1);
    add_extension(made.get(), issuer, NID_subject_key_identifier, "hash");
    add_extension(made.get(), issuer, NID_authority_key_identifier, "keyid:always");
    ZHIBU_CHECK(X509_sign(made.get(), issuer_key.handle().key.get(), EVP_sha256()) > 0);
    return encode(made);
}

Certificate sign(Handle made, const Issuer& issuer) {
    const Handle issuer_handle = decode(issuer.certificate);
    ZHIBU_CHECK(issuer_handle != nullptr);
    return sign(std::move(made), issuer_handle.get(), issuer.key);
}

void make_authority(X509* certificate, const std::string& constraints) {
    add_extension(certificate, certificate, NID_basic_constraints, constraints);
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
}

std::string extended_usage(Usage usage) {
    return usage == Usage::server ? "serverAuth" : "clientAuth";
}

using Names = Freed<GENERAL_NAMES, GENERAL_NAMES_free>;
using Octets = Freed<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;

/// Takes the text as it is: OpenSSL's own notation ("DNS:a,IP:b") would read a comma in it.
void add_name(GENERAL_NAMES* names, int type, std::string_view text) {
    Freed<GENERAL_NAME, GENERAL_NAME_free> name{GENERAL_NAME_new()};
    Freed<ASN1_IA5STRING, ASN1_IA5STRING_free> value{ASN1_IA5STRING_new()};
    ZHIBU_CHECK(ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size())) == 1);
    GENERAL_NAME_set0_value(name.get(), type, value.release());
    ZHIBU_CHECK(sk_GENERAL_NAME_push(names, name.release()) > 0);
}

void add_host(GENERAL_NAMES* names, const std::string& host) {
    Octets address{a2i_IPADDRESS(host.c_str())};
    if (address == nullptr) {
        add_name(names, GEN_DNS, host);
        return;
    }
    Freed<GENERAL_NAME, GENERAL_NAME_free> name{GENERAL_NAME_new()};
    GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address.release());
    ZHIBU_CHECK(sk_GENERAL_NAME_push(names, name.release()) > 0);
}

void make_leaf(X509* certificate, Usage usage, const Names& names) {
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, certificate, NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, certificate, NID_ext_key_usage, extended_usage(usage));
    ZHIBU_CHECK(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0,
                                  X509V3_ADD_DEFAULT) == 1);
}

std::unexpected<KeyError> error(KeyFault fault, std::string place) {
    return std::unexpected{KeyError{fault, std::move(place)}};
}

std::expected<Request, KeyError> decode_request(std::span<const std::uint8_t> der) {
    const unsigned char* at = der.data();
    Request request{d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()))};
    if (request == nullptr || at != der.data() + der.size()) {
        return error(KeyFault::malformed, "signing request");
    }
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr || X509_REQ_verify(request.get(), key) != 1) {
        return error(KeyFault::signature_wrong, "signing request");
    }
    return request;
}

std::expected<std::vector<std::uint8_t>, KeyError> key_of(const Request& request) {
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(X509_REQ_get0_pubkey(request.get()), &der);
    if (length <= 0) {
        return error(KeyFault::malformed, "signing request");
    }
    std::vector<std::uint8_t> key(der, der + length);
    OPENSSL_free(der);
    if (!P256Verifier::from_public_key(key)) {
        return error(KeyFault::wrong_type, "signing request");
    }
    return key;
}

std::optional<record::DeviceId> device_of(X509* certificate) {
    const Names names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_URI) {
            continue;
        }
        const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
        const std::string_view text{
            static_cast<const char*>(static_cast<const void*>(ASN1_STRING_get0_data(uri))),
            static_cast<std::size_t>(ASN1_STRING_length(uri))};
        if (text.starts_with(device_uri)) {
            const auto uuid = record::parse_uuid(text.substr(device_uri.size()));
            return uuid ? std::optional{record::DeviceId{*uuid}} : std::nullopt;
        }
    }
    return std::nullopt;
}

std::string name_of(X509* certificate) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) {
        return {};
    }
    const ASN1_STRING* name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    unsigned char* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, name);
    if (length < 0) {
        return {};
    }
    std::string text(utf8, utf8 + length);
    OPENSSL_free(utf8);
    return text;
}

std::optional<record::Instant> instant_of(const ASN1_TIME* time) {
    std::tm civil{};
    if (ASN1_TIME_to_tm(time, &civil) != 1) {
        return std::nullopt;
    }
    return record::Instant{std::int64_t{timegm(&civil)} * 1000};
}

}  // namespace

Issuer make_root(std::string_view name, const Validity& validity, record::Random& random) {
    P256Key key = P256Key::generate();
    Handle made = begin(name, key.handle().key.get(), validity, random);
    X509* root = made.get();
    make_authority(root, "critical,CA:TRUE");
    Certificate certificate = sign(std::move(made), root, key);
    return Issuer{std::move(certificate), std::move(key)};
}

Issuer make_intermediate(const Issuer& root, std::string_view name, Usage usage,
                         const Validity& validity, record::Random& random) {
    P256Key key = P256Key::generate();
    Handle made = begin(name, key.handle().key.get(), validity, random);
    make_authority(made.get(), "critical,CA:TRUE,pathlen:0");
    add_extension(made.get(), made.get(), NID_ext_key_usage, extended_usage(usage));
    Certificate certificate = sign(std::move(made), root);
    return Issuer{std::move(certificate), std::move(key)};
}

Issuer issue_server(const Issuer& intermediate, const std::vector<std::string>& hosts,
                    const Validity& validity, record::Random& random) {
    ZHIBU_CHECK(!hosts.empty());
    P256Key key = P256Key::generate();
    Handle made = begin(hosts.front(), key.handle().key.get(), validity, random);
    const Names names{GENERAL_NAMES_new()};
    for (const std::string& host : hosts) {
        add_host(names.get(), host);
    }
    make_leaf(made.get(), Usage::server, names);
    Certificate certificate = sign(std::move(made), intermediate);
    return Issuer{std::move(certificate), std::move(key)};
}

std::expected<Certificate, KeyError> renew_server(const Issuer& intermediate,
                                                  const Certificate& former,
                                                  const std::vector<std::string>& hosts,
                                                  const Validity& validity,
                                                  record::Random& random) {
    const Handle before = decode(former);
    EVP_PKEY* key = before == nullptr ? nullptr : X509_get0_pubkey(before.get());
    if (key == nullptr) {
        return error(KeyFault::malformed, "certificate");
    }
    Names names{hosts.empty() ? static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
                                    before.get(), NID_subject_alt_name, nullptr, nullptr))
                              : GENERAL_NAMES_new()};
    if (names == nullptr) {
        return error(KeyFault::malformed, "certificate's names");
    }
    for (const std::string& host : hosts) {
        add_host(names.get(), host);
    }
    Handle made =
        begin(hosts.empty() ? name_of(before.get()) : hosts.front(), key, validity, random);
    make_leaf(made.get(), Usage::server, names);
    return sign(std::move(made), intermediate);
}

std::vector<std::uint8_t> make_signing_request(const P256Key& key) {
    const Request request{X509_REQ_new()};
    ZHIBU_CHECK(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
    ZHIBU_CHECK(X509_REQ_set_pubkey(request.get(), key.handle().key.get()) == 1);
    ZHIBU_CHECK(X509_REQ_sign(request.get(), key.handle().key.get(), EVP_sha256()) > 0);
    unsigned char* der = nullptr;
    const int length = i2d_X509_REQ(request.get(), &der);
    ZHIBU_CHECK(length > 0);
    std::vector<std::uint8_t> bytes(der, der + length);
    OPENSSL_free(der);
    return bytes;
}

std::expected<Certificate, KeyError> issue_device(const Issuer& intermediate,
                                                  std::span<const std::uint8_t> signing_request,
                                                  const record::DeviceId& device,
                                                  const Validity& validity,
                                                  record::Random& random) {
    ZHIBU_TRY(request, decode_request(signing_request));
    ZHIBU_TRY_VOID(key_of(request));
    const std::string id = to_text(device);
    Handle made = begin(id, X509_REQ_get0_pubkey(request.get()), validity, random);
    const Names names{GENERAL_NAMES_new()};
    add_name(names.get(), GEN_URI, std::string{device_uri} + id);
    make_leaf(made.get(), Usage::device, names);
    return sign(std::move(made), intermediate);
}

std::expected<std::vector<std::uint8_t>, KeyError> requested_key(
    std::span<const std::uint8_t> signing_request) {
    ZHIBU_TRY(request, decode_request(signing_request));
    return key_of(request);
}

std::expected<CertificateWords, KeyError> read_certificate(const Certificate& certificate) {
    const Handle handle = decode(certificate);
    if (handle == nullptr) {
        return error(KeyFault::malformed, "certificate");
    }
    const auto from = instant_of(X509_get0_notBefore(handle.get()));
    const auto until = instant_of(X509_get0_notAfter(handle.get()));
    if (!from || !until) {
        return error(KeyFault::malformed, "certificate's validity");
    }
    return CertificateWords{name_of(handle.get()), device_of(handle.get()), Validity{*from, *until},
                            sha256(certificate.der)};
}

bool belongs_to(const Certificate& certificate, const P256Key& key) {
    const Handle handle = decode(certificate);
    return handle != nullptr && X509_check_private_key(handle.get(), key.handle().key.get()) == 1;
}

std::string to_pem(const Certificate& certificate) {
    const Handle handle = decode(certificate);
    ZHIBU_CHECK(handle != nullptr);
    const Buffer buffer{BIO_new(BIO_s_mem())};
    ZHIBU_CHECK(PEM_write_bio_X509(buffer.get(), handle.get()) == 1);
    char* data = nullptr;
    const long length = BIO_get_mem_data(buffer.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

std::expected<std::vector<Certificate>, KeyError> certificates_from_pem(std::string_view pem) {
    const Buffer buffer{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    std::vector<Certificate> certificates;
    ERR_clear_error();
    while (const Handle handle{PEM_read_bio_X509(buffer.get(), nullptr, nullptr, nullptr)}) {
        certificates.push_back(encode(handle));
    }
    // That no further block begins is how reading ends well; a block that began and broke is not.
    const unsigned long reason = ERR_peek_last_error();
    const bool ended =
        ERR_GET_LIB(reason) == ERR_LIB_PEM && ERR_GET_REASON(reason) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (certificates.empty() || !ended) {
        return error(KeyFault::malformed, "certificates");
    }
    return certificates;
}

}  // namespace zhibu::keys
