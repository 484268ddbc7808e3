#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "sync_protocol/session/wire.hpp"
#include "tests/simulation/event_loop.hpp"
#include "tests/simulation/trace.hpp"

namespace zhibu::simulation {

/// A program at one end of a wire.
struct Program {
    Life life;
    Strand* strand = nullptr;
};

class Link;

/// Wires between devices and the server, as TLS gives them: messages whole and in order or not at
/// all, late, and lost from some message on, which either end notices when it notices. Above that
/// everything can happen: an answer is lost after the work was done, a group is sent again, an old
/// wire's messages come beside a new one's.
class Network {
public:
    /// What the server makes of a new wire; none while it does not run.
    using Accept = std::function<std::unique_ptr<sync::WireEvents>()>;

    Network(EventLoop& loop, Trace& trace, std::uint64_t seed)
        : loop_{loop}, trace_{trace}, random_{seed} {}

    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    void serve(Program server, Accept accept);
    /// The server's program has ended, its own end of every wire with it.
    void server_is_gone();

    /// @param machine  a number of the caller's, for partitions and cuts
    /// @param device   whom the certificate names
    void connect(std::size_t machine, const record::DeviceId& device, const Program& client,
                 sync::WireEvents& events);
    /// The machine's program has ended.
    void client_is_gone(std::size_t machine);

    void set_reachable(std::size_t machine, bool reachable);

    [[nodiscard]] bool is_reachable(std::size_t machine) const {
        return !unreachable_.contains(machine);
    }

    /// All wires of the machine are lost now; each end notices at its own time.
    void cut(std::size_t machine);

    /// Called with every message that reaches a client.
    std::function<void(std::span<const std::uint8_t>)> overheard;

private:
    friend class Link;

    void forget_closed();

    EventLoop& loop_;
    Trace& trace_;
    support::SeededRandom random_;
    std::optional<Program> server_;
    Accept accept_;
    std::set<std::size_t> unreachable_;
    std::vector<std::shared_ptr<Link>> links_;
};

}  // namespace zhibu::simulation
