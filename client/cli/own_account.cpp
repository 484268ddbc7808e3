#include "client/cli/own_account.hpp"

#include <boost/json.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "client/access/safe.hpp"
#include "client/cli/network.hpp"
#include "client/cli/unlocking.hpp"
#include "client/identity/identity.hpp"
#include "client/words/words.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/one_time_password.hpp"
#include "shared/keys/p256.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

/// Has it done in a session of its own; says why not where it was not.
std::expected<sync::ErrandReply, Exit> run_errand(Console& console, sync::Errand errand) {
    ErrandWords words{std::move(errand), std::nullopt};
    SyncWords sync;
    sync.errand = &words;
    const Exit synchronised = synchronise(console, sync);
    keys::cleanse(words.errand.text);
    if (!words.reply) {
        return std::unexpected{synchronised == Exit::done ? Exit::failed : synchronised};
    }
    if (!words.reply->is_done) {
        sync::Refusal why;
        why.reason = words.reply->refused;
        return std::unexpected{client::fail(console, Exit::refused, explain(why, Language::zh),
                                            explain(why, Language::en))};
    }
    return *std::move(words.reply);
}

std::string authenticator_url(const sync::ErrandReply& reply, const Identity& identity) {
    return keys::otpauth_url(reply.secret, "zhibu", identity.account_name);
}

Exit say(Console& console, std::string_view zh, std::string_view en) {
    if (console.json) {
        console.out << json::serialize(json::object{{"done", true}}) << '\n';
    } else {
        console.out << (console.language == Language::zh ? zh : en) << '\n';
    }
    return Exit::done;
}

/// What this device keeps is wrapped with the new password. If that fails, the server's own words
/// at the next contact lead on: there the new one counts already.
Exit take_password(Console& console, const keys::SecretBytes& password,
                   const sync::ErrandReply& reply) {
    auto identity = load_identity(console.files);
    if (!identity) {
        return client::fail(console, identity.error());
    }
    auto access = unlock_device(console, *identity);
    if (!access) {
        return access.error();
    }
    if (const auto taken = keep_password(console, **access, *identity, password, reply); !taken) {
        return client::fail(console, taken.error());
    }
    return Exit::done;
}

}  // namespace

std::expected<void, AccessFault> keep_password(Console& console, Access& access, Identity& identity,
                                               const keys::SecretBytes& password,
                                               const sync::ErrandReply& reply) {
    identity.password_salt = reply.password_salt;
    identity.password_cost = reply.password_cost;
    Safe safe{console.files, console.disk, console.random};
    ZHIBU_TRY_VOID(safe.take_password(access, password, identity));
    if (!update_identity(console.files, identity)) {
        return std::unexpected{AccessFault::storage_failed};
    }
    // What was kept there is of the password before.
    forget_unlocked(identity);
    return {};
}

Exit change_password(Console& console, const OwnAccountWords& words) {
    Console asking = console;
    asking.password_file = words.new_password_file.empty()
                               ? std::nullopt
                               : std::optional<std::filesystem::path>{words.new_password_file};
    const auto password = read_password(asking, true);
    if (!password) {
        return password.error();
    }
    sync::Errand errand;
    errand.sort = sync::ErrandSort::change_password;
    errand.text = password->text();
    const auto reply = run_errand(console, std::move(errand));
    if (!reply) {
        return reply.error();
    }
    if (const Exit taken = take_password(console, *password, *reply); taken != Exit::done) {
        return taken;
    }
    return say(console, "密码已更改。本账号在其他设备上的连接已中断，须用新密码登录。",
               "The password is changed. This account's sessions on other devices have ended; they "
               "sign in with the new one.");
}

std::string second_factor_words(const sync::ErrandReply& reply, const Identity& identity) {
    return json::serialize(
        json::object{{"url", authenticator_url(reply, identity)},
                     {"recovery_codes", json::value_from(reply.recovery_codes)}});
}

Exit begin_second_factor(Console& console) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return client::fail(console, identity.error());
    }
    sync::Errand errand;
    errand.sort = sync::ErrandSort::begin_second_factor;
    const auto reply = run_errand(console, std::move(errand));
    if (!reply) {
        return reply.error();
    }
    if (console.json) {
        console.out << second_factor_words(*reply, *identity) << '\n';
        return Exit::done;
    }
    const bool zh = console.language == Language::zh;
    console.out << (zh ? "将此地址录入验证器（只显示这一次）：\n"
                       : "For the authenticator (shown only now):\n")
                << authenticator_url(*reply, *identity) << '\n'
                << (zh ? "恢复码，每个只能用一次，请抄写并妥善保管：\n"
                       : "Recovery codes, each good once; keep them on paper:\n");
    for (const std::string& code : reply->recovery_codes) {
        console.out << code << '\n';
    }
    console.out << (zh ? "然后确认：zhibu second-factor confirm\n"
                       : "Then confirm it: zhibu second-factor confirm\n");
    return Exit::done;
}

Exit confirm_second_factor(Console& console, const OwnAccountWords& words) {
    const auto code = read_second_factor(console, words.code_file);
    if (!code) {
        return code.error();
    }
    sync::Errand errand;
    errand.sort = sync::ErrandSort::confirm_second_factor;
    errand.text = code->text();
    const auto reply = run_errand(console, std::move(errand));
    if (!reply) {
        return reply.error();
    }
    return say(console, "双因素认证已启用。以后登录用 zhibu sync --code。",
               "The second factor counts from now on: sign in with zhibu sync --code.");
}

std::vector<sync::Errand> renewal_due(Console& console) {
    const auto identity = load_identity(console.files);
    const auto pem = load_device_key(console.files);
    if (!identity || !pem) {
        return {};
    }
    const auto chain = keys::certificates_from_pem(identity->certificate_chain);
    const auto key = keys::P256Key::from_pem(*pem);
    if (!chain || !key) {
        return {};
    }
    const auto words = keys::read_certificate(chain->front());
    if (!words) {
        return {};
    }
    const std::int64_t begins = words->validity.from.milliseconds;
    const std::int64_t life = words->validity.until.milliseconds - begins;
    if (console.clock.now().milliseconds < begins + life / 3 * 2) {
        return {};
    }
    sync::Errand errand;
    errand.sort = sync::ErrandSort::renew_certificate;
    errand.signing_request = keys::make_signing_request(*key);
    return {std::move(errand)};
}

sync::Errand reporting_in(record::Sequence newest) {
    sync::Errand errand;
    errand.sort = sync::ErrandSort::report_in;
    errand.text = ZHIBU_VERSION;
    errand.newest = newest;
    return errand;
}

void take_above(ReplicaDesk& desk, const sync::ErrandReply& reply) {
    if (reply.is_done) {
        desk.ask([above = reply.above](Replica& replica) {
            // Kept again at the next contact.
            static_cast<void>(replica.keep_above(above));
        });
    }
}

void take_renewal(Console& console, const sync::ErrandReply& reply) {
    auto identity = load_identity(console.files);
    if (!identity || !reply.is_done || reply.certificate_chain.size() != 3) {
        return;
    }
    const keys::Certificate own{reply.certificate_chain[0]};
    const auto words = keys::read_certificate(own);
    const auto roots = keys::certificates_from_pem(identity->root_certificate);
    const bool is_ours = words && words->device == identity->device && roots &&
                         roots->front().der == reply.certificate_chain[2];
    if (!is_ours) {
        return;
    }
    identity->certificate_chain =
        keys::to_pem(own) + keys::to_pem(keys::Certificate{reply.certificate_chain[1]});
    static_cast<void>(update_identity(console.files, *identity));
}

}  // namespace zhibu::client
