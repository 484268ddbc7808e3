#include "tests/bench/workload/bare_link.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace zhibu::bench {
namespace {

constexpr std::size_t length_bytes = 4;

std::size_t length_of(std::span<const std::uint8_t> bytes) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data(), length_bytes);
    return length;
}

}  // namespace

BareLink::BareLink(SSL_CTX* context, int socket, bool accepts)
    : socket_{socket}, session_{SSL_new(context)} {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    SSL_set_fd(session_.get(), socket);
    if (accepts) {
        SSL_set_accept_state(session_.get());
    } else {
        SSL_set_connect_state(session_.get());
    }
}

BareLink::~BareLink() { ::close(socket_); }

bool BareLink::take(const std::function<void(std::span<const std::uint8_t>)>& message) {
    if (!stands_) {
        const int made = SSL_do_handshake(session_.get());
        if (made != 1) {
            return SSL_get_error(session_.get(), made) == SSL_ERROR_WANT_READ;
        }
        stands_ = true;
    }
    std::array<std::uint8_t, 16'384> part{};
    int got = 0;
    while ((got = SSL_read(session_.get(), part.data(), static_cast<int>(part.size()))) > 0) {
        buffer_.insert(buffer_.end(), part.begin(), part.begin() + got);
    }
    const bool is_there = SSL_get_error(session_.get(), got) == SSL_ERROR_WANT_READ;
    std::span<const std::uint8_t> rest{buffer_};
    while (rest.size() >= length_bytes && rest.size() - length_bytes >= length_of(rest)) {
        const std::size_t length = length_of(rest);
        message(rest.subspan(length_bytes, length));
        rest = rest.subspan(length_bytes + length);
    }
    buffer_.erase(buffer_.begin(), buffer_.end() - static_cast<std::ptrdiff_t>(rest.size()));
    return is_there;
}

void BareLink::send(std::span<const std::uint8_t> message) {
    std::vector<std::uint8_t> bytes(length_bytes + message.size());
    const auto length = static_cast<std::uint32_t>(message.size());
    std::memcpy(bytes.data(), &length, length_bytes);
    std::memcpy(bytes.data() + length_bytes, message.data(), message.size());
    while (true) {
        const int put = SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
        if (put > 0) {
            return;
        }
        if (SSL_get_error(session_.get(), put) != SSL_ERROR_WANT_WRITE) {
            throw std::runtime_error("bare TLS: a write failed");
        }
        pollfd writable{socket_, POLLOUT, 0};
        ::poll(&writable, 1, -1);
    }
}

BareLoop::BareLoop() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {}

BareLoop::~BareLoop() { ::close(epoll_); }

void BareLoop::watch(int socket, void* link) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = link;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) {
        throw std::runtime_error("bare TLS: epoll");
    }
}

std::vector<void*> BareLoop::wait() const {
    std::array<epoll_event, 512> events{};
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    std::vector<void*> ready;
    for (int at = 0; at < count; ++at) {
        ready.push_back(events.at(static_cast<std::size_t>(at)).data.ptr);
    }
    return ready;
}

}  // namespace zhibu::bench
