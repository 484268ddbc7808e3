#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "server/backup/backup_note.hpp"
#include "server/backup/making.hpp"
#include "server/request/request_desk.hpp"
#include "shared/vault/kept_keys.hpp"

namespace zhibu::server {

/// Copies the store beside the server's other work when `zhibu-server backup` asks.
/// Logs backup_begun, backup_done, backup_failed and backup_unanswered.
/// Threads: as RequestDesk; `keys` are the committer's.
class BackupDesk {
public:
    /// All outlive it.
    struct Parts {
        BackupMeans means;
        const vault::KeptKeys* keys = nullptr;
        record::Random* random = nullptr;
        /// Called before the request is answered, by any thread.
        std::function<void(LogIndex through)> note_backup;
        /// From any thread.
        std::function<void(std::string_view event, std::string_view ids)> log;
    };

    BackupDesk(Parts parts, const ServerFiles& files);

    [[nodiscard]] std::chrono::milliseconds upkeep() { return desk_.upkeep(); }

    /// Ends what is under way, without a copy, and begins nothing more. Waits for it.
    void stop() { desk_.stop(); }

private:
    struct Prepared {
        std::optional<BackupPoint> since;
        SealedPlace copy;
    };

    [[nodiscard]] RequestDesk::Work begin(const Request& request);
    [[nodiscard]] std::expected<Prepared, FoundingError> prepare(const Request& request);
    void finish(const BackupOutcome& outcome);

    Parts parts_;
    RequestDesk desk_;
};

}  // namespace zhibu::server
