#include "tests/client/workbench/http/raw_http.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace zhibu::client::test {
namespace {

constexpr Asset assets[] = {
    {"/index.html", "text/html; charset=utf-8", "<meta content=\"__CSP_NONCE__\">"},
    {"/assets/app.js", "text/javascript; charset=utf-8", "run()"},
};

}  // namespace

RawHttp::RawHttp(std::uint16_t port) : descriptor_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const timeval patience{5, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    void* named = &address;
    EXPECT_EQ(::connect(descriptor_, static_cast<sockaddr*>(named), sizeof address), 0);
}

RawHttp::~RawHttp() { ::close(descriptor_); }

void RawHttp::write(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string RawHttp::read_until(std::string_view text) {
    std::array<char, 4096> part{};
    while (text.empty() || read_.find(text) == std::string::npos) {
        const ssize_t got = ::recv(descriptor_, part.data(), part.size(), 0);
        if (got <= 0) {
            break;
        }
        read_.append(part.data(), static_cast<std::size_t>(got));
    }
    return read_;
}

Served::Served() {
    auto opened = WorkbenchServer::open(
        0, assets,
        [this](const ApiRequest& request, const std::function<void(ApiResponse)>& respond) {
            ++asked_;
            std::string said = request.method + " " + request.path;
            for (const auto& [name, value] : request.query) {
                said += " " + name + "=" + value;
            }
            respond(ApiResponse{200, said + " " + request.body});
        },
        random_);
    EXPECT_TRUE(opened);
    server_ = *std::move(opened);
    const std::string address = server_->address();
    port_ = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
    thread_ = std::thread{[this] { server_->run(); }};
}

Served::~Served() {
    server_->stop();
    thread_.join();
}

std::string Served::new_code() {
    const std::string entry = server_->new_entry();
    return entry.substr(entry.find("#code=") + 6);
}

std::string Served::enter() {
    const std::string answer =
        ask(page_request("POST", "/api/session", "", R"({"code":")" + new_code() + "\"}"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 201")) << answer;
    const auto at = answer.find(R"("token":")");
    return at == std::string::npos ? std::string{} : answer.substr(at + 9, 64);
}

std::string Served::ask(std::string_view request) const {
    RawHttp connection{port_};
    connection.write(request);
    return connection.read_all();
}

std::string Served::page_request(std::string_view method, std::string_view target,
                                 std::string_view token, std::string_view body) const {
    std::string text = std::string{method} + " " + std::string{target} +
                       " HTTP/1.1\r\nHost: " + authority() +
                       "\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n";
    if (!token.empty()) {
        text += "Authorization: Bearer " + std::string{token} + "\r\n";
    }
    if (method != "GET") {
        text +=
            "Origin: http://" + authority() +
            "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n";
    }
    return text + "\r\n" + std::string{body};
}

}  // namespace zhibu::client::test
