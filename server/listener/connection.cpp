#include "server/listener/detail/connection.hpp"

#include <openssl/ssl.h>

#include <exception>
#include <typeinfo>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "shared/keys/authority.hpp"
#include "sync_protocol/transport/wire_fault.hpp"

namespace zhibu::server {
namespace {

namespace http = beast::http;
namespace websocket = beast::websocket;
using transport::fault_of;

constexpr std::uint32_t header_bytes_max = 8'192;
/// What an idle wire may keep for its next message.
constexpr std::size_t buffer_bytes_kept = 65'536;
/// What a peer may still send after its end; two of the largest messages.
constexpr std::size_t dropped_bytes_max = 2U << 20U;
constexpr std::string_view binding_label = "EXPORTER-zhibu-session";

/// The peer's own certificate in DER; empty without one.
std::vector<std::uint8_t> certificate_of(SSL* ssl) {
    X509* certificate = SSL_get0_peer_certificate(ssl);
    unsigned char* der = nullptr;
    const int length = certificate == nullptr ? 0 : i2d_X509(certificate, &der);
    std::vector<std::uint8_t> bytes;
    if (length > 0) {
        bytes.assign(der, der + length);
        OPENSSL_free(der);
    }
    return bytes;
}

/// Its type alone: what it says may hold what a record says.
std::string thrown_by_session(const std::exception& thrown) {
    return std::string{"the session threw "} + typeid(thrown).name();
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, asio::ssl::context& tls, ConnectionHost& host)
    : host_{host},
      stream_{std::move(socket), tls},
      deadline_{stream_.get_executor()},
      queue_{host.settings.unsent_bytes_max} {
    boost::system::error_code ignored;
    const auto remote = beast::get_lowest_layer(stream_).socket().remote_endpoint(ignored);
    address_ = ignored ? "unknown" : remote.address().to_string();
    host_.alive.insert(this);
    ticket_ = host_.gate.enter(*this, Gate::Moment::clock::now());
}

Connection::~Connection() {
    leave_gate(GateEnd::failed);
    host_.alive.erase(this);
    host_.on_room();
}

void Connection::leave_gate(GateEnd end) {
    if (ticket_) {
        host_.gate.leave(*std::exchange(ticket_, std::nullopt), end);
        host_.on_room();
    }
}

bool Connection::is_awaited() {
    Code unknown;
    return beast::get_lowest_layer(stream_).socket().available(unknown) == 0;
}

void Connection::give_way() {
    leave_gate(GateEnd::silent);
    finish(sync::WireFault::timed_out, "others wait");
}

void Connection::start() {
    boost::system::error_code ignored;
    beast::get_lowest_layer(stream_).socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    beast::get_lowest_layer(stream_).expires_after(host_.settings.handshake_deadline);
    stream_.next_layer().async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](const Code& code) { self->on_handshake(code); });
}

void Connection::on_handshake(const Code& code) {
    if (code) {
        finish_gently(fault_of(code), code.message());
        return;
    }
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    http::async_read(stream_.next_layer(), buffer_, *parser_,
                     [self = shared_from_this()](const Code& failed, std::size_t /*bytes*/) {
                         self->on_request(failed);
                     });
}

std::optional<sync::PeerIdentity> Connection::peer() {
    SSL* ssl = stream_.next_layer().native_handle();
    sync::PeerIdentity peer;
    peer.address = address_;
    const std::vector<std::uint8_t> der = certificate_of(ssl);
    if (!der.empty()) {
        const auto words = keys::read_certificate(keys::Certificate{der});
        if (!words || !words->device) {
            return std::nullopt;
        }
        peer.device = words->device;
        peer.certificate_fingerprint = words->fingerprint;
    }
    if (SSL_export_keying_material(ssl, peer.channel_binding.data(), peer.channel_binding.size(),
                                   binding_label.data(), binding_label.size(), nullptr, 0,
                                   0) != 1) {
        return std::nullopt;
    }
    return peer;
}

void Connection::on_request(const Code& code) {
    if (code) {
        finish(fault_of(code), code.message());
        return;
    }
    const auto& request = parser_->get();
    if (buffer_.size() != 0) {
        // Nothing may follow before our answer; it would be taken for part of the first message.
        refuse(http::status::bad_request);
        return;
    }
    if (!websocket::is_upgrade(request)) {
        refuse(http::status::upgrade_required);
        return;
    }
    const auto known = peer();
    const bool sync_wanted = request.target() == "/sync";
    const bool enrol_wanted = request.target() == "/enrol";
    if (!sync_wanted && !enrol_wanted) {
        refuse(http::status::not_found);
        return;
    }
    if (!known || known->device.has_value() != sync_wanted) {
        refuse(http::status::forbidden);
        return;
    }
    peer_ = *known;
    upgrade(sync_wanted ? host_.accepts.sync : host_.accepts.enrol);
}

void Connection::upgrade(const Listener::Accept& accept) {
    try {
        events_ = accept();
    } catch (const std::exception& thrown) {
        finish(sync::WireFault::closed_here, thrown_by_session(thrown));
        return;
    }
    beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(websocket::stream_base::timeout{host_.settings.close_deadline,
                                                       host_.settings.idle_deadline, true});
    stream_.read_message_max(host_.settings.message_bytes_max);
    stream_.auto_fragment(false);
    stream_.binary(true);
    stream_.async_accept(parser_->get(), [self = shared_from_this()](const Code& failed) {
        self->on_accept(failed);
    });
}

void Connection::refuse(http::status status) {
    auto response = std::make_shared<http::response<http::string_body>>(status, 11);
    response->set(http::field::connection, "close");
    response->body() = "zhibu: this address serves only the zhibu program.\n";
    response->prepare_payload();
    auto& tls = stream_.next_layer();
    http::async_write(
        tls, *response,
        [self = shared_from_this(), response](const Code& /*failed*/, std::size_t /*bytes*/) {
            self->finish_gently(sync::WireFault::closed_here, "refused the request");
        });
}

void Connection::on_accept(const Code& code) {
    if (finished_) {
        return;
    }
    if (code) {
        finish(fault_of(code), code.message());
        return;
    }
    open_ = true;
    leave_gate(GateEnd::wire);
    parser_.reset();
    tell([this](sync::WireEvents& events) { events.on_open(*this, peer_); });
    if (!finished_) {
        read();
    }
}

void Connection::read() {
    stream_.async_read(buffer_,
                       [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                           self->on_read(code);
                       });
}

void Connection::on_read(const Code& code) {
    // A message that had come before the end may still be told of after it.
    if (finished_) {
        return;
    }
    if (code == beast::error::timeout) {
        finish(closing_ ? sync::WireFault::closed_here : fault_of(code), code.message());
        return;
    }
    if (code) {
        finish_gently(closing_ ? sync::WireFault::closed_here : fault_of(code), code.message());
        return;
    }
    if (!stream_.got_binary()) {
        finish_gently(sync::WireFault::protocol_error, "a text message");
        return;
    }
    const auto* data = static_cast<const std::uint8_t*>(buffer_.data().data());
    std::vector<std::uint8_t> message(data, data + buffer_.size());
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > buffer_bytes_kept) {
        buffer_.shrink_to_fit();
    }
    if (!closing_) {
        tell([&message](sync::WireEvents& events) { events.on_message(std::move(message)); });
    }
    if (!finished_) {
        read();
    }
}

void Connection::send(std::vector<std::uint8_t> message) {
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
                             "the peer does not take what is sent");
            });
            return;
    }
}

void Connection::write() {
    const sync::WriteQueue::Message* message = queue_.begin_write();
    if (message == nullptr) {
        return;
    }
    stream_.async_write(asio::buffer(*message),
                        [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                            self->on_write(code);
                        });
}

void Connection::on_write(const Code& code) {
    queue_.end_write();
    if (finished_) {
        return;
    }
    if (code) {
        finish(closing_ ? sync::WireFault::closed_here : fault_of(code), code.message());
        return;
    }
    if (!queue_.empty()) {
        write();
    } else if (closing_) {
        start_close();
    } else if (!queue_.is_closed()) {
        tell([](sync::WireEvents& events) { events.on_drained(); });
    }
}

void Connection::close() {
    if (finished_ || std::exchange(closing_, true)) {
        return;
    }
    queue_.close();
    // A peer that does not read would hold the queue, and so the close, for ever.
    start_deadline();
    if (queue_.empty()) {
        start_close();
    }
}

void Connection::start_deadline() {
    deadline_.expires_after(host_.settings.close_deadline);
    deadline_.async_wait([self = shared_from_this()](const Code& code) {
        if (code) {
            return;
        }
        self->finish(sync::WireFault::closed_here, "the peer did not close in time");
        // Ends a drain, too.
        beast::get_lowest_layer(self->stream_).close();
    });
}

void Connection::start_close() {
    if (std::exchange(close_started_, true)) {
        return;
    }
    stream_.async_close(close_code_, [self = shared_from_this()](const Code& code) {
        self->finish(sync::WireFault::closed_here, code.message());
    });
}

void Connection::end() {
    if (open_ && !finished_) {
        close_code_ = websocket::close_code::going_away;
        close();
    } else {
        deadline_.cancel();
        beast::get_lowest_layer(stream_).close();
    }
}

void Connection::abandon() { finish(sync::WireFault::closed_here, "the server stopped"); }

template <class Work>
void Connection::tell(Work work) {
    try {
        work(*events_);
    } catch (const std::exception& thrown) {
        finish_gently(sync::WireFault::closed_here, thrown_by_session(thrown));
    }
}

void Connection::finish(sync::WireFault fault, const std::string& detail) {
    if (finished_) {
        return;
    }
    deadline_.cancel();
    beast::get_lowest_layer(stream_).close();
    report_end(fault, detail);
}

void Connection::finish_gently(sync::WireFault fault, const std::string& detail) {
    if (finished_) {
        return;
    }
    Code failed;
    auto& socket = beast::get_lowest_layer(stream_).socket();
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, failed);
    if (failed) {
        finish(fault, detail);
        return;
    }
    start_deadline();
    drain();
    report_end(fault, detail);
}

void Connection::report_end(sync::WireFault fault, const std::string& detail) {
    finished_ = true;
    leave_gate(fault == sync::WireFault::timed_out ? GateEnd::late : GateEnd::failed);
    queue_.drop();
    if (open_) {
        const sync::WireError error{fault, detail};
        tell([&error](sync::WireEvents& events) { events.on_closed(error); });
    }
    events_.reset();
}

void Connection::drain() {
    beast::get_lowest_layer(stream_).socket().async_read_some(
        asio::buffer(dropped_), [self = shared_from_this()](const Code& code, std::size_t bytes) {
            self->dropped_bytes_ += bytes;
            if (code || self->dropped_bytes_ > dropped_bytes_max) {
                self->deadline_.cancel();
                beast::get_lowest_layer(self->stream_).close();
                return;
            }
            self->drain();
        });
}

}  // namespace zhibu::server
