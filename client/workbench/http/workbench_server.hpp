#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "client/workbench/api/api.hpp"
#include "shared/record/random.hpp"

namespace zhibu::client {

/// One file of the page, held in the program.
struct Asset {
    std::string_view path;  // "/index.html"
    std::string_view type;  // "text/html; charset=utf-8"
    std::string_view content;
};

struct WorkbenchError {
    /// What the system said.
    std::string detail;
};

/// Serves the workbench on 127.0.0.1 to this user alone. Every connection's peer must belong to
/// this user (from the kernel's socket table); every request must name exactly this host; writes
/// must come from exactly this origin and carry JSON; everything under /api needs the token that
/// the one-time code in the address was changed for. The token lives in memory here and in the
/// page, and nowhere else. Source: the vault's rules for the local workbench.
/// Limits: 64 connections, a header of 16 KiB, a body of 1 MiB, 30 seconds for each to arrive.
/// Threads: run() takes one; new_entry(), notify() and stop() may be called from any.
class WorkbenchServer {
public:
    /// Answers through its second argument, once, on any thread, before the server is destroyed.
    using Handle = std::function<void(const ApiRequest&, std::function<void(ApiResponse)>)>;

    /// Opens the port.
    /// @param port    0 takes any free one
    /// @param assets  and `random` outlive the server
    [[nodiscard]] static std::expected<std::unique_ptr<WorkbenchServer>, WorkbenchError> open(
        std::uint16_t port, std::span<const Asset> assets, Handle handle, record::Random& random);

    ~WorkbenchServer();
    WorkbenchServer(const WorkbenchServer&) = delete;
    WorkbenchServer& operator=(const WorkbenchServer&) = delete;

    /// "http://127.0.0.1:PORT/": without the code.
    [[nodiscard]] std::string address() const;
    /// A new address with a new one-time code in its fragment; an older code is void.
    [[nodiscard]] std::string new_entry();

    /// Serves until stop().
    void run();
    void stop();
    /// Tells every page that listens at /api/events.
    void notify(ApiNews news);

private:
    class Body;
    explicit WorkbenchServer(std::unique_ptr<Body> body);
    std::unique_ptr<Body> body_;
};

}  // namespace zhibu::client
