#include "tests/both_ends/line.hpp"

#include <utility>

namespace zhibu::both_ends {

class Line::End final : public sync::Wire {
public:
    End(Line& line, Side to) : line_{line}, to_{to} {}

    void send(std::vector<std::uint8_t> message) override {
        if (!closed_) {
            line_.carry(to_, std::move(message));
        }
    }

    void close() override {
        if (!std::exchange(closed_, true)) {
            line_.close(to_ == Side::server ? Side::client : Side::server);
        }
    }

    [[nodiscard]] std::size_t unsent_bytes() const override { return 0; }

private:
    Line& line_;
    Side to_;
    bool closed_ = false;
};

Line::Line(support::HandExecutor& executor, std::unique_ptr<sync::WireEvents> server,
           sync::WireEvents& client, Course course)
    : executor_{executor},
      server_{std::move(server)},
      client_{client},
      course_{std::move(course)},
      clients_wire_{std::make_unique<End>(*this, Side::server)},
      servers_wire_{std::make_unique<End>(*this, Side::client)} {}

Line::~Line() = default;

void Line::open(const sync::PeerIdentity& client, const sync::PeerIdentity& server) {
    executor_.post([self = shared_from_this(), client, server] {
        self->server_->on_open(*self->servers_wire_, client);
        self->client_.on_open(*self->clients_wire_, server);
    });
}

void Line::lose() { end(sync::WireFault::connection_lost, sync::WireFault::connection_lost); }

void Line::carry(Side to, sync::Bytes message) {
    executor_.post([self = shared_from_this(), to, message = std::move(message)]() mutable {
        self->arrive(to, std::move(message));
    });
}

void Line::arrive(Side to, sync::Bytes message) {
    if (over_) {
        return;
    }
    if (bytes_ + message.size() > course_.bytes_max.value_or(SIZE_MAX) ||
        messages_ + 1 > course_.messages_max.value_or(SIZE_MAX)) {
        lose();
        return;
    }
    bytes_ += message.size();
    ++messages_;
    const Course::Change& change = to == Side::client ? course_.to_client : course_.to_server;
    std::vector<sync::Bytes> arriving;
    if (change) {
        arriving = change(std::move(message));
    } else {
        arriving.push_back(std::move(message));
    }
    sync::WireEvents& events = to == Side::client ? client_ : *server_;
    for (sync::Bytes& each : arriving) {
        events.on_message(std::move(each));
    }
}

void Line::close(Side by) {
    executor_.post([self = shared_from_this(), by] {
        using enum sync::WireFault;
        self->end(by == Side::client ? closed_here : closed_by_peer,
                  by == Side::server ? closed_here : closed_by_peer);
    });
}

void Line::end(sync::WireFault told_client, sync::WireFault told_server) {
    if (!std::exchange(over_, true)) {
        server_->on_closed({told_server, "a test"});
        server_.reset();
        client_.on_closed({told_client, "a test"});
    }
}

}  // namespace zhibu::both_ends
