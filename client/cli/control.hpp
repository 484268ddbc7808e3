#pragma once

#include <optional>
#include <string>

#include "client/cli/session.hpp"
#include "client/identity/identity.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/random.hpp"

/// What an administrator does most, as commands of their own. Each is one group like any other
/// edit: saved here, sent at the next synchronisation, judged by the server.
namespace zhibu::client {

struct InviteWords {
    std::string account;
    /// The device may work at once, without a second look at its fingerprint.
    bool activate = false;
};

/// A new code by which a device knows the right server. No value: the identity is damaged.
[[nodiscard]] std::optional<keys::EnrolmentCode> make_enrolment_code(const Identity& identity,
                                                                     record::Random& random);

/// Makes an enrolment code for an account; its text is shown once and kept nowhere.
Exit invite(Console& console, const InviteWords& words);

/// `state`: a code of account_state.
Exit set_account_state(Console& console, const std::string& account, const std::string& state);

}  // namespace zhibu::client
