#include "client/workbench/http/peer_user.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "shared/keys/descriptor.hpp"

namespace zhibu::client {
namespace {

constexpr std::array<std::uint8_t, 4> loopback{127, 0, 0, 1};
constexpr std::uint32_t every_state = 0xFFF;

struct Question {
    nlmsghdr header;
    inet_diag_req_v2 socket;
};

Question question_for(LoopbackPorts ports) {
    Question question{};
    question.header.nlmsg_len = sizeof(Question);
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.socket.sdiag_family = AF_INET;
    question.socket.sdiag_protocol = IPPROTO_TCP;
    question.socket.idiag_states = every_state;
    inet_diag_sockid& id = question.socket.id;
    id.idiag_sport = htons(ports.peer);
    id.idiag_dport = htons(ports.own);
    std::memcpy(&id.idiag_src, loopback.data(), loopback.size());
    std::memcpy(&id.idiag_dst, loopback.data(), loopback.size());
    std::ranges::fill(id.idiag_cookie, INET_DIAG_NOCOOKIE);
    return question;
}

/// Asks for this one socket. A kernel without that interface, or a sandbox, has no answer.
std::optional<std::uint32_t> user_by_diagnosis(LoopbackPorts ports) {
    const keys::Descriptor netlink{
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
    const Question question = question_for(ports);
    if (!netlink.is_open() ||
        ::send(netlink.number(), &question, sizeof question, 0) != sizeof question) {
        return std::nullopt;
    }
    std::array<std::byte, 4096> bytes{};
    const auto received = ::recv(netlink.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    nlmsghdr header{};
    inet_diag_msg answer{};
    if (received < static_cast<std::ptrdiff_t>(NLMSG_HDRLEN + sizeof answer)) {
        return std::nullopt;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) {
        return std::nullopt;
    }
    std::memcpy(&answer, bytes.data() + NLMSG_HDRLEN, sizeof answer);
    // For a connection that has gone the kernel answers with whoever listens on that port.
    const bool same = answer.id.idiag_sport == question.socket.id.idiag_sport &&
                      answer.id.idiag_dport == question.socket.id.idiag_dport;
    return same ? std::optional{answer.idiag_uid} : std::nullopt;
}

std::optional<std::uint32_t> user_in_line(const std::string& line, const std::string& ends) {
    std::istringstream words{line};
    std::string number;
    std::string from;
    std::string to;
    words >> number >> from >> to;
    if (from + ' ' + to != ends) {
        return std::nullopt;
    }
    std::string skipped;
    for (int i = 0; i < 4; ++i) {
        words >> skipped;  // state, queues, timer, retransmits
    }
    std::uint32_t user = 0;
    return words >> user ? std::optional{user} : std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> peer_user(std::istream& table, LoopbackPorts ports) {
    std::array<char, 64> ends{};
    // The kernel writes addresses as the machine holds them: 127.0.0.1 on little-endian ones.
    std::snprintf(ends.data(), ends.size(), "0100007F:%04X 0100007F:%04X", ports.peer, ports.own);
    std::string line;
    while (std::getline(table, line)) {
        if (const auto user = user_in_line(line, ends.data())) {
            return user;
        }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> peer_user(LoopbackPorts ports) {
    if (const auto user = user_by_diagnosis(ports)) {
        return user;
    }
    // The table is read in parts, and connections that come and go between two parts make it leave
    // out others: one look in thousands misses a connection that is there.
    constexpr int looks = 3;
    for (int look = 0; look < looks; ++look) {
        std::ifstream table{"/proc/net/tcp"};
        if (const auto user = peer_user(table, ports)) {
            return user;
        }
    }
    return std::nullopt;
}

bool peer_is_this_user(LoopbackPorts ports) {
    return peer_user(ports) == std::optional<std::uint32_t>{::geteuid()};
}

}  // namespace zhibu::client
