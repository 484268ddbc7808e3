#include "tests/simulation/network.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::simulation {
namespace {

using sync::WireFault;

constexpr std::size_t client_end = 0;
constexpr std::size_t server_end = 1;

/// A dead wire that carries nothing is noticed by its keep-alive after so long at most.
constexpr std::size_t notice_milliseconds_max = 40'000;
constexpr Micros connect_deadline = 10 * second;

}  // namespace

/// One wire: two ends, and what is between them.
class Link : public std::enable_shared_from_this<Link> {
public:
    Link(Network& network, std::size_t machine) : network_{network}, machine_{machine} {
        latency_ = 1 + static_cast<Micros>(network_.random_.below(80));
    }

    void open(const record::DeviceId& device, const Program& client, sync::WireEvents& events) {
        ends_[client_end].set_up(*this, client_end, client, &events);
        server_events_ = network_.accept_();
        ends_[server_end].set_up(*this, server_end, *network_.server_, server_events_.get());
        sync::PeerIdentity identity;
        network_.random_.fill(identity.channel_binding);
        begin(client_end, identity);
        identity.device = device;
        begin(server_end, identity);
    }

    void send(std::size_t from, std::vector<std::uint8_t> message) {
        End& sender = ends_[from];
        if (sender.closing || sender.over || !*sender.program.life) {
            return;
        }
        const std::size_t to = 1 - from;
        network_.trace_.note(network_.loop_.now(), from == client_end ? "up" : "down",
                             static_cast<std::int64_t>(machine_), Trace::hash_of(message));
        network_.loop_.at(arrival(to),
                          [link = shared_from_this(), to, message = std::move(message)]() mutable {
                              link->arrive(to, std::move(message));
                          });
    }

    void close(std::size_t end) {
        End& closing = ends_[end];
        if (std::exchange(closing.closing, true) || closing.over) {
            return;
        }
        const std::size_t other = 1 - end;
        network_.loop_.at(arrival(other), [link = shared_from_this(), other] {
            if (!link->broken_) {
                link->finish(other, WireFault::closed_by_peer);
            }
        });
        finish(end, WireFault::closed_here);
    }

    /// Nothing that is under way arrives any more.
    void break_now() {
        if (std::exchange(broken_, true)) {
            return;
        }
        for (const std::size_t end : {client_end, server_end}) {
            const Micros notices =
                network_.loop_.now() +
                static_cast<Micros>(network_.random_.below(notice_milliseconds_max)) * millisecond;
            network_.loop_.at(notices, [link = shared_from_this(), end] {
                link->finish(end, WireFault::connection_lost);
            });
        }
    }

    /// The program at that end is gone; the operating system tells the other one.
    void end_is_gone(std::size_t end) {
        ends_[end].over = true;
        if (end == server_end) {
            server_events_.reset();
        }
        break_now();
    }

    [[nodiscard]] std::size_t machine() const { return machine_; }

    [[nodiscard]] bool is_over() const {
        return ends_[client_end].over && ends_[server_end].over && !server_events_;
    }

private:
    struct End final : sync::Wire {
        Link* link = nullptr;
        std::size_t number = 0;
        Program program;
        sync::WireEvents* events = nullptr;
        bool closing = false;
        bool over = false;
        Micros last_arrival = 0;

        void set_up(Link& of, std::size_t end, Program whose, sync::WireEvents* receiver) {
            link = &of;
            number = end;
            program = std::move(whose);
            events = receiver;
        }

        void send(std::vector<std::uint8_t> message) override {
            link->send(number, std::move(message));
        }

        void close() override { link->close(number); }

        [[nodiscard]] std::size_t unsent_bytes() const override { return 0; }
    };

    void begin(std::size_t end, const sync::PeerIdentity& identity) {
        on_strand(end, [link = shared_from_this(), end, identity] {
            End& opened = link->ends_[end];
            if (!opened.over) {
                opened.events->on_open(opened, identity);
            }
        });
    }

    void on_strand(std::size_t end, std::function<void()> work) {
        End& here = ends_[end];
        if (*here.program.life) {
            here.program.strand->post(std::move(work));
        }
    }

    [[nodiscard]] Micros arrival(std::size_t to) {
        Micros& last = ends_[to].last_arrival;
        last = std::max(last + 1, network_.loop_.now() + latency_ * millisecond +
                                      static_cast<Micros>(network_.random_.below(2'000)));
        return last;
    }

    void arrive(std::size_t to, std::vector<std::uint8_t> message) {
        if (broken_ || ends_[to].over || ends_[to].closing) {
            return;
        }
        if (to == client_end && network_.overheard) {
            network_.overheard(message);
        }
        on_strand(to, [link = shared_from_this(), to, message = std::move(message)]() mutable {
            if (!link->ends_[to].over) {
                link->ends_[to].events->on_message(std::move(message));
            }
        });
    }

    void finish(std::size_t end, WireFault fault) {
        End& here = ends_[end];
        if (here.over) {
            return;
        }
        here.over = true;
        on_strand(end, [link = shared_from_this(), end, fault] {
            link->ends_[end].events->on_closed({fault, {}});
            if (end == server_end) {
                link->server_events_.reset();
            }
        });
    }

    Network& network_;
    std::size_t machine_;
    Micros latency_ = 0;
    bool broken_ = false;
    std::array<End, 2> ends_;
    std::unique_ptr<sync::WireEvents> server_events_;
};

Network::~Network() = default;

void Network::serve(Program server, Accept accept) {
    server_ = std::move(server);
    accept_ = std::move(accept);
}

void Network::server_is_gone() {
    server_.reset();
    for (const auto& link : links_) {
        link->end_is_gone(server_end);
    }
    forget_closed();
}

void Network::connect(std::size_t machine, const record::DeviceId& device, const Program& client,
                      sync::WireEvents& events) {
    forget_closed();
    const bool hopeless = !is_reachable(machine);
    const Micros takes =
        hopeless ? connect_deadline : static_cast<Micros>(1 + random_.below(100)) * millisecond;
    loop_.at(loop_.now() + takes, [this, machine, device, client, &events] {
        if (!*client.life) {
            return;
        }
        if (is_reachable(machine) && server_ && *server_->life) {
            auto link = std::make_shared<Link>(*this, machine);
            links_.push_back(link);
            link->open(device, client, events);
            return;
        }
        client.strand->post([&events] { events.on_closed({WireFault::cannot_connect, {}}); });
    });
}

void Network::client_is_gone(std::size_t machine) {
    for (const auto& link : links_) {
        if (link->machine() == machine) {
            link->end_is_gone(client_end);
        }
    }
}

void Network::set_reachable(std::size_t machine, bool reachable) {
    if (reachable) {
        unreachable_.erase(machine);
    } else {
        unreachable_.insert(machine);
        cut(machine);
    }
}

void Network::cut(std::size_t machine) {
    for (const auto& link : links_) {
        if (link->machine() == machine) {
            link->break_now();
        }
    }
}

void Network::forget_closed() {
    std::erase_if(links_, [](const auto& link) { return link->is_over(); });
}

}  // namespace zhibu::simulation
