#include "client/workbench/http/workbench_server.hpp"

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>

#include "client/workbench/http/guard.hpp"
#include "shared/keys/enrolment_code.hpp"

namespace zhibu::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using Code = boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::uint32_t header_bytes_max = 16'384;
constexpr std::uint64_t body_bytes_max = 1U << 20U;
constexpr std::chrono::seconds request_deadline{30};

/// Decodes %XX and '+' of a query; no value for a broken escape.
std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%') {
            const auto digit = [&](std::size_t at) {
                return at < text.size()
                           ? std::string_view{"0123456789abcdefABCDEF"}.find(text[at])
                           : std::string_view::npos;
            };
            const auto high = digit(i + 1);
            const auto low = digit(i + 2);
            if (high == std::string_view::npos || low == std::string_view::npos) {
                return std::nullopt;
            }
            const auto value = [](std::size_t at) { return at < 16 ? at : at - 6; };
            out += static_cast<char>(value(high) * 16 + value(low));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::optional<ApiRequest> to_request(const http::request<http::string_body>& received) {
    ApiRequest request;
    request.method = received.method_string();
    std::string_view target = received.target();
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = pair.find('=');
        const auto name = decoded(pair.substr(0, equals));
        const auto value =
            decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        if (!name || !value) {
            return std::nullopt;
        }
        request.query.emplace(*name, *value);
    }
    request.body = received.body();
    return request;
}

void set_security(http::response<http::string_body>& response, const std::string& nonce) {
    // Ant Design writes style elements; they carry the page's nonce. Its text areas set a style
    // attribute, which only 'unsafe-inline' for attributes lets through.
    response.set("Content-Security-Policy",
                 "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce +
                     "'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
                     "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action "
                     "'none'");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
    response.set("Cross-Origin-Resource-Policy", "same-origin");
    response.set(http::field::cache_control, "no-store");
}

/// What connections share with their server.
struct Shared {
    std::span<const Asset> assets;
    WorkbenchServer::Handle handle;
    record::Random* random = nullptr;
    std::unique_ptr<Guard> guard;
    std::uint16_t port = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, asio::io_context& context, Shared& shared)
        : stream_{std::move(socket)}, context_{context}, shared_{shared} {}

    void read() {
        parser_.emplace();
        parser_->header_limit(header_bytes_max);
        parser_->body_limit(body_bytes_max);
        stream_.expires_after(request_deadline);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                             self->on_read(code);
                         });
    }

private:
    void on_read(const Code& code) {
        if (code == http::error::body_limit || code == http::error::header_limit) {
            keep_alive_ = false;
            send(ApiResponse{413, R"({"error":{"code":"too_large","message":"too large"}})"});
            return;
        }
        if (code) {
            Code ignored;
            stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
            return;
        }
        const auto& request = parser_->get();
        keep_alive_ = request.keep_alive();
        version_ = request.version();
        const RequestHead head{request.method_string(),
                               std::string_view{request.target()}.substr(
                                   0, request.target().find('?')),
                               request[http::field::host],
                               request[http::field::origin],
                               request["Sec-Fetch-Site"],
                               request[http::field::content_type],
                               request[http::field::authorization]};
        if (const auto status = shared_.guard->refusal(head)) {
            send(ApiResponse{*status, R"({"error":{"code":"refused","message":"refused"}})"});
        } else if (head.path.starts_with("/api/")) {
            call_api(request);
        } else {
            send_asset(head);
        }
    }

    void call_api(const http::request<http::string_body>& received) {
        const auto request = to_request(received);
        if (!request) {
            send(ApiResponse{400, R"({"error":{"code":"bad_query","message":"bad query"}})"});
            return;
        }
        if (request->path == "/api/session") {
            send(open_session(*request));
            return;
        }
        shared_.handle(*request, [self = shared_from_this()](ApiResponse response) {
            asio::post(self->context_, [self, response = std::move(response)]() mutable {
                self->send(std::move(response));
            });
        });
    }

    ApiResponse open_session(const ApiRequest& request) {
        Code fault;
        const json::value parsed = json::parse(request.body, fault);
        const json::object* object = fault ? nullptr : parsed.if_object();
        const json::value* code = object == nullptr ? nullptr : object->if_contains("code");
        const auto token = request.method == "POST" && code != nullptr && code->is_string()
                               ? shared_.guard->exchange(code->get_string())
                               : std::nullopt;
        if (!token) {
            return ApiResponse{401, R"({"error":{"code":"bad_code","message":"bad code"}})"};
        }
        return ApiResponse{201, json::serialize(json::object{{"token", *token}})};
    }

    void send_asset(const RequestHead& head) {
        const std::string_view wanted = head.path == "/" ? "/index.html" : head.path;
        for (const Asset& asset : shared_.assets) {
            if (asset.path == wanted && head.method == "GET") {
                start_response(200, asset.type);
                response_.body() = with_nonce(asset);
                finish_response();
                return;
            }
        }
        send(ApiResponse{404, R"({"error":{"code":"not_found","message":"not found"}})"});
    }

    /// The page names its nonce in a meta element, for the style elements that scripts make.
    std::string with_nonce(const Asset& asset) const {
        constexpr std::string_view mark = "__CSP_NONCE__";
        std::string content{asset.content};
        if (asset.path == "/index.html") {
            for (auto at = content.find(mark); at != std::string::npos; at = content.find(mark)) {
                content.replace(at, mark.size(), nonce_);
            }
        }
        return content;
    }

    void send(ApiResponse response) {
        start_response(response.status, "application/json; charset=utf-8");
        response_.body() = std::move(response.body);
        finish_response();
    }

    void start_response(unsigned status, std::string_view type) {
        std::array<std::uint8_t, 16> bytes{};
        shared_.random->fill(bytes);
        nonce_ = keys::to_hex(bytes);
        response_ = {};
        response_.version(version_);
        response_.result(status);
        response_.keep_alive(keep_alive_);
        response_.set(http::field::content_type, type);
        set_security(response_, nonce_);
    }

    void finish_response() {
        response_.prepare_payload();
        stream_.expires_after(request_deadline);
        http::async_write(stream_, response_,
                          [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                              if (!code && self->keep_alive_) {
                                  self->read();
                              }
                          });
    }

    beast::tcp_stream stream_;
    asio::io_context& context_;
    Shared& shared_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
    std::string nonce_;
    unsigned version_ = 11;
    bool keep_alive_ = false;
};

}  // namespace

class WorkbenchServer::Body {
public:
    Body(std::span<const Asset> assets, Handle handle, record::Random& random)
        : acceptor_{context_} {
        shared_.assets = assets;
        shared_.handle = std::move(handle);
        shared_.random = &random;
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
            shared_.port = acceptor_.local_endpoint(code).port();
            shared_.guard = std::make_unique<Guard>(authority(), *shared_.random);
        }
        return code;
    }

    [[nodiscard]] std::string authority() const {
        return "127.0.0.1:" + std::to_string(shared_.port);
    }

    [[nodiscard]] std::string new_code() { return shared_.guard->new_code(); }

    void run() {
        accept();
        context_.run();
    }

    void stop() { context_.stop(); }

private:
    void accept() {
        acceptor_.async_accept([this](const Code& code, tcp::socket socket) {
            if (code == asio::error::operation_aborted) {
                return;
            }
            if (!code) {
                Code ignored;
                const auto peer = socket.remote_endpoint(ignored);
                if (!ignored && peer_is_this_user(peer.port(), shared_.port)) {
                    std::make_shared<Connection>(std::move(socket), context_, shared_)->read();
                }
            }
            accept();
        });
    }

    // Before the context: handlers that it still holds hold connections, and those name it.
    Shared shared_;
    asio::io_context context_{1};
    tcp::acceptor acceptor_;
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

}  // namespace zhibu::client
