#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::server {

/// Deletes temporary accounts as their end comes: for each one a change of the server's own, in the
/// log like any other, so that everybody who sees the account sees why it ended. Its right
/// to work ends by the time itself, whether this has been written or not.
/// Threads: confined to the executor.
class AccountEnding {
public:
    /// All outlive it.
    struct Parts {
        sync::Executor* executor = nullptr;
        Committer* committer = nullptr;
        const catalog::Catalog* catalog = nullptr;
        record::Clock* clock = nullptr;
        /// An event's word and ids.
        std::function<void(std::string_view event, std::string_view ids)> log;
    };

    explicit AccountEnding(Parts parts);

    /// Ends what is due and waits for the next. To be called at the start, and when accounts may
    /// have changed.
    void look();

    /// Waits for nothing any more: a server that stops has no work left then.
    void stop();

private:
    void end(const RecordId& account);
    void arm(std::optional<Instant> next, Instant now);

    Parts parts_;
    /// How many writes have not been answered; they come before the next look.
    unsigned writing_ = 0;
    bool stopping_ = false;
    std::unique_ptr<sync::Executor::Timer> next_look_;
    /// Emptied on destruction; answers hold it weakly.
    std::shared_ptr<AccountEnding*> self_;
};

}  // namespace zhibu::server
