#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/ledger/proof.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::sync {

/// What a device keeps of the server's history from session to session. Both parts are signed by
/// the server, so whoever reads them checks them again.
struct LedgerPin {
    /// The newest head that extended the one before it; empty before the first.
    SignedTreeHead head;
    /// The newest receipt of this device that was found in that tree; empty before the first.
    Receipt newest;

    friend bool operator==(const LedgerPin&, const LedgerPin&) = default;
};

/// Something about the server's history that a person must know.
struct LedgerFinding {
    /// None: the server's store was put back to a backup (its epoch is another), which explains
    /// that history does not extend what was pinned; it is pinned anew.
    std::optional<IncidentSort> sort;
    /// Where: of a shorter history, its newest position; of a receipt, its own.
    LogIndex at;
    SignedTreeHead pinned;
    /// The head that convicts; empty where the server showed none.
    SignedTreeHead offered;

    friend bool operator==(const LedgerFinding&, const LedgerFinding&) = default;
};

/// Watches, in one session, that the server's history only grows and holds what the server has
/// acknowledged to this device. A server that is found out is not pinned any more in this session,
/// and nothing else changes: work goes on.
/// Sans I/O. Source: sync.md, "Tamper evidence".
class LedgerWatch {
public:
    /// What follows from one answer.
    struct Outcome {
        std::optional<LedgerPin> pin;
        std::optional<LedgerFinding> finding;
        /// The answer itself is none: why the session ends. The values are SessionFault's, by name.
        enum class Wrong : std::uint8_t { no, unexpected, malformed, signature, foreign };
        Wrong wrong = Wrong::no;
    };

    LedgerWatch(SpaceId space, const std::array<std::uint8_t, 32>& server_key, LedgerPin pin);

    /// The session is open.
    /// @param confirmed  where the replica stands in this epoch's log; 0 if in none
    void begin(std::uint16_t protocol, EpochId epoch, LogIndex confirmed);
    /// A receipt whose signature is right.
    void acknowledged(const Receipt& receipt, const record::Verdict& verdict);

    /// What is to be asked next; none while an answer is awaited or nothing is due.
    [[nodiscard]] std::optional<Message> ask();

    [[nodiscard]] bool waits() const { return asked_ != Asked::nothing; }

    [[nodiscard]] Outcome take(const TreeHeadReply& reply);
    [[nodiscard]] Outcome take(const InclusionReply& reply);

    /// The server holds less of this device than it has acknowledged to it.
    [[nodiscard]] LedgerFinding lost_history(LogIndex head) const;

    [[nodiscard]] bool is_on() const { return is_on_; }

private:
    enum class Asked : std::uint8_t { nothing, head, inclusion };

    /// A receipt and what it says.
    struct Acknowledged {
        Receipt receipt;
        record::Verdict verdict;
    };

    /// Forgets what of the pin is not the server's.
    void read_pin();
    [[nodiscard]] bool is_covered() const;
    [[nodiscard]] Outcome judge(const TreeHead& head, const TreeHeadReply& reply);
    [[nodiscard]] Outcome convict(IncidentSort sort, LogIndex at, const SignedTreeHead& offered);
    [[nodiscard]] bool shows_newest(const InclusionReply& reply) const;

    SpaceId space_;
    std::array<std::uint8_t, 32> server_key_;
    LedgerPin pin_;
    std::optional<TreeHead> pinned_;
    bool is_on_ = false;
    bool convicted_ = false;
    EpochId epoch_;
    LogIndex confirmed_;
    Asked asked_ = Asked::nothing;
    /// What was acknowledged when a head was asked for: a head made after must have it.
    LogIndex acknowledged_before_;
    /// The tree as this session's newest head says.
    std::optional<TreeHead> seen_;
    std::optional<Acknowledged> newest_;
    bool newest_checked_ = false;
};

}  // namespace zhibu::sync
