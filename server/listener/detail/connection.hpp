#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>

#include "server/listener/gate.hpp"
#include "server/listener/listener.hpp"
#include "sync_protocol/session/write_queue.hpp"

namespace zhibu::server {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// What connections share with their listener.
struct ConnectionHost {
    ListenerSettings settings;
    Listener::Accepts accepts;
    Gate gate{settings.handshakes_max};
    /// Alive connections, for stop().
    std::set<class Connection*> alive;
    /// One has ended, or left the gate: room for another.
    std::function<void()> on_room;
};

/// One accepted socket through TLS, the upgrade, and its life as a wire.
class Connection final : public sync::Wire,
                         public Newcomer,
                         public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::ip::tcp::socket socket, asio::ssl::context& tls, ConnectionHost& host);
    ~Connection() override;

    void start();
    /// For stop(): an orderly close where a wire stands, otherwise the socket alone.
    void end();
    /// No more time: the events hear of the end at once.
    void abandon();

    void send(std::vector<std::uint8_t> message) override;
    void close() override;

    [[nodiscard]] std::size_t unsent_bytes() const override { return queue_.unsent_bytes(); }

    [[nodiscard]] bool is_awaited() override;
    void give_way() override;

private:
    using Code = boost::system::error_code;

    /// Does nothing once it has left.
    void leave_gate(GateEnd end);
    void on_handshake(const Code& code);
    void on_request(const Code& code);
    void upgrade(const Listener::Accept& accept);
    void refuse(beast::http::status status);
    void on_accept(const Code& code);
    void read();
    void on_read(const Code& code);
    void write();
    void on_write(const Code& code);
    void start_close();
    void start_deadline();
    /// Tells the events one thing; what they throw ends this session alone.
    template <class Work>
    void tell(Work work);
    /// The end, once: the events hear of it and the socket is closed.
    void finish(sync::WireFault fault, const std::string& detail);
    /// The same, but the socket first takes what the peer has still sent, and drops it. Closing at
    /// once would reset the connection, and the peer would lose the alert or close frame that says
    /// why. Bounded in bytes and in time.
    void finish_gently(sync::WireFault fault, const std::string& detail);
    void report_end(sync::WireFault fault, const std::string& detail);
    void drain();
    [[nodiscard]] std::optional<sync::PeerIdentity> peer();

    ConnectionHost& host_;
    std::optional<Gate::Ticket> ticket_;
    std::string address_;
    beast::websocket::stream<beast::ssl_stream<beast::tcp_stream>> stream_;
    /// Bounds a close and what follows an end.
    asio::steady_timer deadline_;
    beast::flat_buffer buffer_;
    std::array<char, 4'096> dropped_{};
    std::size_t dropped_bytes_ = 0;
    std::optional<beast::http::request_parser<beast::http::empty_body>> parser_;
    std::unique_ptr<sync::WireEvents> events_;
    sync::PeerIdentity peer_;
    sync::WriteQueue queue_;
    beast::websocket::close_code close_code_ = beast::websocket::close_code::normal;
    bool open_ = false;
    bool closing_ = false;
    bool close_started_ = false;
    bool finished_ = false;
};

}  // namespace zhibu::server
