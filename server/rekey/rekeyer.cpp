#include "server/rekey/rekeyer.hpp"

#include <algorithm>
#include <utility>

#include "server/founding/store_key.hpp"
#include "shared/vault/page_cipher.hpp"

namespace zhibu::server {
namespace {

using std::chrono::milliseconds;

/// How often it is looked whether somebody asks.
constexpr milliseconds look_pause{500};
/// While a reader needs the log.
constexpr milliseconds reader_pause{50};
/// After a failure, which seldom goes away at once.
constexpr milliseconds failure_pause{10'000};
/// Of a step's own time, before the next; and at least so long, where syncs cost nothing.
constexpr int rests = 4;
constexpr milliseconds rest_min{20};

}  // namespace

Rekeyer::Rekeyer(Parts parts, ServerFiles files)
    : parts_{std::move(parts)}, files_{std::move(files)}, note_{rekey_note(files_)} {}

milliseconds Rekeyer::upkeep() {
    const record::Instant now = parts_.clock->now();
    const milliseconds left{due_.milliseconds - now.milliseconds};
    // More than was asked for: the clock was set back.
    if (left > milliseconds{0} && left <= pause_) {
        return left;
    }
    pause_ = look_pause;
    if (!is_changing_) {
        look_for_work();
    }
    if (is_changing_) {
        pause_ = step();
    }
    due_ = record::Instant{parts_.clock->now().milliseconds + pause_.count()};
    return pause_;
}

void Rekeyer::look_for_work() {
    if (parts_.keys->holds_two()) {
        if (!begin({}, "rekey_goes_on")) {
            pause_ = failure_pause;
        }
    } else if (const auto request = note_.read()) {
        heed(*request);
    } else if (parts_.store->pages_sealed() >= parts_.pages_max && !begin({}, "rekey_begun")) {
        pause_ = failure_pause;
    }
}

void Rekeyer::heed(const Request& request) {
    if (!note_.answer({request.id, to_text(grant(request))})) {
        parts_.log("rekey_unanswered", "");
    }
}

RekeyAnswer Rekeyer::grant(const Request& request) {
    std::optional<keys::SecretBytes> next;
    if (!request.path.empty()) {
        auto read = read_store_key(files_, request.path.string());
        if (!read) {
            parts_.log("rekey_failed", "store key");
            return RekeyAnswer::store_key_unusable;
        }
        next = *std::move(read);
    }
    return begin(std::move(next), "rekey_begun") ? RekeyAnswer::begun : RekeyAnswer::storage_failed;
}

bool Rekeyer::begin(std::optional<keys::SecretBytes> next_store_key, const char* event) {
    const auto begun = parts_.store->begin_rekeying(*parts_.keys, std::move(next_store_key));
    if (!begun) {
        report(begun.error());
        return false;
    }
    is_changing_ = true;
    parts_.log(event, "epoch " + std::to_string(parts_.keys->newest_epoch()));
    return true;
}

milliseconds Rekeyer::step() {
    // Whoever asks for the data key alone is told at once; a new store key waits for its turn.
    if (const auto request = note_.read(); request && request->path.empty()) {
        static_cast<void>(note_.answer({request->id, to_text(RekeyAnswer::under_way)}));
    }
    const record::Instant began = parts_.clock->now();
    const auto step = parts_.store->rekey();
    if (!step) {
        report(step.error());
        return failure_pause;
    }
    reported_.clear();
    switch (*step) {
        case vault::RekeyStep::later:
            return reader_pause;
        case vault::RekeyStep::done:
            is_changing_ = false;
            parts_.log("rekey_done", "epoch " + std::to_string(parts_.keys->newest_epoch()) +
                                         " pages " + std::to_string(parts_.store->pages_sealed()));
            return look_pause;
        case vault::RekeyStep::again:
            break;
    }
    const std::int64_t took = parts_.clock->now().milliseconds - began.milliseconds;
    return std::clamp(milliseconds{rests * took}, rest_min, look_pause);
}

void Rekeyer::report(const StoreError& error) {
    if (reported_ != error.place) {
        parts_.log("rekey_failed", error.place);
        reported_ = error.place;
    }
}

}  // namespace zhibu::server
