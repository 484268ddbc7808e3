#include "client/workbench/http/workbench_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "client/workbench/http/detail/page_connection.hpp"
#include "client/workbench/http/peer_user.hpp"

namespace zhibu::client {
namespace {

namespace asio = boost::asio;
using Code = boost::system::error_code;
using tcp = asio::ip::tcp;

/// A browser opens six to one address; more than a few pages at once are no user's.
constexpr std::size_t connections_max = 64;
/// After a failed accept (no more file descriptors), rather than in a circle.
constexpr std::chrono::milliseconds accept_pause{200};

}  // namespace

class WorkbenchServer::Body {
public:
    Body(std::span<const Asset> assets, Handle handle, record::Random& random)
        : acceptor_{context_}, pause_{context_} {
        serving_.assets = assets;
        serving_.handle = std::move(handle);
        serving_.random = &random;
    }

    Code open(std::uint16_t port) {
        Code code;
        const tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port};
        acceptor_.open(endpoint.protocol(), code);
        if (!code) {
            acceptor_.bind(endpoint, code);
        }
        if (!code) {
            acceptor_.listen(asio::socket_base::max_listen_connections, code);
        }
        if (!code) {
            serving_.port = acceptor_.local_endpoint(code).port();
            serving_.guard = std::make_unique<Guard>(authority(), *serving_.random);
        }
        return code;
    }

    [[nodiscard]] std::string authority() const {
        return "127.0.0.1:" + std::to_string(serving_.port);
    }

    [[nodiscard]] std::string new_code() { return serving_.guard->new_code(); }

    void run() {
        accept();
        context_.run();
    }

    void stop() { context_.stop(); }

    void notify(ApiNews news) {
        asio::post(context_, [this, news] {
            // A copy: a connection that cannot be written to leaves the set.
            const std::vector<std::shared_ptr<detail::PageConnection>> live(serving_.live.begin(),
                                                                            serving_.live.end());
            for (const auto& connection : live) {
                connection->notify(news);
            }
        });
    }

private:
    void accept() {
        acceptor_.async_accept([this](const Code& code, tcp::socket socket) {
            if (code == asio::error::operation_aborted) {
                return;
            }
            if (code) {
                pause_.expires_after(accept_pause);
                pause_.async_wait([this](const Code& /*code*/) { accept(); });
                return;
            }
            take(std::move(socket));
            accept();
        });
    }

    void take(tcp::socket socket) {
        Code code;
        const auto peer = socket.remote_endpoint(code);
        if (code || serving_.live.size() >= connections_max ||
            !peer_is_this_user({.peer = peer.port(), .own = serving_.port})) {
            return;
        }
        auto connection =
            std::make_shared<detail::PageConnection>(std::move(socket), context_, serving_);
        serving_.live.insert(connection);
        connection->read();
    }

    // The context goes after what lives on it: connections, and the handlers it still holds.
    asio::io_context context_{1};
    detail::PageServing serving_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
};

WorkbenchServer::WorkbenchServer(std::unique_ptr<Body> body) : body_{std::move(body)} {}

WorkbenchServer::~WorkbenchServer() = default;

std::expected<std::unique_ptr<WorkbenchServer>, WorkbenchError> WorkbenchServer::open(
    std::uint16_t port, std::span<const Asset> assets, Handle handle, record::Random& random) {
    auto body = std::make_unique<Body>(assets, std::move(handle), random);
    if (const Code code = body->open(port)) {
        return std::unexpected{WorkbenchError{code.message()}};
    }
    return std::unique_ptr<WorkbenchServer>{new WorkbenchServer{std::move(body)}};
}

std::string WorkbenchServer::address() const { return "http://" + body_->authority() + "/"; }

std::string WorkbenchServer::new_entry() { return address() + "#code=" + body_->new_code(); }

void WorkbenchServer::run() { body_->run(); }

void WorkbenchServer::stop() { body_->stop(); }

void WorkbenchServer::notify(ApiNews news) { body_->notify(news); }

}  // namespace zhibu::client
