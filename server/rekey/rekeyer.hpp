#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/founding/key_files.hpp"
#include "server/rekey/rekey_note.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/kept_keys.hpp"

namespace zhibu::server {

/// Changes the store's data key beside the server's other work: when it was asked to, when a change
/// was under way as the server started, and by itself when the key has sealed half of what it may.
/// Logs rekey_begun, rekey_goes_on, rekey_done and rekey_failed.
/// Threads: the committer's.
class Rekeyer {
public:
    /// All outlive it.
    struct Parts {
        SealedStore* store = nullptr;
        vault::KeptKeys* keys = nullptr;
        const record::Clock* clock = nullptr;
        record::Random* random = nullptr;
        std::function<void(std::string_view event, std::string_view ids)> log;
        /// At so many pages sealed by one key a change begins by itself.
        std::uint64_t pages_max = vault::sealed_pages_max / 2;
    };

    Rekeyer(Parts parts, ServerFiles files);

    /// Does what is due, at most one step; returns how long until there is something to do again.
    /// A fifth of the time goes into steps, the rest is left to commits.
    [[nodiscard]] std::chrono::milliseconds upkeep();

private:
    void look_for_work();
    void heed(const Request& request);
    [[nodiscard]] RekeyAnswer grant(const Request& request);
    [[nodiscard]] bool begin(std::optional<keys::SecretBytes> next_store_key, const char* event);
    /// How long it may rest.
    [[nodiscard]] std::chrono::milliseconds step();
    void report(const StoreError& error);

    Parts parts_;
    ServerFiles files_;
    RequestNote note_;
    record::Instant due_;
    std::chrono::milliseconds pause_{0};
    bool is_changing_ = false;
    /// The failure that was logged last, so that each is logged once.
    std::string reported_;
};

}  // namespace zhibu::server
