#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "client/workbench/http/workbench_server.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::client::test {

/// A blocking TCP connection to 127.0.0.1 that keeps to nothing and gives up after five seconds.
class RawHttp {
public:
    explicit RawHttp(std::uint16_t port);
    ~RawHttp();
    RawHttp(const RawHttp&) = delete;
    RawHttp& operator=(const RawHttp&) = delete;

    void write(std::string_view bytes) const;
    /// Reads until `text` has come, or the other side ends. All that was read.
    std::string read_until(std::string_view text);

    std::string read_all() { return read_until({}); }

private:
    int descriptor_;
    std::string read_;
};

/// A running server with a few assets, whose API repeats what it was asked.
class Served {
public:
    Served();
    ~Served();
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

    WorkbenchServer& server() { return *server_; }

    /// How many requests have reached the API.
    [[nodiscard]] std::size_t asked() const { return asked_; }

    /// The code of a new address.
    std::string new_code();
    /// The token for a new code.
    std::string enter();
    /// Sends it and reads the answer to the connection's end.
    [[nodiscard]] std::string ask(std::string_view request) const;
    /// A request as the page itself makes it, of one connection.
    [[nodiscard]] std::string page_request(std::string_view method, std::string_view target,
                                           std::string_view token,
                                           std::string_view body = {}) const;

private:
    keys::SystemRandom random_;
    std::atomic<std::size_t> asked_ = 0;
    std::unique_ptr<WorkbenchServer> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace zhibu::client::test
