#include <boost/json.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "client/access/safe.hpp"
#include "client/cli/detail/opened.hpp"
#include "client/cli/detail/page_words.hpp"
#include "client/cli/own_account.hpp"
#include "client/cli/unlocking.hpp"
#include "client/cli/workplace.hpp"
#include "client/words/words.hpp"
#include "sync_protocol/message/message.hpp"

/// Another password for the account, from the page.
namespace zhibu::client {
namespace {

/// The server derives a key from it, which takes a second, behind others' maybe.
constexpr std::chrono::seconds answer_deadline{30};

ApiResponse not_connected(Language language) {
    return problem({409, "not_connected", "没有与服务器连接，密码没有更改。请联网同步后再试。",
                    "There is no connection to the server, so the password is as it was. Connect, "
                    "synchronise and try again."},
                   language);
}

ApiResponse no_answer(Language language) {
    return problem(
        {504, "no_answer",
         "服务器没有及时应答。若密码已更改，下次连接时会要求用新密码登录；否则请稍后重试。",
         "The server did not answer in time. If the password was changed, the next connection asks "
         "for the new one; otherwise try again."},
        language);
}

ApiResponse refused(sync::RefusalReason reason, Language language) {
    return problem(403, "refused", explain(sync::Refusal::of(reason), language), {});
}

}  // namespace

struct Workplace::NewPassword {
    keys::SecretBytes current;
    keys::SecretBytes following;
};

void Workplace::change_password(const std::string& body, Language language,
                                std::shared_ptr<Opened> opened, Respond respond) {
    auto words = detail::read_secrets(body, {"current", "password"});
    if (!words) {
        respond(problem({400, "bad_request", "请输入现在的密码和新密码。",
                         "Enter the present password and the new one."},
                        language));
        return;
    }
    if (!opened->synchronising) {
        respond(not_connected(language));
        return;
    }
    if (opening_.exchange(true)) {
        respond(detail::busy(language));
        return;
    }
    auto wish =
        std::make_shared<NewPassword>(NewPassword{std::move((*words)[0]), std::move((*words)[1])});
    begin(
        [this, language, wish, opened = std::move(opened), respond = std::move(respond)]() mutable {
            ApiResponse told = take_password(*wish, *opened, language);
            opened.reset();
            opening_ = false;
            respond(std::move(told));
        });
}

ApiResponse Workplace::take_password(const NewPassword& wish, Opened& opened, Language language) {
    {
        // Whoever finds the workbench open must not make it theirs.
        const std::lock_guard alone{keys_mutex_};
        Safe safe{console_.files, console_.disk, console_.random};
        if (const auto known = safe.open(wish.current, identity()); !known) {
            return problem(403, "refused", explain(console_, known.error(), language), {});
        }
    }
    sync::Errand errand;
    errand.sort = sync::ErrandSort::change_password;
    errand.text = wish.following.text();
    // Kept by both, whoever lets go of it first.
    const auto answered = std::make_shared<std::promise<std::optional<sync::ErrandReply>>>();
    opened.synchronising->ask(
        std::move(errand),
        [answered](const std::optional<sync::ErrandReply>& reply) { answered->set_value(reply); });
    auto waiting = answered->get_future();
    if (waiting.wait_for(answer_deadline) != std::future_status::ready) {
        return no_answer(language);
    }
    const auto reply = waiting.get();
    if (!reply) {
        return not_connected(language);
    }
    if (!reply->is_done) {
        return refused(reply->refused, language);
    }
    const auto fault = keep_taken(wish, *reply, opened);
    // The account's key is another one now: whoever goes on opens the workbench with it.
    lock_when_asked();
    return fault ? problem(403, "refused", explain(console_, *fault, language), {})
                 : detail::done();
}

std::optional<AccessFault> Workplace::keep_taken(const NewPassword& wish,
                                                 const sync::ErrandReply& reply, Opened& opened) {
    const std::lock_guard alone{keys_mutex_};
    Identity now = identity();
    // A lease that comes meanwhile is wrapped there too.
    const auto kept = ask_and_wait(*opened.desk, [&](Replica& /*replica*/) {
        return client::keep_password(console_, *opened.access, now, wish.following, reply);
    });
    const std::lock_guard guard{mutex_};
    // The server has the new one, whether or not it could be kept here.
    identity_ = std::move(now);
    return kept ? std::nullopt : std::optional{kept.error()};
}

}  // namespace zhibu::client
