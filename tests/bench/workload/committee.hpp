#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/record/id.hpp"
#include "tests/bench/workload/device.hpp"

namespace zhibu::bench {

/// A committee for one round of a workload: `zhibu-server` as a process of its own, with an empty
/// space in a new folder, and its officer's device. Settings are the product's defaults, but for a
/// cheap password (none is timed) and the id numbers of nobody.
class Committee {
public:
    /// @param server  the program
    Committee(std::filesystem::path folder, std::filesystem::path server);
    ~Committee();
    Committee(const Committee&) = delete;
    Committee& operator=(const Committee&) = delete;

    [[nodiscard]] Device& officer() { return *officer_; }

    /// Branches below the general branch, known to the server when this returns.
    [[nodiscard]] std::vector<record::RecordId> add_branches(std::size_t count);

    /// A device with an account of its own for each of `scopes` (organisations below
    /// the committee), enrolled, allowed to work at once, its replica filled.
    [[nodiscard]] std::vector<std::unique_ptr<Device>> add_devices(
        const std::vector<record::RecordId>& scopes);

    /// The one organisation directly below the committee: all else is below it.
    [[nodiscard]] record::RecordId general_branch() const { return general_branch_; }

    /// Resident size of the server's process.
    [[nodiscard]] std::uint64_t server_resident_kib() const;

    /// The most that it has been since the server's start, or since that was forgotten.
    [[nodiscard]] std::uint64_t server_resident_kib_most() const;
    void forget_server_resident_kib_most() const;

    /// Processor time of the server's process since its start, in seconds.
    [[nodiscard]] double server_processor_seconds() const;

    /// One of the server's metrics as it is now; none where it does not tell it.
    /// @param name  with its labels, as the exposition format has them
    [[nodiscard]] std::optional<double> metric(const std::string& name) const;

    /// No session may be open.
    void stop_server();
    void start_server();

    /// The server's own files.
    [[nodiscard]] std::filesystem::path server_folder() const { return folder_ / "server"; }

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void found();
    void add_general_branch();
    client::DraftChange organisation(const std::string& name, const std::string& type,
                                     const record::RecordId& parent);

    std::filesystem::path folder_;
    std::filesystem::path program_;
    std::filesystem::path password_;
    std::uint16_t port_ = 0;
    std::uint16_t health_port_ = 0;
    std::string first_code_;
    pid_t server_ = 0;
    record::RecordId general_branch_;
    std::unique_ptr<Device> officer_;
    std::size_t accounts_ = 0;
    std::size_t organisations_ = 0;
};

}  // namespace zhibu::bench
