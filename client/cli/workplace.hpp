#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "client/cli/session.hpp"
#include "client/cli/synchronising.hpp"
#include "client/workbench/api/api.hpp"

namespace zhibu::client {

/// The workbench's inside, locked or open. Locked it holds no key and no record, and answers
/// nothing but that it is locked, and why; the password opens it. It locks when asked, when nobody
/// works for a while, when the lease ends, and when the server says that the account may not work;
/// in the last two cases the replica is erased. A lease that ends while it is locked erases it too.
/// Source: vault.md, "The local workbench". Threads: handle() and report from any; open(), tick()
/// and the destructor from one. `respond` is called once, on any thread, and asks nothing itself.
class Workplace {
public:
    struct Settings {
        bool offline = false;
        std::chrono::minutes idle{15};
    };

    /// @param told  what pages should ask again; called from any thread
    Workplace(Console& console, Identity identity, SignHash sign, Settings settings,
              std::function<void(ApiNews)> told);
    ~Workplace();
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    /// POST /api/unlock {password}, POST /api/lock, POST /api/activity, GET /api/status while
    /// locked, and what a person does for the own account: POST /api/password {current, password},
    /// POST /api/second-factor {current}, POST /api/second-factor/confirm {code}. Everything else
    /// goes to the open workbench's operations, or is 423.
    void handle(const ApiRequest& request, std::function<void(ApiResponse)> respond);

    /// Opens with what has been unlocked elsewhere.
    void open(std::shared_ptr<Access> access);

    /// To be called several times a second.
    void tick();

private:
    using Respond = std::function<void(ApiResponse)>;
    struct Opened;

    /// Why it is locked, for the page. No fault: nobody has opened it yet, or somebody locked it.
    struct Locked {
        std::optional<OpeningError> because;
    };

    /// Why it could not be opened, if it could not.
    [[nodiscard]] std::optional<OpeningError> open_with_password(const keys::SecretBytes& password);
    [[nodiscard]] std::optional<OpeningError> try_open(std::shared_ptr<Access> access);
    [[nodiscard]] std::optional<AccessFault> begin_synchronising(Opened& opened);
    [[nodiscard]] ApiParts parts_for_pages(Opened& opened);
    void stay_locked(OpeningError because);
    [[nodiscard]] Identity identity();

    void unlock(const std::string& body, Language language, Respond respond);
    /// Runs `work` after what was begun before. Argon2id takes a second: not on the thread that
    /// answers pages.
    void begin(std::move_only_function<void()> work);
    // workplace_own_account.cpp
    struct OwnWish;
    /// What is asked for the own account; null: something else is.
    [[nodiscard]] static const OwnWish* own_wish(const ApiRequest& request);
    void ask_for_own(const OwnWish& wish, const std::string& body, Language language,
                     std::shared_ptr<Opened> opened, Respond respond);
    // What the page is told; on the opener's thread.
    using Secrets = std::vector<keys::SecretBytes>;
    [[nodiscard]] ApiResponse take_password(const Secrets& typed, Opened& opened,
                                            Language language);
    [[nodiscard]] ApiResponse make_second_factor(const Secrets& typed, Opened& opened,
                                                 Language language);
    [[nodiscard]] ApiResponse confirm_second_factor(const Secrets& typed, Opened& opened,
                                                    Language language);
    /// Whoever finds the workbench open must not make it theirs.
    [[nodiscard]] std::expected<void, ApiResponse> know(const keys::SecretBytes& current,
                                                        Language language);
    [[nodiscard]] std::optional<AccessFault> keep_taken(const keys::SecretBytes& password,
                                                        const sync::ErrandReply& reply,
                                                        Opened& opened);
    void lock(Locked locked);
    void take_report(const SyncReport& report);
    [[nodiscard]] std::string words_of(const Locked& locked, Language language);
    [[nodiscard]] ApiResponse locked_status(Language language);
    [[nodiscard]] std::shared_ptr<Opened> now_open();
    [[nodiscard]] std::shared_ptr<Opened> make_opened();
    void lock_when_asked();
    void erase_while_locked(record::Instant now);
    void touch();

    Console& console_;
    SignHash sign_;
    Settings settings_;
    std::function<void(ApiNews)> told_;

    std::mutex mutex_;
    /// The server may tell a new salt of the password.
    Identity identity_;
    std::shared_ptr<Opened> opened_;
    /// Locked, but its threads have not ended.
    std::shared_ptr<Opened> ending_;
    Locked locked_;
    /// Set by the agent's thread, obeyed by tick().
    std::optional<Locked> to_lock_;
    /// From its making until its threads have ended and its files are closed; 1 at most.
    std::atomic<int> not_closed_ = 0;
    std::atomic<bool> opening_ = false;
    std::atomic<std::int64_t> last_used_ms_ = 0;
    std::atomic<std::int64_t> lease_ends_ms_ = 0;
    /// The latest time that tick(), which alone reads it, has seen.
    record::Instant latest_;
    /// Who erases or unwraps keys: the opener, or tick() while it is locked.
    std::mutex keys_mutex_;
    std::int64_t looked_at_lease_ms_ = 0;
    std::mutex opener_mutex_;
    std::jthread opener_;
};

}  // namespace zhibu::client
