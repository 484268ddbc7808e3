#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "tests/bench/workload/bare_crowd.hpp"
#include "tests/bench/workload/bare_link.hpp"

namespace zhibu::bench {
namespace {

constexpr std::chrono::seconds start_deadline{10};
/// Followed by the folder and whom it answers.
constexpr std::string_view server_word = "--bare-server";
constexpr std::string_view sender_word = "sender";

std::string read_all(const std::filesystem::path& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The server's end of all connections, and its file.
class Serving {
public:
    Serving(const std::filesystem::path& folder, BareAnswer answer)
        : context_{make_context(TLS_server_method(),
                                {read_all(folder / "certificate.pem"), read_all(folder / "key.pem"),
                                 read_all(folder / "trusted.pem")})},
          answer_{answer},
          file_{::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)},
          listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (file_ < 0 || ::bind(listening_, generic, size) != 0 ||
            ::listen(listening_, SOMAXCONN) != 0 ||
            ::getsockname(listening_, generic, &size) != 0) {
            std::abort();
        }
        loop_.watch(listening_, nullptr);
        std::ofstream{folder / "port.new"} << ntohs(address.sin_port);
        std::filesystem::rename(folder / "port.new", folder / "port");
    }

    void round() {
        std::vector<std::pair<BareLink*, std::vector<std::uint8_t>>> taken;
        std::vector<std::uint8_t> bytes;
        for (void* ready : loop_.wait()) {
            auto* link = static_cast<BareLink*>(ready);
            if (link == nullptr) {
                accept_all();
            } else if (!link->take([&](std::span<const std::uint8_t> message) {
                           bytes.insert(bytes.end(), message.begin(), message.end());
                           taken.emplace_back(
                               link, std::vector<std::uint8_t>(message.begin(), message.end()));
                       })) {
                links_.erase(link);
            }
        }
        if (taken.empty()) {
            return;
        }
        if (::write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
            ::fdatasync(file_) != 0) {
            std::abort();
        }
        for (const auto& [sender, message] : taken) {
            answer(sender, message);
        }
    }

private:
    void accept_all() {
        int socket = -1;
        while ((socket = ::accept(listening_, nullptr, nullptr)) >= 0) {
            auto link = std::make_unique<BareLink>(context_.get(), socket, true);
            BareLink* name = link.get();
            links_.emplace(name, std::move(link));
            loop_.watch(socket, name);
        }
    }

    void answer(BareLink* sender, const std::vector<std::uint8_t>& message) {
        if (answer_ == BareAnswer::its_sender) {
            if (links_.contains(sender)) {
                sender->send(std::span{message}.first(8));
            }
            return;
        }
        for (const auto& [name, link] : links_) {
            if (name != sender && link->stands()) {
                link->send(message);
            }
        }
    }

    Context context_;
    BareAnswer answer_;
    int file_;
    int listening_;
    BareLoop loop_;
    std::map<BareLink*, std::unique_ptr<BareLink>> links_;
};

}  // namespace

BareServer::BareServer(std::filesystem::path folder, BareAnswer answer) : pair_{make_bare_pair()} {
    std::filesystem::create_directories(folder);
    std::ofstream{folder / "certificate.pem"} << pair_.server.certificate;
    std::ofstream{folder / "key.pem"} << pair_.server.key;
    std::ofstream{folder / "trusted.pem"} << pair_.server.trusted;
    process_ = ::fork();
    if (process_ == 0) {
        ::execl("/proc/self/exe", "bare-server", server_word.data(), folder.c_str(),
                answer == BareAnswer::its_sender ? sender_word.data() : "others",
                static_cast<char*>(nullptr));
        ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + start_deadline;
    while (!std::filesystem::exists(folder / "port")) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("bare TLS: the server did not start");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    port_ = static_cast<std::uint16_t>(std::stoul(read_all(folder / "port")));
}

BareServer::~BareServer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

void serve_if_bare(int count, const char* const* words) {
    if (count != 4 || words[1] != server_word) {
        return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Serving serving{words[2],
                    words[3] == sender_word ? BareAnswer::its_sender : BareAnswer::all_others};
    while (true) {
        serving.round();
    }
}

}  // namespace zhibu::bench
