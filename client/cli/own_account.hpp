#pragma once

#include <expected>
#include <string>
#include <vector>

#include "client/access/safe.hpp"
#include "client/cli/session.hpp"
#include "client/identity/identity.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "sync_protocol/message/message.hpp"

/// What a person does for the own account, and a device for itself: password, second factor,
/// certificate. All of it is asked of the server; nothing of it travels in the log.
namespace zhibu::client {

struct OwnAccountWords {
    /// A file with the new password; else it is asked for at the terminal, twice.
    std::string new_password_file;
    /// A file with the code that the authenticator shows; else it is asked for.
    std::string code_file;
};

/// The server has taken the password, and answered: it opens this device from now on. On the thread
/// of the replica, if one is open.
[[nodiscard]] std::expected<void, AccessFault> keep_password(Console& console, Access& access,
                                                             Identity& identity,
                                                             const keys::SecretBytes& password,
                                                             const sync::ErrandReply& reply);

/// Another password for the own account: on the server first, then for what this device keeps.
Exit change_password(Console& console, const OwnAccountWords& words);

/// Has the server make a second factor and shows it once: for the authenticator, and recovery codes
/// for the drawer. It counts once it is confirmed.
Exit begin_second_factor(Console& console);
Exit confirm_second_factor(Console& console, const OwnAccountWords& words);
/// {"url", "recovery_codes"} as JSON: what the server has made, for other programs and the page.
/// Secret.
[[nodiscard]] std::string second_factor_words(const sync::ErrandReply& reply,
                                              const Identity& identity);

/// Tells the server of this program, and asks for the names of what is above the account's scope.
[[nodiscard]] sync::Errand reporting_in(record::Sequence newest);
/// Keeps those names; where they could not be told, those before stay.
void take_above(ReplicaDesk& desk, const sync::ErrandReply& reply);

/// The errand for the device's next certificate, from two thirds of the life of the one that it
/// has; nothing before. Source: vault.md, "Enrolment, transport, login".
[[nodiscard]] std::vector<sync::Errand> renewal_due(Console& console);
/// Keeps the certificate that came, if it is this device's and of the pinned root. The next
/// connection is made with it.
void take_renewal(Console& console, const sync::ErrandReply& reply);

}  // namespace zhibu::client
