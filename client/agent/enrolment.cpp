#include "client/agent/enrolment.hpp"

#include <utility>

#include "shared/keys/authority.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

class Enrolment final : public sync::WireEvents {
public:
    Enrolment(EnrolmentWish wish, std::function<void(EnrolmentOutcome)> done)
        : wish_{std::move(wish)}, done_{std::move(done)} {}

    void on_open(sync::Wire& wire, const sync::PeerIdentity& /*peer*/) override {
        wire_ = &wire;
        sync::EnrolRequest request;
        request.code = wish_.code_secret;
        request.signing_request = wish_.signing_request;
        request.device_label = wish_.device_label;
        request.new_password = wish_.new_password.text();
        wire.send(sync::encode(request));
        keys::cleanse(request.new_password);
    }

    void on_message(std::vector<std::uint8_t> message) override {
        auto decoded = sync::decode_message(message);
        if (!decoded) {
            tell(failure_not_understood());
        } else if (auto* accepted = std::get_if<sync::EnrolAccepted>(&*decoded)) {
            tell(std::move(*accepted));
        } else if (auto* refused = std::get_if<sync::Refusal>(&*decoded)) {
            EnrolmentFailure failure;
            failure.refusal = std::move(*refused);
            tell(std::unexpected{std::move(failure)});
        } else {
            tell(failure_not_understood());
        }
        if (wire_ != nullptr) {
            wire_->close();
        }
    }

    void on_drained() override {}

    void on_closed(const sync::WireError& error) override {
        wire_ = nullptr;
        EnrolmentFailure failure;
        failure.wire_error = error;
        tell(std::unexpected{std::move(failure)});
    }

private:
    static EnrolmentOutcome failure_not_understood() {
        EnrolmentFailure failure;
        failure.not_understood = true;
        return std::unexpected{std::move(failure)};
    }

    /// The first outcome counts; the wire's end after it is no news.
    void tell(EnrolmentOutcome outcome) {
        if (auto done = std::exchange(done_, nullptr)) {
            done(std::move(outcome));
        }
    }

    EnrolmentWish wish_;
    std::function<void(EnrolmentOutcome)> done_;
    sync::Wire* wire_ = nullptr;
};

}  // namespace

std::unique_ptr<sync::WireEvents> make_enrolment(EnrolmentWish wish,
                                                 std::function<void(EnrolmentOutcome)> done) {
    return std::make_unique<Enrolment>(std::move(wish), std::move(done));
}

std::optional<Identity> identity_of(const sync::EnrolAccepted& accepted, const std::string& host,
                                    std::uint16_t port) {
    constexpr std::size_t certificates = 3;
    if (accepted.certificate_chain.size() != certificates) {
        return std::nullopt;
    }
    for (const auto& der : accepted.certificate_chain) {
        if (!keys::read_certificate(keys::Certificate{der})) {
            return std::nullopt;
        }
    }
    Identity identity;
    identity.space = accepted.space;
    identity.device = accepted.device;
    identity.account = accepted.account;
    identity.account_name = accepted.account_name;
    identity.server_host = host;
    identity.server_port = port;
    identity.server_key = accepted.server_key;
    identity.server_box_key = accepted.server_box_key;
    identity.password_salt = accepted.password_salt;
    identity.password_cost = accepted.password_cost;
    identity.certificate_chain = keys::to_pem(keys::Certificate{accepted.certificate_chain[0]}) +
                                 keys::to_pem(keys::Certificate{accepted.certificate_chain[1]});
    identity.root_certificate = keys::to_pem(keys::Certificate{accepted.certificate_chain[2]});
    return identity;
}

}  // namespace zhibu::client
