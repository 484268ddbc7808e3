#include "server/account/admission.hpp"

#include <expected>
#include <utility>

#include "server/account/lockout.hpp"
#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/keys/ed25519.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {
namespace {

using sync::RefusalReason;

std::unexpected<sync::Refusal> refused(RefusalReason reason) {
    sync::Refusal refusal;
    refusal.reason = reason;
    return std::unexpected{std::move(refusal)};
}

bool proof_is_right(const AdmissionCase& case_) {
    const sync::Bytes transcript =
        sync::session_transcript(case_.challenge, case_.hello, case_.channel_binding);
    return keys::verify_ed25519(case_.credential->public_key, transcript,
                                case_.hello.account_proof);
}

}  // namespace

std::expected<const Account*, sync::Refusal> admit(const AdmissionCase& case_,
                                                   const Control& control, Lockout& lockout,
                                                   Instant now) {
    const sync::Hello& hello = case_.hello;
    if (case_.certified_device != hello.device || !case_.device_key) {
        return refused(RefusalReason::unknown_device);
    }
    const Account* account = control.account(hello.account);
    if (account == nullptr || case_.device_key->account != hello.account || !case_.credential) {
        return refused(RefusalReason::unknown_device);
    }
    if (const auto until = lockout.locked_until(hello.account, hello.device, now)) {
        sync::Refusal refusal;
        refusal.reason = RefusalReason::locked_out;
        refusal.not_before = *until;
        return std::unexpected{std::move(refusal)};
    }
    // The proof first: who cannot prove the account learns nothing about its state.
    if (!proof_is_right(case_)) {
        lockout.failed(hello.account, hello.device, now);
        sync::Refusal refusal;
        refusal.reason = RefusalReason::wrong_password;
        refusal.password_salt = case_.credential->salt;
        refusal.password_cost = case_.credential->cost;
        return std::unexpected{std::move(refusal)};
    }
    if (auto refusal = control.session_refusal(hello.account, RecordId{hello.device.uuid}, now)) {
        return std::unexpected{*std::move(refusal)};
    }
    return account;
}

}  // namespace zhibu::server
