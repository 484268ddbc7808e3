#include "server/listener/gate.hpp"

#include <algorithm>
#include <vector>

#include "shared/record/check.hpp"

namespace zhibu::server {

void Gate::set_places(std::size_t places) {
    ZHIBU_CHECK(places > 0);
    places_ = places;
}

Gate::Ticket Gate::enter(Newcomer& newcomer, Moment now) {
    inside_.emplace(++last_, Entry{&newcomer, now});
    return last_;
}

void Gate::leave(Ticket ticket, GateEnd end) {
    ZHIBU_CHECK(inside_.erase(ticket) == 1);
    note(end);
}

void Gate::note(GateEnd end) { ++left_.at(static_cast<std::size_t>(end)); }

void Gate::make_room(Moment now) {
    if (has_room()) {
        return;
    }
    std::vector<Newcomer*> overdue;
    for (const auto& [ticket, entry] : inside_) {
        if (now < entry.since + patience) {
            break;
        }
        if (entry.newcomer->is_awaited()) {
            overdue.push_back(entry.newcomer);
        }
    }
    for (Newcomer* each : overdue) {
        each->give_way();
    }
}

Gate::Moment Gate::next_look(Moment now) const {
    ZHIBU_CHECK(!inside_.empty());
    return std::max(inside_.begin()->second.since + patience, now + look_again);
}

}  // namespace zhibu::server
