#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/disk.hpp"

namespace zhibu::client {

enum class TimeMarkFault : std::uint8_t {
    /// There is none, or it is not what this device wrote.
    unknown,
    storage_failed,
};

/// The latest time that this device has known: from the server, from changes made, from its own
/// clock. A key of the device's secret authenticates it, so that whoever edits or removes the file
/// is noticed. Not promised: that an older copy of the file, put back, is noticed by itself.
/// Source: docs/file-formats.md, "Latest time". Threads: not synchronised.
class TimeMark {
public:
    /// `disk` must outlive it.
    TimeMark(vault::Disk& disk, std::filesystem::path file);

    [[nodiscard]] std::expected<record::Instant, TimeMarkFault> read(
        const keys::SecretBytes& device_secret);

    /// In place of what was there, later or not. Errors: storage_failed.
    [[nodiscard]] std::expected<void, TimeMarkFault> write(record::Instant time,
                                                           const keys::SecretBytes& device_secret);

private:
    vault::Disk& disk_;
    std::filesystem::path file_;
};

}  // namespace zhibu::client
