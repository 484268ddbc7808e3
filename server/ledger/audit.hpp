#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/ledger/proof.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// What an audit can find at a position of the log, in the order in which it looks.
enum class AuditFault : std::uint8_t {
    position_missing,         // the row, or its leaves
    group_unreadable,         // the group's bytes are no group
    group_differs,            // bytes that are not those of the hash beside them
    row_differs,              // what stands beside the group says another name, author or action
    chain_broken,             // the group does not follow the one before it of its device
    device_unknown,           // no key is held of the device
    group_signature_wrong,    // the device did not sign this
    verdict_unreadable,       // the verdict's bytes are no verdict
    verdict_differs,          // a verdict of another group or position, or other columns beside it
    receipt_signature_wrong,  // the server's key did not sign this verdict
    salt_missing,             // a leaf cannot be opened
    group_not_in_leaf,        // the leaf is a commitment to another group
    verdict_not_in_leaf,      // the leaf is a commitment to another verdict
    subtree_differs,          // a kept subtree is not that of the leaves below it
    // Of a head that was kept elsewhere.
    head_unreadable,        // bytes that are no head, or not signed by this server
    head_of_another_space,  // of another space or epoch
    history_shortened,      // the log is shorter than the head says
    history_rewritten,      // at the head's size the tree has another root
};

/// The first place where the store is not what it must be.
struct AuditFinding {
    AuditFault fault = AuditFault::position_missing;
    /// Of `history_rewritten`, the last position that the head covers: what was changed stands
    /// between `agreed` and it. None for a head that says nothing of this log.
    LogIndex at;
    /// Up to here a head that was kept elsewhere agrees.
    LogIndex agreed;
    /// A device or a number; no personal data.
    std::string detail;
};

struct AuditReport {
    LogIndex head;
    /// What the tree is, recomputed from the first leaf; as far as the audit came.
    ledger::TreeState tree;
    /// How many heads kept elsewhere agree.
    std::uint64_t heads_agreed = 0;
    /// How many positions lack what was erased by law, as the log itself says; of these the rest is
    /// what that erasure left.
    std::uint64_t erased = 0;
    std::optional<AuditFinding> finding;
};

struct AuditMeans {
    SpaceIdentity identity;
    keys::Ed25519Public server_key{};
    DeviceId server_device;
    /// SubjectPublicKeyInfo, DER: of the server's own groups.
    std::vector<std::uint8_t> group_key;
    /// In whose words the log tells of erasures.
    const catalog::Catalog* catalog = &catalog::standard_catalog();
    /// Heads that were kept elsewhere.
    std::vector<sync::SignedTreeHead> kept;
    /// Asked at each position; where it says no the audit ends with an error.
    std::function<bool()> goes_on = [] { return true; };
    /// Told now and then how far it is.
    std::function<void(LogIndex done, LogIndex head)> progress = [](LogIndex, LogIndex) {};
};

/// Reads the whole log and recomputes the tree from its first leaf: each group's hash, its device's
/// chain and signature, the verdict and the server's signature, both commitments, the kept
/// subtrees; and compares with the heads. Stops at the first finding, save that a group that is not
/// its hash, or a commitment that does not open, is one only if no later erasure names it. Memory
/// is bounded by the number of device incarnations, and of what was erased. What it does not look
/// at: the effects and the record tables, which follow from the groups and verdicts; the digest
/// that replicas compare watches over those. Errors: the store could not be read.
[[nodiscard]] Stored<AuditReport> audit(StoreReading& store, const AuditMeans& means);

/// What was found, for people.
struct AuditWords {
    std::string zh;
    std::string en;
};

[[nodiscard]] AuditWords explain(const AuditFinding& finding);
/// One word for programs: "group_differs".
[[nodiscard]] std::string_view to_text(AuditFault fault);

}  // namespace zhibu::server
