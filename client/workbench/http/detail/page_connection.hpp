#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "client/workbench/http/detail/page_request.hpp"
#include "client/workbench/http/guard.hpp"
#include "client/workbench/http/workbench_server.hpp"

namespace zhibu::client::detail {

class PageConnection;

/// What connections share with their server. Confined to the server's thread.
struct PageServing {
    std::span<const Asset> assets;
    WorkbenchServer::Handle handle;
    record::Random* random = nullptr;
    std::unique_ptr<Guard> guard;
    std::uint16_t port = 0;
    /// Every open connection; one leaves when it is closed.
    std::set<std::shared_ptr<PageConnection>> live;
};

/// One browser connection: requests one after another, or one stream of events to its end.
/// Threads: confined to the server's.
class PageConnection : public std::enable_shared_from_this<PageConnection> {
public:
    PageConnection(boost::asio::ip::tcp::socket socket, boost::asio::io_context& context,
                   PageServing& shared);

    void read();
    /// Tells the page, if this connection streams events. An event that waits already is not sent
    /// twice, so a slow reader holds no memory.
    void notify(ApiNews news);
    void close();

private:
    using Code = boost::system::error_code;

    void on_read(const Code& code);
    void answer(const ReceivedRequest& received);
    void call_api(const ApiRequest& request);
    [[nodiscard]] ApiResponse open_session(std::string_view method, std::string_view body);
    void send_asset(const ApiRequest& request);
    [[nodiscard]] std::string with_nonce(const Asset& asset) const;
    void send(ApiResponse response);
    void refuse(unsigned status);
    void start_response(unsigned status, std::string_view type);
    void finish_response();
    void stream_events();
    void write_events();
    void wait_for_events();
    [[nodiscard]] std::string new_nonce() const;

    boost::asio::io_context& context_;
    PageServing& serving_;
    boost::beast::tcp_stream stream_;
    boost::asio::steady_timer heartbeat_;
    boost::beast::flat_buffer buffer_;
    std::optional<RequestParser> parser_;
    boost::beast::http::response<boost::beast::http::string_body> response_;
    std::string nonce_;
    unsigned version_ = 11;
    Language language_ = Language::zh;
    bool keep_alive_ = false;
    bool streams_ = false;
    bool writing_ = false;
    std::set<ApiNews> pending_;
    std::string outgoing_;
};

}  // namespace zhibu::client::detail
