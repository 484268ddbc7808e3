#pragma once

#include "shared/record/change.hpp"
#include "sync_protocol/session/wire.hpp"

struct x509_store_ctx_st;

/// What OpenSSL says, in the words of a wire.
namespace zhibu::client {

/// Why TLS ended, by the reason of OpenSSL's error: mostly the server's alert about our
/// certificate.
[[nodiscard]] sync::WireFault fault_of_alert(int reason);

/// Why the server's certificate was not taken, by the result of its verification.
[[nodiscard]] sync::WireFault fault_of_verification(long result);

/// Lets a self-signed root through whose fingerprint is the one that was handed over; to be asked
/// about each failure of a verification. Signatures, dates and names are verified all the same.
[[nodiscard]] bool accept_known_root(x509_store_ctx_st* verification,
                                     const record::Hash& fingerprint);

}  // namespace zhibu::client
