#include "server/account/ending.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/committer/committer.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server {
namespace {

/// Clocks are corrected, and a store that could not write may be able to again.
constexpr std::int64_t longest_wait_ms = 60'000;
/// At one look; the rest at the next.
constexpr std::size_t ended_at_once_max = 64;

}  // namespace

AccountEnding::AccountEnding(Parts parts)
    : parts_{std::move(parts)}, self_{std::make_shared<AccountEnding*>(this)} {}

void AccountEnding::look() {
    if (writing_ > 0 || stopping_) {
        return;
    }
    const Instant now = parts_.clock->now();
    const auto control = parts_.committer->control();
    auto ended = control->ended_accounts(now);
    ended.resize(std::min(ended.size(), ended_at_once_max));
    writing_ = static_cast<unsigned>(ended.size());
    for (const RecordId& account : ended) {
        end(account);
    }
    arm(control->next_end(now), now);
}

void AccountEnding::stop() {
    stopping_ = true;
    next_look_.reset();
}

void AccountEnding::end(const RecordId& account) {
    const catalog::Kind& kind = parts_.catalog->kind("account");
    record::Change change;
    change.record = {kind.id(), account};
    change.fields.push_back({kind.field("state").id(), record::Value{std::string{"3"}}, {}, {}});
    ServerWrite write;
    write.action = "end_account";
    write.changes = {std::move(change)};
    parts_.committer->write(
        std::move(write), [executor = parts_.executor, weak = std::weak_ptr{self_},
                           account](const std::expected<LogIndex, ServerWriteError>& written) {
            executor->post([weak, account, is_written = written.has_value()] {
                const auto alive = weak.lock();
                if (!alive) {
                    return;
                }
                AccountEnding& self = **alive;
                self.writing_ -= 1;
                self.parts_.log(is_written ? "account_ended" : "account_not_ended",
                                to_text(account));
            });
        });
}

/// What could not be written is tried again when the timer fires, not at once.
void AccountEnding::arm(std::optional<Instant> next, Instant now) {
    std::int64_t wait = longest_wait_ms;
    if (next) {
        wait = std::clamp<std::int64_t>(next->milliseconds - now.milliseconds, 1, longest_wait_ms);
    }
    next_look_ = parts_.executor->after(std::chrono::milliseconds{wait}, [this] { look(); });
}

}  // namespace zhibu::server
