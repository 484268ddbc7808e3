#include "client/agent/wire_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <set>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "client/agent/detail/tls_stream.hpp"
#include "client/agent/detail/tls_verdicts.hpp"
#include "sync_protocol/session/write_queue.hpp"
#include "sync_protocol/transport/context_executor.hpp"
#include "sync_protocol/transport/wire_fault.hpp"

namespace zhibu::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Code = boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t message_bytes_max = 1U << 20U;
/// Twice of what a session may have in flight.
constexpr std::size_t unsent_bytes_max = 16U << 20U;
constexpr std::string_view binding_label = "EXPORTER-zhibu-session";

sync::WireFault fault_of(const Code& code) {
    if (code.category() == asio::error::get_ssl_category()) {
        return fault_of_alert(ERR_GET_REASON(static_cast<unsigned long>(code.value())));
    }
    return transport::fault_of(code);
}

/// What the peer's close frame means.
sync::WireFault fault_of(const websocket::close_reason& reason) {
    switch (reason.code) {
        case websocket::close_code::too_big:
            return sync::WireFault::message_too_large;
        case websocket::close_code::protocol_error:
        case websocket::close_code::unknown_data:
        case websocket::close_code::bad_payload:
            return sync::WireFault::protocol_error;
        default:
            return sync::WireFault::closed_by_peer;
    }
}

/// One outgoing connection and, once it stands, its wire.
class Connection final : public sync::Wire, public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::io_context& context, asio::ssl::context tls, Endpoint endpoint,
               const WireDeadlines& deadlines, sync::WireEvents& events,
               std::set<Connection*>& alive)
        : tls_{std::move(tls)},
          endpoint_{std::move(endpoint)},
          deadlines_{deadlines},
          events_{&events},
          alive_{alive},
          resolver_{context},
          timer_{context},
          stream_{context, tls_} {
        alive_.insert(this);
    }

    ~Connection() override { alive_.erase(this); }

    void start() {
        // Resolving has no deadline of its own.
        timer_.expires_after(deadlines_.connect);
        timer_.async_wait([self = shared_from_this()](const Code& code) {
            if (!code && !self->open_) {
                self->finish(sync::WireFault::timed_out, "connecting");
            }
        });
        resolve();
    }

    /// The context stops: nothing more will come.
    void abandon() { finish(sync::WireFault::closed_here, "stopped"); }

    void fail(const std::string& detail) { finish(sync::WireFault::protocol_error, detail); }

    void send(std::vector<std::uint8_t> message) override {
        switch (queue_.push(std::move(message))) {
            case sync::WriteQueue::Push::queued:
                write();
                return;
            case sync::WriteQueue::Push::closed:
                return;
            case sync::WriteQueue::Push::full:
                queue_.drop();
                // Not from in here: the events are about to be told of the end.
                asio::post(stream_.get_executor(), [self = shared_from_this()] {
                    self->finish(sync::WireFault::connection_lost,
                                 "the server does not take what is sent");
                });
                return;
        }
    }

    void close() override {
        if (finished_ || std::exchange(closing_, true)) {
            return;
        }
        queue_.close();
        // A server that does not read would hold the queue, and so the close, for ever.
        finish_in_time(sync::WireFault::closed_here, "the server did not close in time");
        if (queue_.empty()) {
            start_close();
        }
    }

    [[nodiscard]] std::size_t unsent_bytes() const override { return queue_.unsent_bytes(); }

private:
    void resolve() {
        resolver_.async_resolve(endpoint_.host, std::to_string(endpoint_.port),
                                [self = shared_from_this()](const Code& code, auto results) {
                                    self->on_resolve(code, results);
                                });
    }

    /// Goes on to the next server; `fault` is what is told where there is none.
    void turn_away(sync::WireFault fault, const Code& code) {
        if (asked_ == endpoint_.further.size()) {
            finish(fault, code.message());
            return;
        }
        const ServerAddress& next = endpoint_.further[asked_++];
        endpoint_.host = next.host;
        endpoint_.port = next.port;
        resolve();
    }

    void on_resolve(const Code& code, const tcp::resolver::results_type& results) {
        if (finished_) {
            return;
        }
        if (code) {
            turn_away(sync::WireFault::cannot_resolve, code);
            return;
        }
        beast::get_lowest_layer(stream_).async_connect(
            results, [self = shared_from_this()](const Code& failed, const tcp::endpoint&) {
                self->on_connect(failed);
            });
    }

    void on_connect(const Code& code) {
        if (finished_) {
            return;
        }
        if (code) {
            turn_away(sync::WireFault::cannot_connect, code);
            return;
        }
        Code ignored;
        beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay{true}, ignored);
        if (!expect_host()) {
            finish(sync::WireFault::server_wrong_host, "not a host name or address");
            return;
        }
        stream_.next_layer().async_handshake(
            asio::ssl::stream_base::client,
            [self = shared_from_this()](const Code& failed) { self->on_handshake(failed); });
    }

    /// Tells OpenSSL whose certificate is wanted, so that a mismatch has an error of its own.
    bool expect_host() {
        SSL* ssl = stream_.next_layer().native_handle();
        X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
        Code not_an_address;
        static_cast<void>(asio::ip::make_address(endpoint_.host, not_an_address));
        if (!not_an_address) {
            return X509_VERIFY_PARAM_set1_ip_asc(wanted, endpoint_.host.c_str()) == 1;
        }
        X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        // What SSL_set_tlsext_host_name does, without its C cast.
        return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                        endpoint_.host.data()) == 1 &&
               X509_VERIFY_PARAM_set1_host(wanted, endpoint_.host.data(), endpoint_.host.size()) ==
                   1;
    }

    void on_handshake(const Code& code) {
        if (finished_) {
            return;
        }
        SSL* ssl = stream_.next_layer().native_handle();
        if (code) {
            const long verified = SSL_get_verify_result(ssl);
            finish(
                verified == X509_V_OK ? fault_of(code) : fault_of_verification(verified),
                verified == X509_V_OK ? code.message() : X509_verify_cert_error_string(verified));
            return;
        }
        if (SSL_export_keying_material(ssl, peer_.channel_binding.data(),
                                       peer_.channel_binding.size(), binding_label.data(),
                                       binding_label.size(), nullptr, 0, 0) != 1) {
            finish(sync::WireFault::protocol_error, "channel binding");
            return;
        }
        stream_.set_option(
            websocket::stream_base::timeout{deadlines_.close, deadlines_.idle, true});
        stream_.read_message_max(message_bytes_max);
        stream_.auto_fragment(false);
        stream_.binary(true);
        stream_.async_handshake(
            response_, endpoint_.host + ":" + std::to_string(endpoint_.port), endpoint_.target,
            [self = shared_from_this()](const Code& failed) { self->on_upgrade(failed); });
    }

    void on_upgrade(const Code& code) {
        if (finished_) {
            return;
        }
        if (code == websocket::error::upgrade_declined) {
            // 403: this target is not for who we have proved to be.
            const bool forbidden = response_.result() == beast::http::status::forbidden;
            finish(
                forbidden ? sync::WireFault::certificate_refused : sync::WireFault::protocol_error,
                "status " + std::to_string(response_.result_int()));
            return;
        }
        if (code) {
            finish(fault_of(code), code.message());
            return;
        }
        open_ = true;
        timer_.cancel();
        peer_.address = endpoint_.host;
        events_->on_open(*this, peer_);
        read();
    }

    void read() {
        stream_.async_read(buffer_,
                           [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                               self->on_read(code);
                           });
    }

    void on_read(const Code& code) {
        if (finished_) {
            return;
        }
        if (code) {
            report_read(code);
            return;
        }
        if (!stream_.got_binary()) {
            finish(sync::WireFault::protocol_error, "a text message");
            return;
        }
        const auto* data = static_cast<const std::uint8_t*>(buffer_.data().data());
        std::vector<std::uint8_t> message(data, data + buffer_.size());
        buffer_.consume(buffer_.size());
        if (!closing_) {
            events_->on_message(std::move(message));
        }
        if (!finished_) {
            read();
        }
    }

    void report_read(const Code& code) {
        if (closing_) {
            finish(sync::WireFault::closed_here, code.message());
        } else if (code == websocket::error::closed) {
            const unsigned number = stream_.reason().code;
            finish(fault_of(stream_.reason()), "close code " + std::to_string(number));
        } else {
            finish(fault_of(code), code.message());
        }
    }

    void write() {
        const sync::WriteQueue::Message* message = queue_.begin_write();
        if (message == nullptr) {
            return;
        }
        stream_.async_write(asio::buffer(*message),
                            [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                                self->on_write(code);
                            });
    }

    void on_write(const Code& code) {
        queue_.end_write();
        if (finished_) {
            return;
        }
        if (code == beast::error::timeout) {
            // Told to one operation alone; the read will only say that it was cancelled.
            finish(closing_ ? sync::WireFault::closed_here : fault_of(code), code.message());
        } else if (code) {
            // The read that is under way says why: it may hold the server's alert.
            queue_.drop();
            finish_in_time(closing_ ? sync::WireFault::closed_here : fault_of(code),
                           code.message());
        } else if (!queue_.empty()) {
            write();
        } else if (closing_) {
            start_close();
        } else if (!queue_.is_closed()) {
            events_->on_drained();
        }
    }

    /// Ends the wire for this reason if nothing else has ended it by the deadline.
    void finish_in_time(sync::WireFault fault, std::string detail) {
        timer_.expires_after(deadlines_.close);
        timer_.async_wait(
            [self = shared_from_this(), fault, detail = std::move(detail)](const Code& code) {
                if (!code) {
                    self->finish(fault, detail);
                }
            });
    }

    void start_close() {
        if (std::exchange(close_started_, true)) {
            return;
        }
        stream_.async_close(websocket::close_code::normal,
                            [self = shared_from_this()](const Code& code) {
                                self->finish(sync::WireFault::closed_here, code.message());
                            });
    }

    void finish(sync::WireFault fault, const std::string& detail) {
        if (std::exchange(finished_, true)) {
            return;
        }
        queue_.drop();
        timer_.cancel();
        resolver_.cancel();
        beast::get_lowest_layer(stream_).close();
        sync::WireEvents* events = std::exchange(events_, nullptr);
        events->on_closed(sync::WireError{fault, detail});
    }

    asio::ssl::context tls_;
    /// `host` and `port`: of the server that is asked now.
    Endpoint endpoint_;
    /// How many of the further ones have been asked.
    std::size_t asked_ = 0;
    WireDeadlines deadlines_;
    sync::WireEvents* events_;
    std::set<Connection*>& alive_;
    tcp::resolver resolver_;
    asio::steady_timer timer_;
    websocket::stream<TlsStream> stream_;
    beast::flat_buffer buffer_;
    websocket::response_type response_;
    sync::PeerIdentity peer_;
    sync::WriteQueue queue_{unsent_bytes_max};
    bool open_ = false;
    bool closing_ = false;
    bool close_started_ = false;
    bool finished_ = false;
};

Code prepare_tls(asio::ssl::context& tls, const ServerTrust& trust,
                 const DeviceCredentials* credentials) {
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_OFF);
    // The WebSocket's close frame is the orderly end; TLS's own would only hide what ended it.
    SSL_CTX_set_quiet_shutdown(tls.native_handle(), 1);
    Code code;
    tls.set_verify_mode(asio::ssl::verify_peer, code);
    if (!trust.root.empty()) {
        tls.add_certificate_authority(asio::buffer(trust.root), code);
    } else {
        tls.set_verify_callback(
            [fingerprint = trust.root_fingerprint](bool verified,
                                                   asio::ssl::verify_context& context) {
                return verified || accept_known_root(context.native_handle(), fingerprint);
            },
            code);
    }
    if (!code && credentials != nullptr) {
        tls.use_certificate_chain(asio::buffer(credentials->chain), code);
        if (!code) {
            const std::string_view key = credentials->key.text();
            tls.use_private_key(asio::buffer(key.data(), key.size()), asio::ssl::context::pem,
                                code);
        }
    }
    return code;
}

}  // namespace

class WireClient::Body {
public:
    explicit Body(WireDeadlines deadlines)
        : deadlines_{deadlines}, executor_{context_}, guard_{context_.get_executor()} {}

    void connect(const Endpoint& endpoint, const ServerTrust& trust,
                 const DeviceCredentials* credentials, sync::WireEvents& events) {
        asio::ssl::context tls{asio::ssl::context::tls_client};
        const Code code = prepare_tls(tls, trust, credentials);
        auto connection = std::make_shared<Connection>(context_, std::move(tls), endpoint,
                                                       deadlines_, events, alive_);
        if (code) {
            asio::post(context_, [connection, code] { connection->fail(code.message()); });
            return;
        }
        connection->start();
    }

    void run() {
        context_.run();
        for (Connection* each : std::set{alive_}) {
            each->abandon();
        }
    }

    void stop() { context_.stop(); }

    [[nodiscard]] sync::Executor& executor() { return executor_; }

private:
    WireDeadlines deadlines_;
    // Before the context: handlers that it still holds hold connections.
    std::set<Connection*> alive_;
    asio::io_context context_{1};
    transport::ContextExecutor executor_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
};

WireClient::WireClient(WireDeadlines deadlines) : body_{std::make_unique<Body>(deadlines)} {}

WireClient::~WireClient() = default;

sync::Executor& WireClient::executor() { return body_->executor(); }

void WireClient::connect(const Endpoint& endpoint, const ServerTrust& trust,
                         const DeviceCredentials* credentials, sync::WireEvents& events) {
    body_->connect(endpoint, trust, credentials, events);
}

void WireClient::run() { body_->run(); }

void WireClient::stop() { body_->stop(); }

}  // namespace zhibu::client
