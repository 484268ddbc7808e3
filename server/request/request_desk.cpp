#include "server/request/request_desk.hpp"

#include <utility>

namespace zhibu::server {
namespace {

/// How often it is looked whether somebody asks.
constexpr std::chrono::milliseconds look_pause{500};

}  // namespace

RequestDesk::RequestDesk(Parts parts) : parts_{std::move(parts)} {}

RequestDesk::~RequestDesk() { stop(); }

std::chrono::milliseconds RequestDesk::upkeep() {
    const std::chrono::milliseconds left{due_.milliseconds - parts_.clock->now().milliseconds};
    // More than was asked for: the clock was set back.
    if (left > std::chrono::milliseconds{0} && left <= look_pause) {
        return left;
    }
    due_ = record::Instant{parts_.clock->now().milliseconds + look_pause.count()};
    if (!is_busy_ && !is_stopping_) {
        if (const auto request = parts_.note.read()) {
            begin(*request);
        }
    }
    return look_pause;
}

void RequestDesk::begin(const Request& request) {
    Work work = parts_.begin(request);
    if (working_.joinable()) {
        working_.join();
    }
    is_busy_ = true;
    working_ = std::thread{[this, id = request.id, work = std::move(work)] {
        const std::string text = work([this] { return !is_stopping_; });
        if (!parts_.note.answer({id, text})) {
            parts_.unanswered();
        }
        is_busy_ = false;
    }};
}

void RequestDesk::stop() {
    is_stopping_ = true;
    if (working_.joinable()) {
        working_.join();
    }
}

}  // namespace zhibu::server
