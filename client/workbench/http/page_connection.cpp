#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <sstream>
#include <utility>

#include "client/workbench/http/detail/page_connection.hpp"
#include "client/workbench/http/target.hpp"
#include "shared/keys/enrolment_code.hpp"

namespace zhibu::client::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using tcp = asio::ip::tcp;

constexpr std::chrono::seconds deadline{30};
/// A page that has gone is noticed by the first heartbeat that cannot be written.
constexpr std::chrono::seconds heartbeat_interval{15};

void set_security(http::fields& fields, const std::string& nonce) {
    // Ant Design writes style elements; they carry the page's nonce. Its text areas set a style
    // attribute, which only 'unsafe-inline' for attributes lets through.
    fields.set("Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce +
                   "'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
                   "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action "
                   "'none'");
    fields.set("X-Content-Type-Options", "nosniff");
    fields.set("Referrer-Policy", "no-referrer");
    fields.set("Cross-Origin-Opener-Policy", "same-origin");
    fields.set("Cross-Origin-Resource-Policy", "same-origin");
    fields.set(http::field::cache_control, "no-store");
}

/// What the guard's refusals and the limits above mean to the person at the page.
const Problem& refusal_for(unsigned status) {
    static const std::array texts{
        Problem{400, "bad_request", "请求无法识别。", "The request cannot be read."},
        Problem{401, "locked", "工作台已锁定，请重新打开。",
                "The workbench is locked; open it again."},
        Problem{403, "foreign_page", "拒绝来自其他页面的请求。",
                "Requests of other pages are refused."},
        Problem{404, "not_found", "没有这个页面。", "There is no such page."},
        Problem{405, "method_not_allowed", "不支持这种请求方式。",
                "This kind of request is not supported."},
        Problem{413, "too_large", "内容过大（上限1 MiB）。", "This is too large (at most 1 MiB)."},
        Problem{415, "not_json", "只接受JSON。", "Only JSON is accepted."},
        Problem{421, "wrong_host", "地址不对。", "This is not the address."},
        Problem{431, "header_too_large", "请求头过大。", "The request's header is too large."},
    };
    return *std::ranges::find(texts, status, &Problem::status);
}

std::string_view name_of(ApiNews news) {
    switch (news) {
        case ApiNews::changed:
            return "changed";
        case ApiNews::sync:
            return "sync";
    }
    std::unreachable();
}

}  // namespace

PageConnection::PageConnection(tcp::socket socket, asio::io_context& context, PageServing& shared)
    : context_{context}, serving_{shared}, stream_{std::move(socket)}, heartbeat_{context} {}

void PageConnection::read() {
    parser_.emplace();
    set_limits(*parser_);
    stream_.expires_after(deadline);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                         self->on_read(code);
                     });
}

void PageConnection::close() {
    Code ignored;
    heartbeat_.cancel();
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
    streams_ = false;
    serving_.live.erase(shared_from_this());
}

void PageConnection::on_read(const Code& code) {
    if (code == http::error::body_limit || code == http::error::header_limit) {
        keep_alive_ = false;
        const auto target = parse_target(parser_->get().target());
        language_ = target ? language_of(target->query) : Language::zh;
        refuse(code == http::error::body_limit ? 413 : 431);
    } else if (code) {
        close();
    } else {
        answer(parser_->get());
    }
}

void PageConnection::answer(const ReceivedRequest& received) {
    keep_alive_ = received.keep_alive();
    version_ = received.version();
    const DirectedRequest directed = direct(received, *serving_.guard);
    language_ = directed.language;
    switch (directed.goal) {
        case DirectedRequest::Goal::refused:
            refuse(directed.status);
            return;
        case DirectedRequest::Goal::asset:
            send_asset(directed.request);
            return;
        case DirectedRequest::Goal::session:
            send(open_session(directed.request.method, received.body()));
            return;
        case DirectedRequest::Goal::events:
            stream_events();
            return;
        case DirectedRequest::Goal::api:
            call_api(directed.request);
            return;
    }
}

void PageConnection::call_api(const ApiRequest& request) {
    // While the replica's thread works there is no time limit: it answers all that it is asked.
    stream_.expires_never();
    serving_.handle(request, [self = shared_from_this()](ApiResponse response) {
        asio::post(self->context_, [self, response = std::move(response)]() mutable {
            self->send(std::move(response));
        });
    });
}

ApiResponse PageConnection::open_session(std::string_view method, std::string_view body) {
    if (method != "POST") {
        return problem(refusal_for(405), language_);
    }
    const auto code = read_code(body);
    const auto token = code ? serving_.guard->exchange(*code) : std::nullopt;
    return token ? client::answer(json::object{{"token", *token}}, 201)
                 : problem(refusal_for(401), language_);
}

void PageConnection::send_asset(const ApiRequest& request) {
    if (request.method != "GET") {
        refuse(405);
        return;
    }
    const std::string_view path = request.path;
    const std::string_view wanted = path == "/" ? "/index.html" : path;
    for (const Asset& asset : serving_.assets) {
        if (asset.path == wanted) {
            start_response(200, asset.type);
            response_.body() = with_nonce(asset);
            finish_response();
            return;
        }
    }
    refuse(404);
}

/// The page names its nonce in a meta element, for the style elements that scripts make.
std::string PageConnection::with_nonce(const Asset& asset) const {
    constexpr std::string_view mark = "__CSP_NONCE__";
    std::string content{asset.content};
    if (asset.path == "/index.html") {
        for (auto at = content.find(mark); at != std::string::npos; at = content.find(mark)) {
            content.replace(at, mark.size(), nonce_);
        }
    }
    return content;
}

void PageConnection::refuse(unsigned status) { send(problem(refusal_for(status), language_)); }

void PageConnection::send(ApiResponse response) {
    start_response(response.status, "application/json; charset=utf-8");
    response_.body() = std::move(response.body);
    finish_response();
}

std::string PageConnection::new_nonce() const {
    std::array<std::uint8_t, 16> bytes{};
    serving_.random->fill(bytes);
    return keys::to_hex(bytes);
}

void PageConnection::start_response(unsigned status, std::string_view type) {
    nonce_ = new_nonce();
    response_ = {};
    response_.version(version_);
    response_.result(status);
    response_.keep_alive(keep_alive_);
    response_.set(http::field::content_type, type);
    set_security(response_, nonce_);
}

void PageConnection::finish_response() {
    response_.prepare_payload();
    stream_.expires_after(deadline);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                          if (!code && self->keep_alive_) {
                              self->read();
                          } else {
                              self->close();
                          }
                      });
}

void PageConnection::stream_events() {
    http::response<http::empty_body> head{http::status::ok, 11};
    head.keep_alive(false);
    head.set(http::field::content_type, "text/event-stream; charset=utf-8");
    set_security(head, new_nonce());
    std::ostringstream text;
    text << head;
    outgoing_ = std::move(text).str();
    streams_ = true;
    // Whatever happened before the page listened is news to it.
    pending_ = {ApiNews::changed, ApiNews::sync};
    write_events();
}

void PageConnection::notify(ApiNews news) {
    if (!streams_) {
        return;
    }
    pending_.insert(news);
    if (!writing_) {
        write_events();
    }
}

void PageConnection::write_events() {
    for (const ApiNews news : std::exchange(pending_, {})) {
        outgoing_ += "event: " + std::string{name_of(news)} + "\ndata: \n\n";
    }
    writing_ = true;
    stream_.expires_after(deadline);
    asio::async_write(stream_, asio::buffer(outgoing_),
                      [self = shared_from_this()](const Code& code, std::size_t /*bytes*/) {
                          self->writing_ = false;
                          self->outgoing_.clear();
                          if (code) {
                              self->close();
                          } else if (self->pending_.empty()) {
                              self->wait_for_events();
                          } else {
                              self->write_events();
                          }
                      });
}

void PageConnection::wait_for_events() {
    heartbeat_.expires_after(heartbeat_interval);
    heartbeat_.async_wait([self = shared_from_this()](const Code& code) {
        if (!code && self->streams_ && !self->writing_) {
            self->outgoing_ = ": still here\n\n";
            self->write_events();
        }
    });
}

}  // namespace zhibu::client::detail
