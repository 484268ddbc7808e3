#include "sync_protocol/transport/wire_fault.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>

namespace zhibu::transport {

sync::WireFault fault_of(const boost::system::error_code& code) {
    namespace beast = boost::beast;
    namespace http = beast::http;
    namespace websocket = beast::websocket;
    if (code == websocket::error::closed || code == boost::asio::error::eof ||
        code == http::error::end_of_stream) {
        return sync::WireFault::closed_by_peer;
    }
    if (code == websocket::error::message_too_big || code == websocket::error::buffer_overflow) {
        return sync::WireFault::message_too_large;
    }
    if (code == beast::error::timeout) {
        return sync::WireFault::timed_out;
    }
    if (code == http::error::partial_message) {
        return sync::WireFault::connection_lost;
    }
    if (code.category() == make_error_code(http::error::partial_message).category() ||
        code.category() == make_error_code(websocket::error::closed).category()) {
        return sync::WireFault::protocol_error;
    }
    return sync::WireFault::connection_lost;
}

}  // namespace zhibu::transport
