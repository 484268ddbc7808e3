#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/listener/listener.hpp"

namespace zhibu::server {

/// Plain HTTP on 127.0.0.1 for the machine's own monitoring: GET of known paths, one request
/// a connection, small and short, and few at a time.
class HealthListener : public std::enable_shared_from_this<HealthListener> {
public:
    using Answer = std::function<std::optional<Monitored>(const std::string& path)>;

    HealthListener(boost::asio::io_context& context, Answer answer);

    /// Opens the port and begins to accept; returns which port it is.
    std::uint16_t open(std::uint16_t port, boost::system::error_code& code);
    void stop();

private:
    void accept();

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::shared_ptr<Answer> answer_;
};

}  // namespace zhibu::server
