#include "server/device/enrolment.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/device/password_policy.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/account_key.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::server {
namespace {

using sync::RefusalReason;

constexpr std::int64_t day_ms = 86'400'000;
/// A device's clock may be behind the server's.
constexpr std::int64_t clock_slack_ms = 3'600'000;
/// In which the request must have come: everybody may open such a wire, and their number is
/// limited.
constexpr std::chrono::seconds request_deadline{30};
/// Bytes that a label of the catalog's length can take; the judge counts its characters.
constexpr std::size_t label_bytes_max = 400;

sync::Refusal refusal(RefusalReason reason, std::string detail = {}) {
    sync::Refusal made;
    made.reason = reason;
    made.detail = std::move(detail);
    return made;
}

/// The code's record, if it is there and still good.
std::expected<RecordState, sync::Refusal> usable_code(StoreReader& reader,
                                                      const catalog::Kind& kind,
                                                      const std::string& hash, Instant now) {
    const auto found = reader.find_by(kind.id(), kind.field("number").id(), record::Value{hash}, 2);
    if (!found) {
        return std::unexpected{refusal(RefusalReason::server_storage_failed)};
    }
    // Two records with one hash: somebody has copied it from a record. Neither says for whom it is.
    if (found->size() != 1) {
        return std::unexpected{refusal(RefusalReason::code_unknown_or_used)};
    }
    auto state = reader.find(found->front());
    if (!state || !*state) {
        return std::unexpected{refusal(RefusalReason::server_storage_failed)};
    }
    if ((*state)->retired || !record::is_empty((*state)->value(kind.field("used_at").id()))) {
        return std::unexpected{refusal(RefusalReason::code_unknown_or_used)};
    }
    const auto* expires = std::get_if<Instant>(&(*state)->value(kind.field("expires_at").id()));
    if (expires == nullptr || *expires <= now) {
        return std::unexpected{refusal(RefusalReason::code_expired)};
    }
    return **std::move(state);
}

RefusalReason reason_of(ServerWriteFault fault) {
    switch (fault) {
        case ServerWriteFault::code_unknown_or_used:
            return RefusalReason::code_unknown_or_used;
        case ServerWriteFault::code_expired:
            return RefusalReason::code_expired;
        case ServerWriteFault::stopping:
            return RefusalReason::server_stopping;
        case ServerWriteFault::refused:
            // A label that cannot be kept: all else is the server's own.
            return RefusalReason::malformed_message;
        case ServerWriteFault::storage:
            return RefusalReason::server_storage_failed;
    }
    return RefusalReason::server_storage_failed;
}

class Enrolment final : public sync::WireEvents {
public:
    explicit Enrolment(std::shared_ptr<const EnrolmentParts> parts)
        : parts_{std::move(parts)}, self_{std::make_shared<Enrolment*>(this)} {}

    void on_open(sync::Wire& wire, const sync::PeerIdentity& /*peer*/) override {
        wire_ = &wire;
        silence_ = parts_->executor->after(request_deadline, [this] { wire_->close(); });
    }

    void on_message(std::vector<std::uint8_t> message) override {
        silence_.reset();
        auto decoded = sync::decode_message(message);
        keys::cleanse(message);
        if (!decoded) {
            refuse(refusal(RefusalReason::malformed_message, to_text(decoded.error())));
            return;
        }
        auto* request = std::get_if<sync::EnrolRequest>(&*decoded);
        if (request == nullptr || std::exchange(begun_, true)) {
            refuse(refusal(RefusalReason::unexpected_message));
            return;
        }
        begin(*std::move(request));
    }

    void on_drained() override {}

    void on_closed(const sync::WireError& /*error*/) override {
        wire_ = nullptr;
        silence_.reset();
        self_.reset();
    }

private:
    void begin(sync::EnrolRequest request) {
        password_ = keys::SecretBytes{std::string_view{request.new_password}};
        keys::cleanse(request.new_password);
        const auto hash = keys::enrolment_code_hash(request.code);
        const auto public_key = keys::requested_key(request.signing_request);
        if (request.protocol < sync::protocol_oldest) {
            refuse(refusal(RefusalReason::protocol_too_old));
        } else if (request.protocol > sync::protocol_current) {
            refuse(refusal(RefusalReason::protocol_too_new));
        } else if (!hash) {
            refuse(refusal(RefusalReason::code_unknown_or_used));
        } else if (!public_key || request.device_label.size() > label_bytes_max) {
            refuse(refusal(RefusalReason::malformed_message, "signing request or label"));
        } else {
            public_key_ = *public_key;
            signing_request_ = std::move(request.signing_request);
            label_ = std::move(request.device_label);
            look_up(*hash);
        }
    }

    void look_up(const std::string& hash) {
        const catalog::Kind& kind = parts_->catalog->kind("enrolment_code");
        const Instant now = parts_->clock->now();
        parts_->desk->ask(
            [parts = parts_, weak = std::weak_ptr{self_}, &kind, hash, now](StoreReader& reader) {
                parts->executor->post([weak, code = usable_code(reader, kind, hash, now)] {
                    if (const auto alive = weak.lock()) {
                        (*alive)->take_code(code);
                    }
                });
            });
    }

    void take_code(const std::expected<RecordState, sync::Refusal>& code) {
        if (!code) {
            refuse(code.error());
            return;
        }
        code_ = *code;
        const catalog::Kind& kind = parts_->catalog->kind("enrolment_code");
        const auto* id = std::get_if<RecordId>(&code_.value(kind.field("account").id()));
        const auto control = parts_->committer->control();
        if (!take_account(id == nullptr ? nullptr : control->account(*id))) {
            return;
        }
        if (!is_acceptable_password(password_.text(), account_.name)) {
            refuse(refusal(RefusalReason::password_too_weak));
        } else {
            derive();
        }
    }

    /// Whether a device may be enrolled for the account; refuses otherwise.
    [[nodiscard]] bool take_account(const Account* account) {
        if (account == nullptr || account->deleted) {
            refuse(refusal(RefusalReason::account_deleted));
            return false;
        }
        if (!account->active) {
            refuse(refusal(RefusalReason::account_disabled));
            return false;
        }
        account_ = *account;
        return true;
    }

    void derive() {
        parts_->random->fill(credential_.salt);
        const keys::Argon2Cost cost = parts_->password_cost;
        credential_.cost = sync::PasswordCost{cost.memory_kib, cost.passes, cost.lanes};
        credential_.changed_at = parts_->clock->now();
        auto password = std::make_shared<keys::SecretBytes>(std::move(password_));
        const bool taken = parts_->derivations->try_ask(
            [parts = parts_, weak = std::weak_ptr{self_}, password, salt = credential_.salt, cost] {
                auto key = keys::derive_account_key(*password, salt, cost);
                std::optional<keys::Ed25519Public> derived;
                if (key) {
                    derived = key->public_key();
                }
                parts->executor->post([weak, derived] {
                    if (const auto alive = weak.lock()) {
                        (*alive)->commit(derived);
                    }
                });
            });
        if (!taken) {
            refuse(refusal(RefusalReason::server_busy));
        }
    }

    void commit(const std::optional<keys::Ed25519Public>& derived) {
        if (!derived) {
            refuse(refusal(RefusalReason::server_busy, "password derivation"));
            return;
        }
        // The derivation has taken a second, in which an officer may have said otherwise.
        const auto control = parts_->committer->control();
        if (!take_account(control->account(account_.id))) {
            return;
        }
        credential_.public_key = *derived;
        const Instant now = parts_->clock->now();
        const DeviceId device{record::make_uuid_v7(now, *parts_->random)};
        const keys::Validity validity{Instant{now.milliseconds - clock_slack_ms},
                                      Instant{now.milliseconds + device_certificate_days * day_ms}};
        const auto certificate = keys::issue_device(*parts_->device_authority, signing_request_,
                                                    device, validity, *parts_->random);
        if (!certificate) {
            refuse(refusal(RefusalReason::malformed_message, certificate.error().place));
            return;
        }
        ServerWrite write = enrolment_write(device, *certificate, now);
        parts_->committer->write(std::move(write),
                                 [parts = parts_, weak = std::weak_ptr{self_}, device,
                                  certificate = *certificate](const auto& written) {
                                     parts->executor->post([weak, device, certificate, written] {
                                         if (const auto alive = weak.lock()) {
                                             (*alive)->answer(device, certificate, written);
                                         }
                                     });
                                 });
    }

    ServerWrite enrolment_write(const DeviceId& device, const keys::Certificate& certificate,
                                Instant now) const {
        const catalog::Kind& device_kind = parts_->catalog->kind("device");
        const catalog::Kind& code_kind = parts_->catalog->kind("enrolment_code");
        const catalog::Kind& account_kind = parts_->catalog->kind("account");
        const record::Hash fingerprint = keys::sha256(certificate.der);
        const bool activates =
            code_.value(code_kind.field("activates").id()) == record::Value{true};
        ServerWrite write;
        write.action = "enrol_device";
        write.consumes = code_.key;
        const auto set = [](const catalog::Kind& kind, std::string_view field,
                            record::Value value) {
            record::FieldChange change;
            change.field = kind.field(field).id();
            change.value = std::move(value);
            return change;
        };
        record::Change created;
        created.record = RecordKey{device_kind.id(), RecordId{device.uuid}};
        created.operation = record::Operation::create;
        created.fields = {set(device_kind, "account", account_.id),
                          set(device_kind, "organisation", account_.scope),
                          set(device_kind, "label", label_),
                          set(device_kind, "fingerprint", keys::to_hex(fingerprint)),
                          set(device_kind, "enrolled_at", now),
                          set(device_kind, "state", std::string{activates ? "2" : "1"})};
        record::Change used;
        used.record = code_.key;
        used.fields = {set(code_kind, "used_at", now),
                       set(code_kind, "device", RecordId{device.uuid})};
        record::Change renewed;
        renewed.record = RecordKey{account_kind.id(), account_.id};
        renewed.fields = {set(account_kind, "password_changed_on", record::shanghai_day(now))};
        if (account_.has_second_factor) {
            // The code came from the officer above, as the new password does: both begin anew.
            renewed.fields.push_back(set(account_kind, "second_factor", false));
        }
        write.without_second_factor = {account_.id};
        write.changes = {std::move(created), std::move(used), std::move(renewed)};
        write.credentials = {{account_.id, credential_}};
        write.device_keys = {DeviceKey{device, account_.id, public_key_, fingerprint}};
        return write;
    }

    void answer(const DeviceId& device, const keys::Certificate& certificate,
                const std::expected<LogIndex, ServerWriteError>& written) {
        if (!written) {
            refuse(refusal(reason_of(written.error().fault)));
            return;
        }
        parts_->log("device_enrolled", to_text(device) + " account " + to_text(account_.id));
        sync::EnrolAccepted accepted;
        accepted.space = parts_->space;
        accepted.device = device;
        accepted.account = account_.id;
        accepted.account_name = account_.name;
        accepted.certificate_chain = {certificate.der, parts_->device_authority->certificate.der,
                                      parts_->root.der};
        accepted.server_key = parts_->server_key;
        accepted.server_box_key = parts_->server_box_key;
        accepted.password_salt = credential_.salt;
        accepted.password_cost = credential_.cost;
        send(accepted);
        wire_->close();
    }

    void refuse(sync::Refusal why) {
        if (wire_ == nullptr) {
            return;
        }
        // What is still being read or derived for it comes to nothing.
        self_.reset();
        parts_->log("enrolment_refused", std::to_string(static_cast<int>(why.reason)));
        send(std::move(why));
        wire_->close();
    }

    void send(const sync::Message& message) {
        if (wire_ != nullptr) {
            wire_->send(sync::encode(message));
        }
    }

    std::shared_ptr<const EnrolmentParts> parts_;
    sync::Wire* wire_ = nullptr;
    bool begun_ = false;
    std::unique_ptr<sync::Executor::Timer> silence_;
    keys::SecretBytes password_;
    std::vector<std::uint8_t> public_key_;
    std::vector<std::uint8_t> signing_request_;
    std::string label_;
    RecordState code_;
    Account account_;
    Credential credential_;
    std::shared_ptr<Enrolment*> self_;
};

}  // namespace

std::unique_ptr<sync::WireEvents> make_enrolment(std::shared_ptr<const EnrolmentParts> parts) {
    return std::make_unique<Enrolment>(std::move(parts));
}

}  // namespace zhibu::server
