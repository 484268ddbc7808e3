#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/keys/key_error.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"
#include "shared/record/random.hpp"

/// The committee's own certificate authority: an offline root, an intermediate for servers and one
/// for devices. All keys are P-256. Source: RFC 5280.
namespace zhibu::keys {

/// A certificate in DER. A value; it proves nothing by itself.
struct Certificate {
    std::vector<std::uint8_t> der;

    friend bool operator==(const Certificate&, const Certificate&) = default;
};

/// A certificate with the key that belongs to it.
struct Issuer {
    Certificate certificate;
    P256Key key;
};

struct Validity {
    record::Instant from;
    record::Instant until;
};

/// What an intermediate may issue, and what a leaf may do.
enum class Usage : std::uint8_t { server, device };

/// A self-signed root, for certificates of certificates alone. A name over 64 characters stands in
/// the certificate without its middle.
[[nodiscard]] Issuer make_root(std::string_view name, const Validity& validity,
                               record::Random& random);

/// An intermediate that may issue leaves only (path length 0), of one usage.
[[nodiscard]] Issuer make_intermediate(const Issuer& root, std::string_view name, Usage usage,
                                       const Validity& validity, record::Random& random);

/// A server's certificate for host names and IP addresses; at least one. A text that is neither
/// is a name that no client will ever ask for.
[[nodiscard]] Issuer issue_server(const Issuer& intermediate, const std::vector<std::string>& hosts,
                                  const Validity& validity, record::Random& random);

/// The next certificate of the server whose `former` one it is, for the same key.
/// @param hosts  as for issue_server(); none: those of `former`
/// Errors: `former` is no certificate, or names nothing.
[[nodiscard]] std::expected<Certificate, KeyError> renew_server(
    const Issuer& intermediate, const Certificate& former, const std::vector<std::string>& hosts,
    const Validity& validity, record::Random& random);

/// PKCS#10 in DER, made on the device; it names nobody, the server does.
[[nodiscard]] std::vector<std::uint8_t> make_signing_request(const P256Key& key);

/// A device's certificate: subject and URI name `urn:uuid:<device>`.
/// Errors: a request that is malformed, not P-256 or not signed by its own key.
[[nodiscard]] std::expected<Certificate, KeyError> issue_device(
    const Issuer& intermediate, std::span<const std::uint8_t> signing_request,
    const record::DeviceId& device, const Validity& validity, record::Random& random);

/// The public key of a signing request (SubjectPublicKeyInfo, DER), its signature checked.
[[nodiscard]] std::expected<std::vector<std::uint8_t>, KeyError> requested_key(
    std::span<const std::uint8_t> signing_request);

/// What a certificate says.
struct CertificateWords {
    /// Its subject's common name.
    std::string name;
    std::optional<record::DeviceId> device;
    Validity validity;
    record::Hash fingerprint{};
};

[[nodiscard]] std::expected<CertificateWords, KeyError> read_certificate(
    const Certificate& certificate);

/// Whether the certificate's key is the public half of this one.
[[nodiscard]] bool belongs_to(const Certificate& certificate, const P256Key& key);

[[nodiscard]] std::string to_pem(const Certificate& certificate);
/// All certificates of a PEM text, in order; at least one, and none of them broken.
[[nodiscard]] std::expected<std::vector<Certificate>, KeyError> certificates_from_pem(
    std::string_view pem);

}  // namespace zhibu::keys
