#include "server/backup/backup_desk.hpp"

#include <string>
#include <utility>

namespace zhibu::server {
namespace {

/// How often it is looked whether somebody asks.
constexpr std::chrono::milliseconds look_pause{500};

}  // namespace

BackupDesk::BackupDesk(Parts parts, const ServerFiles& files)
    : parts_{std::move(parts)}, note_{backup_note(files)} {}

BackupDesk::~BackupDesk() { stop(); }

std::chrono::milliseconds BackupDesk::upkeep() {
    const std::chrono::milliseconds left{due_.milliseconds - parts_.clock->now().milliseconds};
    // More than was asked for: the clock was set back.
    if (left > std::chrono::milliseconds{0} && left <= look_pause) {
        return left;
    }
    due_ = record::Instant{parts_.clock->now().milliseconds + look_pause.count()};
    if (!is_busy_ && !is_stopping_) {
        if (const auto request = note_.read()) {
            begin(*request);
        }
    }
    return look_pause;
}

void BackupDesk::begin(const Request& request) {
    auto copy = prepare_copy(request.path, *parts_.keys, *parts_.random);
    if (!copy) {
        finish(request, std::unexpected{copy.error()});
        return;
    }
    if (copying_.joinable()) {
        copying_.join();
    }
    parts_.log("backup_begun", "");
    is_busy_ = true;
    copying_ = std::thread{[this, request, place = *std::move(copy)] {
        finish(request, copy_verified(*parts_.store, place, *parts_.catalog,
                                      [this] { return !is_stopping_; }));
        is_busy_ = false;
    }};
}

void BackupDesk::finish(const Request& request, const BackupOutcome& outcome) {
    if (outcome) {
        parts_.note_backup(*outcome);
        parts_.log("backup_done", "log index " + std::to_string(outcome->position));
    } else {
        parts_.log("backup_failed", outcome.error().en);
    }
    if (!note_.answer({request.id, to_text(outcome)})) {
        parts_.log("backup_unanswered", "");
    }
}

void BackupDesk::stop() {
    is_stopping_ = true;
    if (copying_.joinable()) {
        copying_.join();
    }
}

}  // namespace zhibu::server
