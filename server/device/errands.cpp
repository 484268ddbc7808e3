#include "server/device/errands.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/account/second_factor.hpp"
#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/device/password_policy.hpp"
#include "server/store/store.hpp"
#include "shared/keys/account_key.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server {
namespace {

using sync::ErrandReply;
using sync::ErrandSort;
using sync::RefusalReason;

constexpr std::int64_t day_ms = 86'400'000;
/// A device's clock may be behind the server's.
constexpr std::int64_t clock_slack_ms = 3'600'000;

ErrandReply refused(ErrandSort sort, RefusalReason why) {
    ErrandReply reply;
    reply.sort = sort;
    reply.refused = why;
    return reply;
}

ErrandReply done(ErrandSort sort) {
    ErrandReply reply;
    reply.sort = sort;
    reply.is_done = true;
    return reply;
}

/// A change of one account's record by the server itself.
ServerWrite account_write(const catalog::Catalog& catalog, std::string action,
                          const RecordId& account, std::string_view field, record::Value value) {
    const catalog::Kind& kind = catalog.kind("account");
    record::Change change;
    change.record = {kind.id(), account};
    change.fields.push_back({kind.field(field).id(), std::move(value), {}, {}});
    ServerWrite write;
    write.action = std::move(action);
    write.changes = {std::move(change)};
    return write;
}

/// Whether the password is the one of that credential. Takes about a second.
bool is_former(const keys::SecretBytes& password, const Credential& former) {
    const keys::Argon2Cost cost{former.cost.memory_kib, former.cost.passes, former.cost.lanes};
    const auto key = keys::derive_account_key(password, former.salt, cost);
    return key && key->public_key() == former.public_key;
}

}  // namespace

void Errands::run(sync::Errand errand, const sync::Hello& hello, Answer answer) {
    switch (errand.sort) {
        case ErrandSort::change_password:
            change_password(std::move(errand), hello.account, std::move(answer));
            return;
        case ErrandSort::renew_certificate:
            renew(std::move(errand), hello.device, std::move(answer));
            return;
        case ErrandSort::begin_second_factor:
            begin_factor(hello.account, std::move(answer));
            return;
        case ErrandSort::confirm_second_factor:
            confirm_factor(errand, hello.account, std::move(answer));
            return;
        case ErrandSort::report_in:
            report_in(errand, hello, std::move(answer));
            return;
        case ErrandSort::list_contacts:
            list_contacts(hello.account, std::move(answer));
            return;
    }
}

void Errands::change_password(sync::Errand errand, const RecordId& account, Answer answer) {
    auto password = std::make_shared<keys::SecretBytes>(std::string_view{errand.text});
    keys::cleanse(errand.text);
    const auto control = parts_->committer->control();
    const Account* known = control->account(account);
    if (known == nullptr || !is_acceptable_password(password->text(), known->name)) {
        answer(refused(errand.sort, RefusalReason::password_too_weak));
        return;
    }
    parts_->desk->ask([this, parts = parts_, account, password,
                       answer = std::move(answer)](StoreReader& reader) mutable {
        const auto former = reader.credential(account);
        parts->executor->post([this, account, password, former, answer = std::move(answer)] {
            if (!former) {
                answer(refused(ErrandSort::change_password, RefusalReason::server_storage_failed));
                return;
            }
            derive(account, password, *former, answer);
        });
    });
}

void Errands::derive(const RecordId& account, std::shared_ptr<keys::SecretBytes> password,
                     const std::optional<Credential>& former, Answer answer) {
    Credential credential;
    parts_->random->fill(credential.salt);
    const keys::Argon2Cost cost = parts_->password_cost;
    credential.cost = sync::PasswordCost{cost.memory_kib, cost.passes, cost.lanes};
    credential.changed_at = parts_->clock->now();
    const bool taken =
        parts_->derivations->try_ask([this, parts = parts_, account, credential, cost, former,
                                      answer, password = std::move(password)]() mutable {
            std::optional<RefusalReason> why;
            if (former && is_former(*password, *former)) {
                why = RefusalReason::password_too_weak;
            } else if (auto key = keys::derive_account_key(*password, credential.salt, cost)) {
                credential.public_key = key->public_key();
            } else {
                why = RefusalReason::server_busy;
            }
            parts->executor->post([this, account, credential, why, answer] {
                if (why) {
                    answer(refused(ErrandSort::change_password, *why));
                    return;
                }
                keep_password(account, credential, answer);
            });
        });
    if (!taken) {
        answer(refused(ErrandSort::change_password, RefusalReason::server_busy));
    }
}

void Errands::keep_password(const RecordId& account, const Credential& credential, Answer answer) {
    ServerWrite write =
        account_write(*parts_->catalog, "change_password", account, "password_changed_on",
                      record::shanghai_day(credential.changed_at));
    write.credentials = {{account, credential}};
    parts_->committer->write(std::move(write), [parts = parts_, account, credential,
                                                answer](const auto& written) {
        parts->executor->post([parts, account, credential, answer,
                               is_written = written.has_value()] {
            if (!is_written) {
                answer(refused(ErrandSort::change_password, RefusalReason::server_storage_failed));
                return;
            }
            parts->log("password_changed", "account " + to_text(account));
            ErrandReply reply = done(ErrandSort::change_password);
            reply.password_salt = credential.salt;
            reply.password_cost = credential.cost;
            answer(std::move(reply));
        });
    });
}

void Errands::renew(sync::Errand errand, const DeviceId& device, Answer answer) {
    const auto asked = keys::requested_key(errand.signing_request);
    if (!asked) {
        answer(refused(errand.sort, RefusalReason::malformed_message));
        return;
    }
    const Instant now = parts_->clock->now();
    const keys::Validity validity{Instant{now.milliseconds - clock_slack_ms},
                                  Instant{now.milliseconds + device_certificate_days * day_ms}};
    const auto certificate = keys::issue_device(*parts_->device_authority, errand.signing_request,
                                                device, validity, *parts_->random);
    if (!certificate) {
        answer(refused(errand.sort, RefusalReason::malformed_message));
        return;
    }
    // The key stays: another one would be another device.
    const auto is_same = std::make_shared<bool>(false);
    parts_->committer->keep(
        [device, key = *asked, is_same, fingerprint = keys::sha256(certificate->der)](
            StoreTransaction& transaction) -> Stored<void> {
            ZHIBU_TRY(held, transaction.device_key(device));
            *is_same = held && held->public_key == key;
            if (*is_same) {
                held->certificate_fingerprint = fingerprint;
                ZHIBU_TRY_VOID(transaction.set_device_key(*held));
            }
            return {};
        },
        [parts = parts_, device, is_same, certificate = *certificate, answer](bool is_kept) {
            parts->executor->post([parts, device, is_same, certificate, answer, is_kept] {
                if (!is_kept || !*is_same) {
                    answer(refused(ErrandSort::renew_certificate,
                                   is_kept ? RefusalReason::unknown_device
                                           : RefusalReason::server_storage_failed));
                    return;
                }
                parts->log("certificate_renewed", to_text(device));
                ErrandReply reply = done(ErrandSort::renew_certificate);
                reply.certificate_chain = {
                    certificate.der, parts->device_authority->certificate.der, parts->root.der};
                answer(std::move(reply));
            });
        });
}

void Errands::begin_factor(const RecordId& account, Answer answer) {
    const auto told = std::make_shared<NewSecondFactor>();
    parts_->committer->keep(
        [parts = parts_, account, told](StoreTransaction& transaction) -> Stored<void> {
            ZHIBU_TRY(begun, begin_second_factor(transaction, account, *parts->random));
            *told = std::move(begun);
            return {};
        },
        [parts = parts_, told, answer](bool is_kept) {
            parts->executor->post([told, answer, is_kept] {
                if (!is_kept) {
                    answer(refused(ErrandSort::begin_second_factor,
                                   RefusalReason::server_storage_failed));
                    return;
                }
                ErrandReply reply = done(ErrandSort::begin_second_factor);
                reply.secret = std::exchange(told->secret, {});
                reply.recovery_codes = std::exchange(told->recovery_codes, {});
                answer(std::move(reply));
            });
        });
}

void Errands::confirm_factor(const sync::Errand& errand, const RecordId& account, Answer answer) {
    const auto is_right = std::make_shared<bool>(false);
    parts_->committer->keep(
        [account, is_right, typed = errand.text,
         now = parts_->clock->now()](StoreTransaction& transaction) -> Stored<void> {
            ZHIBU_TRY(right, confirm_second_factor(transaction, account, typed, now));
            *is_right = right;
            return {};
        },
        [this, parts = parts_, account, is_right, answer](bool is_kept) {
            parts->executor->post([this, account, is_right, answer, is_kept] {
                if (is_kept && *is_right) {
                    note_factor(account, answer);
                    return;
                }
                answer(refused(ErrandSort::confirm_second_factor,
                               is_kept ? RefusalReason::second_factor_wrong
                                       : RefusalReason::server_storage_failed));
            });
        });
}

/// It counts already; the account's record says so from now on.
void Errands::note_factor(const RecordId& account, Answer answer) {
    parts_->committer->write(
        account_write(*parts_->catalog, "confirm_second_factor", account, "second_factor",
                      record::Value{true}),
        [parts = parts_, account, answer](const auto& written) {
            parts->executor->post([parts, account, answer, is_written = written.has_value()] {
                parts->log(is_written ? "second_factor_confirmed" : "second_factor_not_noted",
                           "account " + to_text(account));
                answer(done(ErrandSort::confirm_second_factor));
            });
        });
}

}  // namespace zhibu::server
