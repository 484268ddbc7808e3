#include "server/listener/detail/health.hpp"

#include <chrono>
#include <utility>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace zhibu::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Code = boost::system::error_code;

constexpr std::chrono::seconds deadline{2};
constexpr std::uint32_t header_bytes_max = 4'096;
constexpr long requests_max = 16;
constexpr std::chrono::milliseconds pause_after_failure{100};

class Request : public std::enable_shared_from_this<Request> {
public:
    Request(asio::ip::tcp::socket socket, std::shared_ptr<HealthListener::Answer> answer)
        : stream_{std::move(socket)}, answer_{std::move(answer)} {
        parser_.header_limit(header_bytes_max);
    }

    void start() {
        stream_.expires_after(deadline);
        http::async_read(stream_, buffer_, parser_,
                         [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                             if (!code) {
                                 self->respond();
                             }
                         });
    }

private:
    void respond() {
        const auto& request = parser_.get();
        response_.version(request.version());
        response_.keep_alive(false);
        response_.set(http::field::content_type, "application/json");
        response_.set(http::field::cache_control, "no-store");
        if (request.method() != http::verb::get) {
            response_.result(http::status::method_not_allowed);
            response_.set(http::field::allow, "GET");
        } else if (auto answer = (*answer_)(std::string{request.target()})) {
            response_.result(answer->status);
            response_.set(http::field::content_type,
                          beast::string_view{answer->type.data(), answer->type.size()});
            response_.body() = std::move(answer->body);
        } else {
            response_.result(http::status::not_found);
        }
        response_.prepare_payload();
        http::async_write(
            stream_, response_,
            [self = shared_from_this()](const Code& /*code*/, std::size_t /*bytes*/) {});
    }

    beast::tcp_stream stream_;
    std::shared_ptr<HealthListener::Answer> answer_;
    beast::flat_buffer buffer_;
    http::request_parser<http::empty_body> parser_;
    http::response<http::string_body> response_;
};

}  // namespace

HealthListener::HealthListener(asio::io_context& context, Answer answer)
    : acceptor_{context}, pause_{context}, answer_{std::make_shared<Answer>(std::move(answer))} {}

std::uint16_t HealthListener::open(std::uint16_t port, Code& code) {
    const asio::ip::tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port};
    acceptor_.open(endpoint.protocol(), code);
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
        return 0;
    }
    accept();
    return acceptor_.local_endpoint(code).port();
}

void HealthListener::stop() {
    Code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
}

void HealthListener::accept() {
    acceptor_.async_accept(
        [weak = weak_from_this()](const Code& code, asio::ip::tcp::socket socket) {
            const auto self = weak.lock();
            if (!self || code == asio::error::operation_aborted ||
                code == asio::error::bad_descriptor) {
                return;
            }
            if (code) {
                // Out of descriptors, most likely: others must end first.
                self->pause_.expires_after(pause_after_failure);
                self->pause_.async_wait([weak](const Code& cancelled) {
                    if (const auto still = weak.lock(); still && !cancelled) {
                        still->accept();
                    }
                });
                return;
            }
            // Each request holds the answer. One too many is closed unheard.
            if (self->answer_.use_count() <= requests_max) {
                std::make_shared<Request>(std::move(socket), self->answer_)->start();
            }
            self->accept();
        });
}

}  // namespace zhibu::server
