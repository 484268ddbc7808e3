#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "client/identity/identity.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/disk.hpp"
#include "sync_protocol/session/client_ledger.hpp"

namespace zhibu::client {

/// A finding about the server's history, and when this device made it.
struct NotedFinding {
    sync::LedgerFinding finding;
    record::Instant noticed_at;

    friend bool operator==(const NotedFinding&, const NotedFinding&) = default;
};

/// What the device remembers of the server's history: the pinned head, and what was found wrong
/// with what came after. One file of the device's folder, which outlives every replica: nothing in
/// it is secret, and what it pins is signed by the server. A file that cannot be read is as none;
/// what else the replica holds is then compared (see sync::LedgerWatch).
/// Threads: not synchronised; the replica's, once it has one. Format: docs/file-formats.md.
class ServerHistory {
public:
    static constexpr std::size_t findings_max = 16;

    /// Reads the file. `disk` must outlive it.
    ServerHistory(const IdentityFiles& files, vault::Disk& disk);

    [[nodiscard]] const sync::LedgerPin& pin() const { return pin_; }

    /// Oldest first.
    [[nodiscard]] const std::vector<NotedFinding>& findings() const { return findings_; }

    /// Both write the file; where that fails the next contact finds the same again.
    void keep(const sync::LedgerPin& pin);
    /// The same sort against the same pinned head is noted once. Beyond findings_max the oldest
    /// but the first is forgotten.
    void note(const sync::LedgerFinding& finding, record::Instant now);

private:
    void write();

    std::filesystem::path file_;
    vault::Disk& disk_;
    sync::LedgerPin pin_;
    std::vector<NotedFinding> findings_;
};

}  // namespace zhibu::client
