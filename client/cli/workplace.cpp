#include "client/cli/workplace.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "client/cli/network.hpp"
#include "client/cli/unlocking.hpp"

namespace zhibu::client {
namespace {

namespace json = boost::json;

constexpr std::size_t password_bytes_max = 1024;

Language language_of(const ApiRequest& request) {
    const auto found = request.query.find("lang");
    return found != request.query.end() && found->second == "en" ? Language::en : Language::zh;
}

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
        case AccessFault::damaged:
            return "damaged";
        case AccessFault::storage_failed:
            return "storage_failed";
        case AccessFault::out_of_memory:
            return "out_of_memory";
    }
    std::unreachable();
}

ApiResponse problem(unsigned status, std::string_view code, std::string_view message) {
    return {status,
            json::serialize(json::object{{"error", json::object{{"code", code},
                                                                {"message", message},
                                                                {"findings", json::array{}}}}})};
}

ApiResponse done() { return {200, json::serialize(json::object{{"done", true}})}; }

/// The password of {"password": "..."}; the text that it came in is cleansed.
std::optional<keys::SecretBytes> read_password(std::string body) {
    boost::system::error_code fault;
    json::value parsed = json::parse(body, fault);
    keys::cleanse(body);
    json::object* object = fault ? nullptr : parsed.if_object();
    json::value* word = object == nullptr ? nullptr : object->if_contains("password");
    if (word == nullptr || !word->is_string() || word->get_string().size() > password_bytes_max) {
        return std::nullopt;
    }
    json::string& text = word->get_string();
    keys::SecretBytes password{std::string_view{text}};
    std::ranges::fill(text, '\0');
    return password;
}

/// What the server's refusal means for the device's keys.
std::optional<AccessFault> meaning_of(const SyncReport& report) {
    if (report.phase != SyncPhase::ended || !report.refusal) {
        return std::nullopt;
    }
    using enum sync::RefusalReason;
    const sync::RefusalReason reason = report.refusal->reason;
    if (reason == wrong_password || reason == password_changed) {
        return AccessFault::wrong_password;
    }
    if (!ends_work(reason)) {
        return std::nullopt;
    }
    return reason == account_disabled || reason == account_deleted ? AccessFault::account_disabled
                                                                   : AccessFault::lease_over;
}

}  // namespace

/// All that exists only while the workbench is open, ended in its order.
struct Workplace::Opened {
    Identity identity;
    std::shared_ptr<Access> access;
    std::shared_ptr<DeviceOutbox> outbox;
    std::unique_ptr<Api> api;
    std::unique_ptr<ReplicaDesk> desk;
    std::unique_ptr<Synchronising> synchronising;

    ~Opened() {
        if (synchronising) {
            synchronising->end();
        }
        // What is still to be done at the desk names the operations and the agent.
        desk.reset();
    }
};

Workplace::Workplace(Console& console, Identity identity, SignHash sign, Settings settings,
                     std::function<void(ApiNews)> told)
    : console_{console},
      identity_{std::move(identity)},
      sign_{std::move(sign)},
      settings_{settings},
      told_{std::move(told)} {}

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
    const Language language = language_of(request);
    const bool posts = request.method == "POST";
    const bool polls = request.path == "/api/status";
    const auto opened = now_open();
    if (posts && request.path == "/api/unlock") {
        unlock(request.body, language, std::move(respond));
    } else if (!opened) {
        respond(polls ? locked_status(language)
                      : problem(423, "locked",
                                language == Language::zh ? "工作台已锁定。"
                                                         : "The workbench is locked."));
    } else if (posts && request.path == "/api/lock") {
        {
            // Nothing is shown from here on; its threads are ended by tick().
            const std::lock_guard guard{mutex_};
            ending_ = std::exchange(opened_, nullptr);
            locked_ = {};
        }
        respond(done());
    } else if (posts && request.path == "/api/activity") {
        touch();
        respond(done());
    } else {
        if (!polls) {
            touch();
        }
        opened->api->handle(request, std::move(respond));
    }
}

ApiResponse Workplace::locked_status(Language language) {
    Locked locked;
    {
        const std::lock_guard guard{mutex_};
        locked = locked_;
    }
    return {200, json::serialize(json::object{
                     {"locked", true},
                     {"opening", opening_.load()},
                     {"account", identity_.account_name},
                     {"reason", locked.because ? code_of(*locked.because) : std::string_view{}},
                     {"message", words_of(locked, language)}})};
}

std::string Workplace::words_of(const Locked& locked, Language language) {
    return locked.because ? explain(console_, *locked.because, language) : std::string{};
}

void Workplace::unlock(const std::string& body, Language language, Respond respond) {
    auto password = read_password(body);
    if (!password) {
        respond(problem(400, "bad_request",
                        language == Language::zh ? "请输入密码。" : "Enter the password."));
        return;
    }
    const bool still_ending = [&] {
        const std::lock_guard guard{mutex_};
        return ending_ != nullptr;
    }();
    if (now_open() || still_ending || opening_.exchange(true)) {
        respond(problem(409, "busy",
                        language == Language::zh ? "正在打开，请稍候。"
                                                 : "It is being opened; wait a moment."));
        return;
    }
    if (opener_.joinable()) {
        opener_.join();
    }
    // Argon2id takes a second: not on the thread that answers pages.
    opener_ = std::jthread{[this, language, word = *std::move(password),
                            respond = std::move(respond)]() mutable {
        Safe safe{console_.files, console_.disk, console_.random};
        std::optional<AccessFault> fault;
        if (const auto erased = safe.erase_if_over(console_.clock.now()); !erased) {
            fault = erased.error();
        } else if (auto access = safe.open(word, identity_); !access) {
            fault = access.error();
        } else {
            open(std::make_shared<Access>(*std::move(access)));
        }
        word = keys::SecretBytes{};
        if (fault) {
            const std::lock_guard guard{mutex_};
            locked_ = {fault};
        }
        opening_ = false;
        const bool is_open = now_open() != nullptr;
        const std::string why = [&] {
            const std::lock_guard guard{mutex_};
            return locked_.because ? explain(console_, *locked_.because, language) : std::string{};
        }();
        respond(is_open ? done() : problem(403, "refused", why));
        told_(ApiNews::sync);
    }};
}

void Workplace::open(std::shared_ptr<Access> access) {
    const Renewal renewal = settings_.offline ? Renewal::refused : Renewal::allowed;
    auto replica = open_with(console_, identity_, access, renewal);
    if (!replica) {
        const auto* fault = std::get_if<AccessFault>(&replica.error());
        const std::lock_guard guard{mutex_};
        locked_ = {fault == nullptr ? AccessFault::storage_failed : *fault};
        return;
    }
    const auto status = replica->replica->status();
    lease_ends_ms_ = status && status->lease ? status->lease->expires_at.milliseconds : 0;
    auto opened = std::make_shared<Opened>();
    opened->identity = std::move(replica->identity);
    opened->access = std::move(replica->access);
    opened->outbox = std::move(replica->outbox);
    opened->desk = std::make_unique<ReplicaDesk>(std::move(replica->replica));
    opened->api = std::make_unique<Api>(ApiParts{opened->desk.get(), &catalog::standard_catalog(),
                                                 &console_.clock, identity_.account_name, sign_,
                                                 [raw = opened.get()] {
                                                     if (raw->synchronising) {
                                                         raw->synchronising->sync_now();
                                                     }
                                                 },
                                                 [raw = opened.get()](record::Sequence last) {
                                                     if (raw->synchronising) {
                                                         raw->synchronising->group_made(last);
                                                     }
                                                 }});
    opened->api->watch(told_);
    if (!settings_.offline) {
        auto key = account_key(*opened->access);
        if (!key) {
            const std::lock_guard guard{mutex_};
            locked_ = {key.error()};
            return;
        }
        opened->synchronising = std::make_unique<Synchronising>(Synchronising::Parts{
            &console_, &opened->identity, opened->desk.get(), opened->api.get(),
            std::make_shared<keys::Ed25519Key>(*std::move(key)),
            [this, keep = lease_keeper(console_, opened->access)](
                const sync::Lease& lease, std::span<const std::uint8_t> secret) {
                lease_ends_ms_ = lease.expires_at.milliseconds;
                return keep(lease, secret);
            },
            opened->outbox, [this](const SyncReport& report) { take_report(report); }});
        if (opened->synchronising->begin() != Exit::done) {
            const std::lock_guard guard{mutex_};
            locked_ = {AccessFault::damaged};
            return;
        }
    }
    touch();
    const std::lock_guard guard{mutex_};
    opened_ = std::move(opened);
    to_lock_.reset();
}

void Workplace::take_report(const SyncReport& report) {
    const auto meaning = meaning_of(report);
    if (!meaning) {
        return;
    }
    learn_password_salt(console_, identity_, report);
    static_cast<void>(obey(console_, report));
    const std::lock_guard guard{mutex_};
    to_lock_ = Locked{meaning};
}

void Workplace::tick() {
    const record::Instant now = console_.clock.now();
    std::optional<Locked> locking;
    std::shared_ptr<Opened> ending;
    {
        const std::lock_guard guard{mutex_};
        ending = std::exchange(ending_, nullptr);
        if (!opened_) {
            return;
        }
        const std::int64_t idle_ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(settings_.idle).count();
        const std::int64_t lease_end = lease_ends_ms_;
        if (to_lock_) {
            locking = std::exchange(to_lock_, std::nullopt);
        } else if (lease_end != 0 && now.milliseconds >= lease_end) {
            locking = Locked{AccessFault::lease_over};
        } else if (now.milliseconds - last_used_ms_ > idle_ms) {
            locking = Locked{};
        }
    }
    if (locking) {
        lock(*locking);
        static_cast<void>(Safe{console_.files, console_.disk, console_.random}.erase_if_over(now));
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
