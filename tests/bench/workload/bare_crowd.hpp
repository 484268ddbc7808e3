#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bench/workload/bare_contexts.hpp"

/// What many connections cost at the least: bare TLS over epoll, one thread at each end, and at the
/// server one append and one fdatasync for all that a round of its loop has brought. The server is
/// a process of its own, as the product's is; the clients share one, as the product's callers do.
namespace zhibu::bench {

/// Whom the server answers when a message is on the disk.
enum class BareAnswer { its_sender, all_others };

class BareServer {
public:
    /// Starts it: this program once more, which calls serve_if_bare().
    BareServer(std::filesystem::path folder, BareAnswer answer);
    ~BareServer();
    BareServer(const BareServer&) = delete;
    BareServer& operator=(const BareServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] const BareIdentity& client() const { return pair_.client; }

    [[nodiscard]] pid_t process() const { return process_; }

private:
    BarePair pair_;
    pid_t process_ = 0;
    std::uint16_t port_ = 0;
};

/// A program with a BareServer calls it first: where these words are those with which BareServer
/// has started it, it serves until killed.
void serve_if_bare(int count, const char* const* words);

/// Seconds.
struct CrowdTimes {
    /// From the first connect to the last answer.
    double total = 0;
    /// Of each client, from its connect to its last answer.
    std::vector<double> each;
};

/// So many clients connect at once, and each sends messages of these sizes; BareAnswer::its_sender.
[[nodiscard]] CrowdTimes bare_push(const BareServer& server, std::size_t clients,
                                   const std::vector<std::size_t>& messages);

/// Seconds from a send until each of the others has the message, one list a send;
/// BareAnswer::all_others. One of `clients` + 1 sends, one after the other.
[[nodiscard]] std::vector<std::vector<double>> bare_fan_out(
    const BareServer& server, std::size_t clients, const std::vector<std::size_t>& messages);

/// Resident KiB of the server for each of so many connections that have said nothing for `idle`.
[[nodiscard]] double bare_idle_kib(const BareServer& server, std::size_t clients,
                                   std::chrono::seconds idle);

}  // namespace zhibu::bench
