#include "server/service/cluster_follower.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "server/store/postgres/postgres_watch.hpp"

namespace zhibu::server {
namespace {

constexpr std::chrono::milliseconds heard_at_once{250};
/// So many waits without an announcement, and it looks all the same.
constexpr int quiet_waits_max = 4;

}  // namespace

ClusterFollower::ClusterFollower(Parts parts)
    : parts_{std::move(parts)}, thread_{[this] { run(); }} {}

ClusterFollower::~ClusterFollower() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wakes_.notify_one();
    thread_.join();
}

void ClusterFollower::run() {
    std::unique_ptr<PostgresWatch> watch;
    int quiet_waits = 0;
    for (std::chrono::milliseconds pause{0}; rest(pause);) {
        if (watch == nullptr) {
            if (auto opened = open_postgres_watch(parts_.place)) {
                watch = *std::move(opened);
            }
        }
        const Stored<bool> heard = watch == nullptr ? Stored<bool>{std::unexpect, StoreError{}}
                                                    : watch->wait(heard_at_once);
        note_link(heard.has_value());
        pause = heard ? std::chrono::milliseconds{0} : heard_at_once;
        if (heard && (*heard || ++quiet_waits >= quiet_waits_max)) {
            quiet_waits = 0;
            parts_.follow();
        }
    }
}

void ClusterFollower::note_link(bool is_linked) {
    if (is_linked_.exchange(is_linked) != is_linked) {
        parts_.log(is_linked ? "store_found" : "store_lost", "");
    }
}

bool ClusterFollower::rest(std::chrono::milliseconds pause) {
    std::unique_lock lock{mutex_};
    return !wakes_.wait_for(lock, pause, [this] { return stopping_; });
}

}  // namespace zhibu::server
