#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <expected>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "client/access/safe.hpp"
#include "client/cli/detail/opened.hpp"
#include "client/cli/detail/page_words.hpp"
#include "client/cli/own_account.hpp"
#include "client/cli/unlocking.hpp"
#include "client/cli/workplace.hpp"
#include "client/words/words.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/message/message.hpp"

/// What a person does for the own account, from the page: another password, a second factor.
namespace zhibu::client {
namespace {

namespace json = boost::json;

/// The server derives a key from a password, which takes a second, behind others' maybe.
constexpr std::chrono::seconds answer_deadline{30};

ApiResponse not_connected(Language language) {
    return problem({409, "not_connected", "没有与服务器连接，什么也没有更改。请联网同步后再试。",
                    "There is no connection to the server, so nothing was changed. Connect, "
                    "synchronise and try again."},
                   language);
}

ApiResponse no_answer(Language language) {
    return problem(
        {504, "no_answer",
         "服务器没有及时应答。若已更改，下次连接时会要求用更改后的登录；否则请稍后重试。",
         "The server did not answer in time. If the change was made, the next connection asks for "
         "what is new; otherwise try again."},
        language);
}

ApiResponse refused(const std::string& why) { return problem(403, "refused", why, {}); }

/// What the server has done, or what the page is told instead.
std::expected<sync::ErrandReply, ApiResponse> run_errand(Synchronising& synchronising,
                                                         sync::Errand errand, Language language) {
    // Kept by both, whoever lets go of it first.
    const auto answered = std::make_shared<std::promise<std::optional<sync::ErrandReply>>>();
    synchronising.ask(std::move(errand), [answered](const std::optional<sync::ErrandReply>& reply) {
        answered->set_value(reply);
    });
    auto waiting = answered->get_future();
    if (waiting.wait_for(answer_deadline) != std::future_status::ready) {
        return std::unexpected{no_answer(language)};
    }
    auto reply = waiting.get();
    if (!reply) {
        return std::unexpected{not_connected(language)};
    }
    if (!reply->is_done) {
        return std::unexpected{refused(explain(sync::Refusal::of(reply->refused), language))};
    }
    return *std::move(reply);
}

}  // namespace

struct Workplace::OwnWish {
    std::string_view path;
    /// What is typed, by its names.
    std::span<const std::string_view> typed;
    /// What is told where something is not.
    Problem missing;
    ApiResponse (Workplace::*run)(const Secrets& typed, Opened& opened, Language language);
};

const Workplace::OwnWish* Workplace::own_wish(const ApiRequest& request) {
    static constexpr std::array password{std::string_view{"current"}, std::string_view{"password"}};
    static constexpr std::array current{std::string_view{"current"}};
    static constexpr std::array code{std::string_view{"code"}};
    static const std::array wishes{
        OwnWish{"/api/password",
                password,
                {400, "bad_request", "请输入现在的密码和新密码。",
                 "Enter the present password and the new one."},
                &Workplace::take_password},
        OwnWish{"/api/second-factor",
                current,
                {400, "bad_request", "请输入密码。", "Enter the password."},
                &Workplace::make_second_factor},
        OwnWish{"/api/second-factor/confirm",
                code,
                {400, "bad_request", "请输入验证码。", "Enter the code."},
                &Workplace::confirm_second_factor},
    };
    const auto* const found = std::ranges::find(wishes, request.path, &OwnWish::path);
    return request.method == "POST" && found != wishes.end() ? found : nullptr;
}

void Workplace::ask_for_own(const OwnWish& wish, const std::string& body, Language language,
                            std::shared_ptr<Opened> opened, Respond respond) {
    auto typed = detail::read_secrets(body, wish.typed);
    if (!typed) {
        respond(problem(wish.missing, language));
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
    begin([this, run = wish.run, language, typed = *std::move(typed), opened = std::move(opened),
           respond = std::move(respond)]() mutable {
        ApiResponse told = (this->*run)(typed, *opened, language);
        typed.clear();
        opened.reset();
        opening_ = false;
        respond(std::move(told));
    });
}

std::expected<void, ApiResponse> Workplace::know(const keys::SecretBytes& current,
                                                 Language language) {
    const std::lock_guard alone{keys_mutex_};
    Safe safe{console_.files, console_.disk, console_.random};
    if (const auto known = safe.open(current, identity()); !known) {
        return std::unexpected{refused(explain(console_, known.error(), language))};
    }
    return {};
}

ApiResponse Workplace::take_password(const Secrets& typed, Opened& opened, Language language) {
    if (auto known = know(typed[0], language); !known) {
        return std::move(known.error());
    }
    sync::Errand errand;
    errand.sort = sync::ErrandSort::change_password;
    errand.text = typed[1].text();
    const auto reply = run_errand(*opened.synchronising, std::move(errand), language);
    if (!reply) {
        return reply.error();
    }
    const auto fault = keep_taken(typed[1], *reply, opened);
    // The account's key is another one now: whoever goes on opens the workbench with it.
    lock_when_asked();
    return fault ? refused(explain(console_, *fault, language)) : detail::done();
}

std::optional<AccessFault> Workplace::keep_taken(const keys::SecretBytes& password,
                                                 const sync::ErrandReply& reply, Opened& opened) {
    const std::lock_guard alone{keys_mutex_};
    Identity now = identity();
    // A lease that comes meanwhile is wrapped there too.
    const auto kept = ask_and_wait(*opened.desk, [&](Replica& /*replica*/) {
        return client::keep_password(console_, *opened.access, now, password, reply);
    });
    const std::lock_guard guard{mutex_};
    // The server has the new one, whether or not it could be kept here.
    identity_ = std::move(now);
    return kept ? std::nullopt : std::optional{kept.error()};
}

ApiResponse Workplace::make_second_factor(const Secrets& typed, Opened& opened, Language language) {
    if (auto known = know(typed[0], language); !known) {
        return std::move(known.error());
    }
    sync::Errand errand;
    errand.sort = sync::ErrandSort::begin_second_factor;
    const auto reply = run_errand(*opened.synchronising, std::move(errand), language);
    return reply ? ApiResponse{200, second_factor_words(*reply, identity())} : reply.error();
}

ApiResponse Workplace::confirm_second_factor(const Secrets& typed, Opened& opened,
                                             Language language) {
    sync::Errand errand;
    errand.sort = sync::ErrandSort::confirm_second_factor;
    errand.text = typed[0].text();
    const auto reply = run_errand(*opened.synchronising, std::move(errand), language);
    return reply ? detail::done() : reply.error();
}

}  // namespace zhibu::client
