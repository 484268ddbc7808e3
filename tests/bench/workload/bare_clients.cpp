#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/bench/workload/bare_crowd.hpp"
#include "tests/bench/workload/bare_link.hpp"
#include "tests/bench/workload/process.hpp"

namespace zhibu::bench {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

struct Client {
    std::unique_ptr<BareLink> link;
    Steady::time_point called;
    bool has_stood = false;
    std::size_t answers = 0;
};

/// All clients of one server, on one thread.
class Clients {
public:
    Clients(const BareServer& server, std::size_t count)
        : context_{make_context(TLS_client_method(), server.client())}, clients_(count) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server.port());
        for (Client& client : clients_) {
            const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            client.called = Steady::now();
            if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
                0) {
                throw std::runtime_error("bare TLS: no connection");
            }
            client.link = std::make_unique<BareLink>(context_.get(), socket, false);
            loop_.watch(socket, &client);
            take(client, {}, {});
        }
    }

    using Stood = std::function<void(Client&)>;
    using Answered = std::function<void(Client&)>;

    void run_until(const Stood& stood, const Answered& answered,
                   const std::function<bool()>& is_over) {
        // Whose handshake was over while the others were still connecting has nothing more to take.
        for (Client& client : clients_) {
            take(client, stood, answered);
        }
        while (!is_over()) {
            for (void* ready : loop_.wait()) {
                take(*static_cast<Client*>(ready), stood, answered);
            }
        }
    }

    void stand() {
        std::size_t standing = 0;
        run_until([&](Client&) { ++standing; }, {}, [&] { return standing == clients_.size(); });
    }

    [[nodiscard]] std::vector<Client>& all() { return clients_; }

private:
    static void take(Client& client, const Stood& stood, const Answered& answered) {
        const bool is_there = client.link->take([&](std::span<const std::uint8_t>) {
            ++client.answers;
            if (answered) {
                answered(client);
            }
        });
        if (!is_there) {
            throw std::runtime_error("bare TLS: the server has closed");
        }
        if (client.link->stands() && stood && !std::exchange(client.has_stood, true)) {
            stood(client);
        }
    }

    Context context_;
    BareLoop loop_;
    std::vector<Client> clients_;
};

}  // namespace

CrowdTimes bare_push(const BareServer& server, std::size_t clients,
                     const std::vector<std::size_t>& messages) {
    CrowdTimes times;
    const auto start = Steady::now();
    Clients crowd{server, clients};
    crowd.run_until(
        [&](Client& client) {
            for (const std::size_t size : messages) {
                client.link->send(std::vector<std::uint8_t>(size, 7));
            }
        },
        [&](Client& client) {
            if (client.answers == messages.size()) {
                times.each.push_back(seconds_since(client.called));
            }
        },
        [&] { return times.each.size() == clients; });
    times.total = seconds_since(start);
    return times;
}

std::vector<std::vector<double>> bare_fan_out(const BareServer& server, std::size_t clients,
                                              const std::vector<std::size_t>& messages) {
    Clients crowd{server, clients + 1};
    crowd.stand();
    // A client stands once it has sent its last word; the server has yet to take that.
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    std::vector<std::vector<double>> sends;
    for (const std::size_t size : messages) {
        std::vector<double>& heard = sends.emplace_back();
        const auto start = Steady::now();
        crowd.all().front().link->send(std::vector<std::uint8_t>(size, 7));
        crowd.run_until(
            {}, [&](Client&) { heard.push_back(seconds_since(start)); },
            [&] { return heard.size() == clients; });
    }
    return sends;
}

double bare_idle_kib(const BareServer& server, std::size_t clients, std::chrono::seconds idle) {
    const std::uint64_t base = status_kib(server.process(), "VmRSS:");
    Clients crowd{server, clients};
    crowd.stand();
    std::this_thread::sleep_for(idle);
    const std::uint64_t after = status_kib(server.process(), "VmRSS:");
    return static_cast<double>(after - base) / static_cast<double>(clients);
}

}  // namespace zhibu::bench
