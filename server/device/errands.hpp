#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "server/device/enrolment.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// Does what a device asks in an open session for its own account and itself: another password,
/// the next certificate for the key that it has, a second factor; and answers what the log does not
/// tell: the names of the organisations above, and when the devices of the scope were here. What is
/// written is durable before it is answered; what cannot be done is answered with the reason, and
/// nothing has changed.
/// Threads: confined to the parts' executor, on which it answers.
class Errands {
public:
    using Answer = std::function<void(sync::ErrandReply)>;

    explicit Errands(std::shared_ptr<const EnrolmentParts> parts) : parts_{std::move(parts)} {}

    void run(sync::Errand errand, const sync::Hello& hello, Answer answer);

    /// The device's session is over: it was here until now.
    void note_end(const DeviceId& device);

private:
    void change_password(sync::Errand errand, const RecordId& account, Answer answer);
    void derive(const RecordId& account, std::shared_ptr<keys::SecretBytes> password,
                const std::optional<Credential>& former, Answer answer);
    void keep_password(const RecordId& account, const Credential& credential, Answer answer);
    void renew(sync::Errand errand, const DeviceId& device, Answer answer);
    void begin_factor(const RecordId& account, Answer answer);
    void confirm_factor(const sync::Errand& errand, const RecordId& account, Answer answer);
    void note_factor(const RecordId& account, Answer answer);
    // contacts.cpp
    void report_in(const sync::Errand& errand, const sync::Hello& hello, Answer answer);
    void list_contacts(const RecordId& account, Answer answer);

    std::shared_ptr<const EnrolmentParts> parts_;
};

}  // namespace zhibu::server
