#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/identity/identity.hpp"
#include "shared/keys/p256.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::client {

/// Why an enrolment failed. Nothing is stored on either side then.
struct EnrolmentFailure {
    std::optional<sync::WireError> wire_error;
    std::optional<sync::Refusal> refusal;
    /// The server answered with something else than its protocol.
    bool not_understood = false;
};

/// What the device offers.
struct EnrolmentWish {
    /// As keys::secret_text() gives it.
    std::string code_secret;
    std::vector<std::uint8_t> signing_request;
    std::string device_label;
    keys::SecretBytes new_password;
};

using EnrolmentOutcome = std::expected<sync::EnrolAccepted, EnrolmentFailure>;

/// The client's end of one enrolment: sends the wish when the wire stands, and tells `done` once.
/// Threads: confined to the wire's executor.
[[nodiscard]] std::unique_ptr<sync::WireEvents> make_enrolment(
    EnrolmentWish wish, std::function<void(EnrolmentOutcome)> done);

/// The answer as an identity for `host` and `port`; no value where its certificates are not whole.
[[nodiscard]] std::optional<Identity> identity_of(const sync::EnrolAccepted& accepted,
                                                  const std::string& host, std::uint16_t port);

}  // namespace zhibu::client
