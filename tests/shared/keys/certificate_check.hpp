#pragma once

#include <string>
#include <vector>

#include "shared/keys/authority.hpp"

namespace zhibu::keys {

/// What OpenSSL itself, asked as TLS asks it, says of a leaf: "ok" or why not.
struct CertificateCheck {
    Certificate root;
    std::vector<Certificate> intermediates;
    Usage usage = Usage::server;
    record::Instant now;
    /// A host name or an address that the leaf must bear; empty for none.
    std::string host;
};

[[nodiscard]] std::string check_certificate(const Certificate& leaf, const CertificateCheck& check);

/// The subject's common name; empty where there is none.
[[nodiscard]] std::string common_name_of(const Certificate& certificate);

}  // namespace zhibu::keys
