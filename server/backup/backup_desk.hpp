#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>

#include "server/backup/backup_note.hpp"
#include "server/founding/backup.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/kept_keys.hpp"

namespace zhibu::server {

/// Copies the store beside the server's other work when `zhibu-server backup` asks, one copy at a
/// time, on a thread of its own.
/// Logs backup_begun, backup_done, backup_failed and backup_unanswered.
/// Threads: upkeep() is the committer's, as `keys` are; the rest belongs to who owns it.
class BackupDesk {
public:
    /// All outlive it.
    struct Parts {
        const SealedStore* store = nullptr;
        const vault::KeptKeys* keys = nullptr;
        const catalog::Catalog* catalog = nullptr;
        const record::Clock* clock = nullptr;
        record::Random* random = nullptr;
        /// Called before the request is answered, by any thread.
        std::function<void(LogIndex through)> note_backup;
        /// From any thread.
        std::function<void(std::string_view event, std::string_view ids)> log;
    };

    BackupDesk(Parts parts, const ServerFiles& files);
    ~BackupDesk();
    BackupDesk(const BackupDesk&) = delete;
    BackupDesk& operator=(const BackupDesk&) = delete;

    /// Begins what was asked for; returns how long until it looks again.
    [[nodiscard]] std::chrono::milliseconds upkeep();

    /// Ends what is under way, without a copy, and begins nothing more. Waits for it.
    void stop();

private:
    void begin(const Request& request);
    void finish(const Request& request, const BackupOutcome& outcome);

    Parts parts_;
    RequestNote note_;
    record::Instant due_;
    std::atomic<bool> is_stopping_ = false;
    std::atomic<bool> is_busy_ = false;
    std::thread copying_;
};

}  // namespace zhibu::server
