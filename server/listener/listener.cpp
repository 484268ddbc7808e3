#include "server/listener/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/listener/detail/connection.hpp"
#include "server/listener/detail/health.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/transport/context_executor.hpp"

namespace zhibu::server {
namespace {

using Code = boost::system::error_code;

std::unexpected<ListenError> unusable(ListenError::Fault fault, const Code& code) {
    return std::unexpected{ListenError{fault, code.message()}};
}

/// Whether the peer has closed, or is not there any more: a handshake would be for nobody.
bool has_gone(asio::ip::tcp::socket& socket) {
    pollfd asked{socket.native_handle(), POLLRDHUP, 0};
    return ::poll(&asked, 1, 0) == 1;
}

/// How many connections the system holds for that listening socket, ready to be taken.
std::size_t waiting_at(int listening) {
    tcp_info info{};
    socklen_t size = sizeof info;
    // Of a listening socket this field is the length of its queue.
    return ::getsockopt(listening, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_unacked
                                                                             : 0;
}

std::expected<asio::ssl::context, ListenError> make_tls(const ListenerSettings& settings,
                                                        const keys::SecretBytes& key) {
    asio::ssl::context tls{asio::ssl::context::tls_server};
    SSL_CTX* native = tls.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_early_data(native, 0);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    // The WebSocket's close frame is the orderly end; waiting for TLS's own as well would let a
    // peer that broke the protocol hold its wire.
    SSL_CTX_set_quiet_shutdown(native, 1);
    X509_VERIFY_PARAM_set_purpose(SSL_CTX_get0_param(native), X509_PURPOSE_SSL_CLIENT);
    Code code;
    const auto bytes = [](std::string_view text) { return asio::buffer(text.data(), text.size()); };
    tls.use_certificate_chain(bytes(settings.server_chain), code);
    if (!code) {
        tls.use_private_key(bytes(key.text()), asio::ssl::context::pem, code);
    }
    if (!code) {
        tls.add_certificate_authority(bytes(settings.trusted_for_devices), code);
    }
    if (!code) {
        tls.set_verify_mode(asio::ssl::verify_peer, code);
    }
    if (code) {
        return unusable(ListenError::Fault::certificate_unusable, code);
    }
    return tls;
}

}  // namespace

class Listener::Body {
public:
    Body(ListenerSettings settings, asio::ssl::context tls)
        : tls_{std::move(tls)},
          acceptor_{context_},
          executor_{context_},
          signals_{context_},
          reloads_{context_},
          grace_{context_},
          full_{context_},
          guard_{context_.get_executor()} {
        host_.settings = std::move(settings);
        host_.gate.set_places(host_.settings.handshakes_max);
        host_.on_room = [this] { take_next_if_waiting(); };
    }

    ~Body() {
        // Handlers hold connections, and connections their host: drop them while it lives.
        host_.on_room = [] {};
    }

    /// Serves with this from the next connection on: TLS keeps what it has made of the former.
    std::expected<void, ListenError> use_certificate(std::string chain,
                                                     const keys::SecretBytes& key) {
        ListenerSettings wanted = host_.settings;
        wanted.server_chain = std::move(chain);
        auto made = make_tls(wanted, key);
        if (!made) {
            return std::unexpected{made.error()};
        }
        host_.settings = std::move(wanted);
        tls_ = *std::move(made);
        return {};
    }

    void set_limits(std::size_t connections, std::size_t handshakes) {
        host_.settings.connections_max = connections;
        host_.gate.set_places(handshakes);
        take_next_if_waiting();
    }

    [[nodiscard]] ListenerCounts counts() {
        ListenerCounts counts{host_.alive.size(), host_.gate.inside(), count_waiting(), {}};
        for (std::size_t end = 0; end < gate_ends.size(); ++end) {
            counts.left.at(end) = host_.gate.left(static_cast<GateEnd>(end));
        }
        return counts;
    }

    std::expected<void, ListenError> open_port() {
        Code code;
        const auto address = asio::ip::make_address(host_.settings.address, code);
        const asio::ip::tcp::endpoint endpoint{address, host_.settings.port};
        if (!code) {
            acceptor_.open(endpoint.protocol(), code);
        }
        if (!code) {
            acceptor_.set_option(asio::socket_base::reuse_address{true}, code);
        }
        if (!code) {
            acceptor_.bind(endpoint, code);
        }
        if (!code) {
            acceptor_.listen(asio::socket_base::max_listen_connections, code);
        }
        if (code) {
            return unusable(ListenError::Fault::address_unusable, code);
        }
        return {};
    }

    void run(Accepts accepts) {
        host_.accepts = std::move(accepts);
        take_next();
        context_.run();
        // Whoever is still there when the grace is over loses the events now, while what they
        // refer to still lives.
        for (Connection* each : std::set{host_.alive}) {
            each->abandon();
        }
    }

    void on_stop_signal(std::function<void()> work) {
        signals_.add(SIGINT);
        signals_.add(SIGTERM);
        signals_.async_wait([this, work = std::move(work)](const Code& code, int /*signal*/) {
            if (code) {
                return;
            }
            // Whoever asks twice does not want to wait for the wires.
            signals_.async_wait([this](const Code& cancelled, int /*signal*/) {
                if (!cancelled) {
                    context_.stop();
                }
            });
            work();
        });
    }

    void on_reload_signal(std::function<void()> work) {
        reloads_.add(SIGHUP);
        await_reload(std::move(work));
    }

    std::expected<std::uint16_t, ListenError> serve_health(
        std::uint16_t port,
        std::function<std::optional<Monitored>(const std::string& path)> answer) {
        health_ = std::make_shared<HealthListener>(context_, std::move(answer));
        Code code;
        const std::uint16_t opened = health_->open(port, code);
        if (code) {
            return unusable(ListenError::Fault::address_unusable, code);
        }
        return opened;
    }

    void stop(std::chrono::seconds grace) {
        asio::post(context_, [this, grace] {
            if (std::exchange(stopping_, true)) {
                return;
            }
            Code ignored;
            acceptor_.close(ignored);
            for (Connection* each : std::set{host_.alive}) {
                each->end();
            }
            // With the guard gone, run() returns when the last wire has closed.
            guard_.reset();
            grace_.expires_after(grace);
            grace_.async_wait([this](const Code& code) {
                if (!code) {
                    context_.stop();
                }
            });
            end_grace_if_idle();
        });
    }

    [[nodiscard]] sync::Executor& executor() { return executor_; }

    [[nodiscard]] std::uint16_t port() const {
        Code ignored;
        return acceptor_.local_endpoint(ignored).port();
    }

private:
    void await_reload(std::function<void()> work) {
        reloads_.async_wait([this, work = std::move(work)](const Code& code, int /*signal*/) {
            if (!code) {
                work();
                await_reload(work);
            }
        });
    }

    void take_next() {
        if (stopping_ || accepting_ || host_.alive.size() >= host_.settings.connections_max) {
            return;
        }
        if (!host_.gate.has_room()) {
            look_at_gate();
            return;
        }
        accepting_ = true;
        acceptor_.async_accept([this](const Code& code, asio::ip::tcp::socket socket) {
            accepting_ = false;
            // One may have been accepted just before the port was closed.
            if (stopping_) {
                return;
            }
            if (!code && has_gone(socket)) {
                host_.gate.note(GateEnd::left_first);
            } else if (!code) {
                std::make_shared<Connection>(std::move(socket), tls_, host_)->start();
            } else if (code != asio::error::operation_aborted) {
                // Out of descriptors, most likely: others must end first.
                pause_.emplace(context_, std::chrono::milliseconds{100});
                pause_->async_wait([this](const Code& cancelled) {
                    if (!cancelled) {
                        take_next();
                    }
                });
                return;
            }
            take_next();
        });
    }

    /// All its places are taken: looks again when some may have to give way.
    void look_at_gate() {
        if (std::exchange(looking_, true)) {
            return;
        }
        full_.expires_at(host_.gate.next_look(Gate::Moment::clock::now()));
        full_.async_wait([this](const Code& cancelled) {
            looking_ = false;
            if (cancelled) {
                return;
            }
            if (count_waiting() != 0) {
                host_.gate.make_room(Gate::Moment::clock::now());
            }
            take_next();
        });
    }

    [[nodiscard]] std::size_t count_waiting() {
        return acceptor_.is_open() ? waiting_at(acceptor_.native_handle()) : 0;
    }

    void take_next_if_waiting() {
        end_grace_if_idle();
        if (!stopping_ && !accepting_) {
            asio::post(context_, [this] { take_next(); });
        }
    }

    void end_grace_if_idle() {
        if (stopping_ && host_.alive.empty()) {
            // To the last, so that it can be seen that the server drains.
            if (health_) {
                health_->stop();
            }
            grace_.cancel();
            full_.cancel();
            Code ignored;
            signals_.cancel(ignored);
            reloads_.cancel(ignored);
        }
    }

    // Before the context: handlers that it still holds hold connections, and those name the host.
    ConnectionHost host_;
    asio::io_context context_{1};
    asio::ssl::context tls_;
    asio::ip::tcp::acceptor acceptor_;
    transport::ContextExecutor executor_;
    asio::signal_set signals_;
    asio::signal_set reloads_;
    asio::steady_timer grace_;
    /// While the gate is full.
    asio::steady_timer full_;
    std::optional<asio::steady_timer> pause_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::shared_ptr<HealthListener> health_;
    bool accepting_ = false;
    bool looking_ = false;
    bool stopping_ = false;
};

Listener::Listener(std::unique_ptr<Body> body) : body_{std::move(body)} {}

Listener::~Listener() = default;

std::expected<std::unique_ptr<Listener>, ListenError> Listener::open(ListenerSettings settings,
                                                                     const keys::SecretBytes& key) {
    auto tls = make_tls(settings, key);
    if (!tls) {
        return std::unexpected{tls.error()};
    }
    auto body = std::make_unique<Body>(std::move(settings), *std::move(tls));
    ZHIBU_TRY_VOID(body->open_port());
    return std::unique_ptr<Listener>{new Listener{std::move(body)}};
}

sync::Executor& Listener::executor() { return body_->executor(); }

std::uint16_t Listener::port() const { return body_->port(); }

void Listener::run(Accepts accepts) { body_->run(std::move(accepts)); }

void Listener::on_stop_signal(std::function<void()> work) {
    body_->on_stop_signal(std::move(work));
}

void Listener::on_reload_signal(std::function<void()> work) {
    body_->on_reload_signal(std::move(work));
}

std::expected<void, ListenError> Listener::use_certificate(std::string chain,
                                                           const keys::SecretBytes& key) {
    return body_->use_certificate(std::move(chain), key);
}

void Listener::set_limits(std::size_t connections, std::size_t handshakes) {
    body_->set_limits(connections, handshakes);
}

ListenerCounts Listener::counts() const { return body_->counts(); }

std::expected<std::uint16_t, ListenError> Listener::serve_health(
    std::uint16_t port, std::function<std::optional<Monitored>(const std::string& path)> answer) {
    return body_->serve_health(port, std::move(answer));
}

void Listener::stop(std::chrono::seconds grace) { body_->stop(grace); }

}  // namespace zhibu::server
