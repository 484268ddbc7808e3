#pragma once

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>

namespace zhibu::client {

/// TLS under a WebSocket that waits for nobody when it ends. Beast's own would read until the
/// server closes the connection, so that a server could hold a wire that is over for as long as it
/// likes.
class TlsStream : public boost::beast::ssl_stream<boost::beast::tcp_stream> {
public:
    using ssl_stream::ssl_stream;
};

/// Called by the WebSocket when its last frame has been sent or has come.
template <class Handler>
void async_teardown(boost::beast::role_type /*role*/, TlsStream& stream, Handler&& handler) {
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(stream).socket().shutdown(
        boost::asio::ip::tcp::socket::shutdown_send, ignored);
    boost::asio::post(stream.get_executor(),
                      boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                       boost::system::error_code{}));
}

}  // namespace zhibu::client
