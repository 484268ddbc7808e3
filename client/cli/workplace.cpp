#include "client/cli/workplace.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/cli/control.hpp"
#include "client/cli/detail/opened.hpp"
#include "client/cli/detail/page_words.hpp"
#include "client/cli/network.hpp"
#include "client/cli/unlocking.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;
using detail::done;

/// So often a workbench that stays open writes down how late it is.
constexpr std::int64_t known_step_milliseconds = 60'000;

/// How often a locked workbench looks whether its lease is over; it reads a file.
constexpr std::int64_t lease_look_ms = 60'000;

std::string_view code_of(AccessFault fault) {
    switch (fault) {
        case AccessFault::never_synchronised:
            return "never_synchronised";
        case AccessFault::wrong_password:
            return "wrong_password";
        case AccessFault::lease_over:
            return "lease_over";
        case AccessFault::account_disabled:
            return "account_disabled";
        case AccessFault::clock_went_back:
            return "clock_went_back";
        case AccessFault::damaged:
            return "damaged";
        case AccessFault::storage_failed:
            return "storage_failed";
        case AccessFault::out_of_memory:
            return "out_of_memory";
    }
    std::unreachable();
}

/// The replica's own faults, of which the page shows the words alone.
std::string_view code_of(const OpeningError& error) {
    const auto* access = std::get_if<AccessFault>(&error);
    return access == nullptr ? "replica" : code_of(*access);
}

}  // namespace

Workplace::Workplace(Console& console, Identity identity, SignHash sign, Settings settings,
                     std::function<void(ApiNews)> told)
    : console_{console},
      sign_{std::move(sign)},
      settings_{settings},
      told_{std::move(told)},
      identity_{std::move(identity)} {}

Workplace::~Workplace() {
    if (opener_.joinable()) {
        opener_.join();
    }
    lock({});
}

std::shared_ptr<Workplace::Opened> Workplace::now_open() {
    const std::lock_guard guard{mutex_};
    return opened_;
}

void Workplace::touch() { last_used_ms_ = console_.clock.now().milliseconds; }

void Workplace::handle(const ApiRequest& request, Respond respond) {
    const Language language = language_of(request.query);
    const bool posts = request.method == "POST";
    const auto opened = now_open();
    if (posts && request.path == "/api/unlock") {
        unlock(request.body, language, std::move(respond));
    } else if (!opened) {
        respond(
            request.path == "/api/status"
                ? locked_status(language)
                : problem({423, "locked", "工作台已锁定。", "The workbench is locked."}, language));
    } else if (const OwnWish* const wish = own_wish(request); wish != nullptr) {
        touch();
        ask_for_own(*wish, request.body, language, opened, std::move(respond));
    } else if (posts && request.path == "/api/lock") {
        lock_when_asked();
        respond(done());
    } else if (posts && request.path == "/api/activity") {
        touch();
        respond(done());
    } else {
        // What pages fetch by themselves, as others' changes arrive, is nobody's work.
        if (posts) {
            touch();
        }
        opened->api->handle(request, std::move(respond));
    }
}

void Workplace::lock_when_asked() {
    {
        // Nothing is shown from here on; its threads are ended by tick().
        const std::lock_guard guard{mutex_};
        if (!opened_) {
            return;
        }
        ending_ = std::move(opened_);
        locked_ = {};
    }
    // Its other pages blank too.
    told_(ApiNews::changed);
}

ApiResponse Workplace::locked_status(Language language) {
    Locked locked;
    std::string account;
    {
        const std::lock_guard guard{mutex_};
        locked = locked_;
        account = identity_.account_name;
    }
    return answer(
        json::object{{"locked", true},
                     {"opening", opening_.load()},
                     {"account", account},
                     {"reason", locked.because ? code_of(*locked.because) : std::string_view{}},
                     {"message", words_of(locked, language)}});
}

std::string Workplace::words_of(const Locked& locked, Language language) {
    if (!locked.because) {
        return {};
    }
    if (const auto* fault = std::get_if<AccessFault>(&*locked.because)) {
        return explain(console_, *fault, language);
    }
    return explain(std::get<ReplicaError>(*locked.because), language);
}

void Workplace::unlock(const std::string& body, Language language, Respond respond) {
    static constexpr std::array asked{std::string_view{"password"}};
    auto words = detail::read_secrets(body, asked);
    if (!words) {
        respond(problem({400, "bad_request", "请输入密码。", "Enter the password."}, language));
        return;
    }
    const bool is_busy = [&] {
        const std::lock_guard guard{mutex_};
        return not_closed_ != 0 || opening_.exchange(true);
    }();
    if (is_busy) {
        respond(detail::busy(language));
        return;
    }
    begin(
        [this, language, word = std::move(words->front()), respond = std::move(respond)]() mutable {
            const std::optional<OpeningError> fault = open_with_password(word);
            word = keys::SecretBytes{};
            if (fault) {
                stay_locked(*fault);
            }
            opening_ = false;
            respond(fault ? problem(403, "refused", words_of({fault}, language), {}) : done());
            told_(ApiNews::sync);
        });
}

void Workplace::begin(std::move_only_function<void()> work) {
    const std::lock_guard one{opener_mutex_};
    if (opener_.joinable()) {
        opener_.join();
    }
    opener_ = std::jthread{std::move(work)};
}

std::optional<OpeningError> Workplace::open_with_password(const keys::SecretBytes& password) {
    const std::lock_guard alone{keys_mutex_};
    Safe safe{console_.files, console_.disk, console_.random};
    if (const auto erased = safe.erase_if_over(console_.clock.now()); !erased) {
        return erased.error();
    }
    auto access = safe.open(password, identity());
    if (!access) {
        return access.error();
    }
    return try_open(std::make_shared<Access>(*std::move(access)));
}

void Workplace::stay_locked(OpeningError because) {
    const std::lock_guard guard{mutex_};
    locked_ = {std::move(because)};
}

Identity Workplace::identity() {
    const std::lock_guard guard{mutex_};
    return identity_;
}

void Workplace::open(std::shared_ptr<Access> access) {
    if (auto fault = try_open(std::move(access))) {
        stay_locked(*std::move(fault));
    }
}

std::optional<OpeningError> Workplace::try_open(std::shared_ptr<Access> access) {
    const Renewal renewal = settings_.offline ? Renewal::refused : Renewal::allowed;
    auto replica = open_with(console_, identity(), std::move(access), renewal);
    if (!replica) {
        return std::move(replica).error();
    }
    const auto status = replica->replica->status();
    lease_ends_ms_ = status && status->lease ? status->lease->expires_at.milliseconds : 0;
    auto opened = make_opened();
    opened->identity = std::move(replica->identity);
    opened->access = std::move(replica->access);
    opened->outbox = std::move(replica->outbox);
    opened->history = std::move(replica->history);
    opened->desk = std::make_unique<ReplicaDesk>(std::move(replica->replica));
    opened->api = std::make_unique<Api>(parts_for_pages(*opened));
    opened->api->watch(told_);
    {
        // What the agent reports from here on is about this opening, however quick it is.
        const std::lock_guard guard{mutex_};
        to_lock_.reset();
    }
    if (!settings_.offline) {
        if (auto fault = begin_synchronising(*opened)) {
            return fault;
        }
    }
    touch();
    const std::lock_guard guard{mutex_};
    opened_ = std::move(opened);
    locked_ = {};
    return std::nullopt;
}

std::shared_ptr<Workplace::Opened> Workplace::make_opened() {
    ++not_closed_;
    // Whoever lets go of it last, a page's request perhaps, only then may it be opened again.
    return {new Opened, [this](Opened* opened) {
                delete opened;
                --not_closed_;
            }};
}

ApiParts Workplace::parts_for_pages(Opened& opened) {
    return {opened.desk.get(),
            &catalog::standard_catalog(),
            &console_.clock,
            opened.identity.account_name,
            sign_,
            [&opened](std::string second_factor) {
                if (opened.synchronising) {
                    opened.synchronising->sync_now(std::move(second_factor));
                }
            },
            [&opened](record::Sequence last) {
                if (opened.synchronising) {
                    opened.synchronising->group_made(last);
                }
            },
            console_.files.folder,
            [this, &opened] { return make_enrolment_code(opened.identity, console_.random); },
            [&opened](sync::Errand errand, ApiParts::Answered answered) {
                if (opened.synchronising) {
                    opened.synchronising->ask(std::move(errand), std::move(answered));
                } else {
                    answered(std::nullopt);
                }
            }};
}

std::optional<AccessFault> Workplace::begin_synchronising(Opened& opened) {
    auto key = account_key(*opened.access);
    if (!key) {
        return key.error();
    }
    opened.synchronising = std::make_unique<Synchronising>(
        Synchronising::Parts{{&console_, &opened.identity, opened.desk.get(),
                              std::make_shared<keys::Ed25519Key>(*std::move(key)),
                              [this, keep = lease_keeper(console_, opened.access)](
                                  const sync::Lease& lease, std::span<const std::uint8_t> secret) {
                                  lease_ends_ms_ = lease.expires_at.milliseconds;
                                  return keep(lease, secret);
                              },
                              opened.outbox, opened.history},
                             opened.api.get(),
                             [this](const SyncReport& report) { take_report(report); }});
    return opened.synchronising->begin() == Exit::done ? std::nullopt
                                                       : std::optional{AccessFault::damaged};
}

void Workplace::take_report(const SyncReport& report) {
    const auto meaning = meaning_of(report);
    if (!meaning) {
        return;
    }
    // What was not erased now is erased when the workbench is opened next, or as the lease ends.
    static_cast<void>(obey(console_, report));
    const std::lock_guard guard{mutex_};
    learn_password_salt(console_, identity_, report);
    to_lock_ = Locked{*meaning};
}

void Workplace::tick() {
    const record::Instant now = console_.clock.now();
    Safe safe{console_.files, console_.disk, console_.random};
    if (now.milliseconds >= latest_.milliseconds + known_step_milliseconds) {
        latest_ = now;
        // Where it cannot be written, or the opener does it, the next start goes by the minute
        // before.
        if (const std::unique_lock alone{keys_mutex_, std::try_to_lock}; alone) {
            static_cast<void>(safe.know(now));
        }
    }
    std::optional<Locked> locking;
    std::shared_ptr<Opened> ending;
    bool is_open = false;
    {
        const std::lock_guard guard{mutex_};
        ending = std::exchange(ending_, nullptr);
        is_open = opened_ != nullptr;
    }
    ending.reset();
    if (!is_open) {
        erase_while_locked(now);
        return;
    }
    {
        const std::lock_guard guard{mutex_};
        const std::int64_t idle_ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(settings_.idle).count();
        // A clock that is set back must not keep it open for as long.
        last_used_ms_ = std::min(last_used_ms_.load(), now.milliseconds);
        const std::int64_t lease_end = lease_ends_ms_;
        if (to_lock_) {
            locking = std::exchange(to_lock_, std::nullopt);
        } else if (lease_end != 0 && now.milliseconds >= lease_end) {
            locking = Locked{AccessFault::lease_over};
        } else if (lease_end != 0 && latest_.milliseconds >= lease_end) {
            locking = Locked{AccessFault::clock_went_back};
        } else if (now.milliseconds - last_used_ms_ > idle_ms) {
            locking = Locked{};
        }
    }
    if (locking) {
        lock(*locking);
        const std::lock_guard alone{keys_mutex_};
        static_cast<void>(safe.erase_if_over(now));
    }
}

void Workplace::erase_while_locked(record::Instant now) {
    if (std::abs(now.milliseconds - looked_at_lease_ms_) < lease_look_ms) {
        return;
    }
    const std::unique_lock alone{keys_mutex_, std::try_to_lock};
    if (!alone || not_closed_ != 0) {
        return;
    }
    looked_at_lease_ms_ = now.milliseconds;
    std::error_code ignored;
    const bool was_there = std::filesystem::exists(console_.files.replica(), ignored);
    Safe safe{console_.files, console_.disk, console_.random};
    static_cast<void>(safe.erase_if_over(now));
    if (was_there && !std::filesystem::exists(console_.files.replica(), ignored)) {
        stay_locked(safe.over_at(now).value_or(AccessFault::lease_over));
        told_(ApiNews::sync);
    }
}

void Workplace::lock(Locked locked) {
    // Destroyed without the lock, which their threads may want for a last report.
    std::shared_ptr<Opened> ending;
    std::shared_ptr<Opened> earlier;
    {
        const std::lock_guard guard{mutex_};
        ending = std::exchange(opened_, nullptr);
        earlier = std::exchange(ending_, nullptr);
        locked_ = locked;
    }
    if (ending) {
        ending.reset();
        told_(ApiNews::changed);
    }
}

}  // namespace zhibu::client
