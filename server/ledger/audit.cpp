#include "server/ledger/audit.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include "shared/keys/digest.hpp"
#include "shared/keys/p256.hpp"
#include "shared/ledger/frontier.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/erasure/notes.hpp"

namespace zhibu::server {
namespace {

constexpr std::uint64_t progress_each = 10'000;
/// Levels at which a store may keep subtrees for itself are compared with what is computed.
constexpr unsigned compared_levels_apart = 8;

/// The groups of one incarnation as far as the audit came.
struct Chain {
    /// One that was set aside outside of its chain: a fork, or a group behind one that is missing.
    struct Outsider {
        Hash previous{};
        Hash hash{};
    };

    [[nodiscard]] bool continues(Sequence sequence, const Hash& previous) const {
        return sequence.position == held.last.position + 1 && previous == held.last_hash;
    }

    /// Once what was missing has come, those behind it are of the chain; none was ever applied.
    void take_in() {
        for (auto next = outside.find(Sequence{held.last.position + 1}); next != outside.end();
             next = outside.find(Sequence{held.last.position + 1})) {
            const auto fitting =
                std::ranges::find(next->second, held.last_hash, &Outsider::previous);
            if (fitting == next->second.end()) {
                return;
            }
            held = {next->first, fitting->hash};
            outside.erase(next);
        }
    }

    HeldChain held;
    std::map<Sequence, std::vector<Outsider>> outside;
};

/// One audit under way.
class Audit {
public:
    Audit(StoreReading& store, const AuditMeans& means) : store_{store}, means_{means} {}

    Stored<AuditReport> run() {
        ZHIBU_TRY(head, store_.head());
        report_.head = head;
        if (!read_heads()) {
            return report_;
        }
        for (LogIndex at{1}; at <= head; ++at.position) {
            if (!means_.goes_on()) {
                return std::unexpected{StoreError{StoreFault::in_use, "log"}};
            }
            ZHIBU_TRY(row, store_.row(at));
            ZHIBU_TRY(leaves, store_.leaves(at));
            if (!row || !leaves) {
                note(AuditFault::position_missing, at);
            } else {
                ZHIBU_TRY_VOID(look_at(*row, *leaves));
            }
            if (report_.finding) {
                return report_;
            }
            if (at.position % progress_each == 0) {
                means_.progress(at, head);
            }
        }
        look_at_missing();
        if (next_head_ < heads_.size()) {
            note(AuditFault::history_shortened, head,
                 std::to_string(heads_[next_head_].size / 2 - head.position));
        }
        return report_;
    }

private:
    void note(AuditFault fault, LogIndex at, std::string detail = {}) {
        if (!report_.finding) {
            report_.finding = AuditFinding{fault, at, agreed_, std::move(detail)};
        }
    }

    bool read_heads() {
        for (const sync::SignedTreeHead& kept : means_.kept) {
            const auto head = sync::decode_tree_head(kept.bytes);
            if (!head || !keys::verify_ed25519(means_.server_key, kept.bytes, kept.signature)) {
                note(AuditFault::head_unreadable, {});
                return false;
            }
            if (head->origin != means_.identity.space || head->epoch != means_.identity.epoch) {
                note(AuditFault::head_of_another_space, {});
                return false;
            }
            heads_.push_back(*head);
        }
        std::ranges::sort(heads_, {}, &sync::TreeHead::size);
        compare_heads({});
        return !report_.finding;
    }

    /// Heads of exactly the tree as it is now.
    void compare_heads(LogIndex at) {
        for (; next_head_ < heads_.size() && heads_[next_head_].size == frontier_.size();
             ++next_head_) {
            if (heads_[next_head_].root != frontier_.root()) {
                note(AuditFault::history_rewritten, at);
                return;
            }
            report_.heads_agreed += 1;
            agreed_ = at;
        }
    }

    Stored<void> look_at(const LogRow& row, const ledger::LogLeaves& leaves) {
        const auto group = sync::decode_group(row.sealed.bytes);
        const auto verdict = sync::decode_verdict(row.receipt.verdict);
        const Hash hash = keys::sha256(row.sealed.bytes);
        const bool is_missing = hash != row.group_hash;
        if (!group) {
            note(AuditFault::group_unreadable, row.index);
        } else if (group->name != row.name || group->author != row.author ||
                   group->action != row.action) {
            note(is_missing ? AuditFault::group_differs : AuditFault::row_differs, row.index);
        } else {
            if (is_missing) {
                missing(row, AuditFault::group_differs);
            }
            look_at_chain(row, *group);
            ZHIBU_TRY_VOID(look_at_signature(row));
            if (row.name.device == means_.server_device && !is_missing) {
                for (auto& [index, rest] : sync::erased_positions(*means_.catalog, *group)) {
                    erased_[index] = rest;
                }
            }
            look_at_verdict(row, verdict ? &*verdict : nullptr);
            look_at_leaves(row, leaves);
        }
        if (report_.finding) {
            return {};
        }
        ZHIBU_TRY_VOID(grow(row.index, leaves.group));
        ZHIBU_TRY_VOID(grow(row.index, leaves.verdict));
        report_.tree = frontier_.state();
        compare_heads(row.index);
        return {};
    }

    void look_at_chain(const LogRow& row, const record::Group& group) {
        Chain& chain = chains_[{row.name.device, row.name.incarnation}];
        if (!chain.continues(row.name.sequence, group.previous)) {
            chain.take_in();
        }
        if (chain.continues(row.name.sequence, group.previous)) {
            chain.held = {row.name.sequence, row.group_hash};
            chain.outside.erase(row.name.sequence);
        } else if (row.outcome != record::Outcome::quarantined) {
            note(AuditFault::chain_broken, row.index, to_text(row.name.device));
        } else if (row.name.sequence > chain.held.last) {
            chain.outside[row.name.sequence].push_back({group.previous, row.group_hash});
        }
    }

    Stored<void> look_at_signature(const LogRow& row) {
        ZHIBU_TRY(verifier, verifier_of(row.name.device));
        if (verifier == nullptr) {
            note(AuditFault::device_unknown, row.index, to_text(row.name.device));
        } else if (!verifier->verify(row.group_hash, row.sealed.signature)) {
            note(AuditFault::group_signature_wrong, row.index, to_text(row.name.device));
        }
        return {};
    }

    Stored<const keys::P256Verifier*> verifier_of(const DeviceId& device) {
        if (const auto known = verifiers_.find(device); known != verifiers_.end()) {
            return known->second ? &*known->second : nullptr;
        }
        std::vector<std::uint8_t> public_key = means_.group_key;
        if (device != means_.server_device) {
            ZHIBU_TRY(key, store_.device_key(device));
            public_key = key ? key->public_key : std::vector<std::uint8_t>{};
        }
        auto made = keys::P256Verifier::from_public_key(public_key);
        auto& kept = verifiers_[device];
        if (made) {
            kept.emplace(*std::move(made));
        }
        return kept ? &*kept : nullptr;
    }

    void look_at_verdict(const LogRow& row, const record::Verdict* verdict) {
        if (verdict == nullptr) {
            note(AuditFault::verdict_unreadable, row.index);
        } else if (verdict->name != row.name || verdict->group_hash != row.group_hash ||
                   verdict->index != row.index || verdict->outcome != row.outcome ||
                   verdict->decided_at != row.committed_at) {
            note(AuditFault::verdict_differs, row.index);
        } else if (!keys::verify_ed25519(means_.server_key, row.receipt.verdict,
                                         row.receipt.signature)) {
            note(AuditFault::receipt_signature_wrong, row.index);
        }
    }

    /// Something of the position is not there, which an erasure may explain.
    void missing(const LogRow& row, AuditFault fault) {
        missing_.try_emplace(row.index, fault,
                             sync::rest_of(row.sealed.bytes, row.receipt.verdict));
    }

    /// What no erasure explains, or what is not what it left.
    void look_at_missing() {
        for (const auto& [index, what] : missing_) {
            const auto& [fault, rest] = what;
            const auto named = erased_.find(index);
            if (named == erased_.end() || named->second != rest) {
                note(fault, index);
                return;
            }
        }
        report_.erased = missing_.size();
    }

    void look_at_leaves(const LogRow& row, const ledger::LogLeaves& leaves) {
        if (!leaves.group.salt) {
            note(AuditFault::salt_missing, row.index);
        } else if (!ledger::opens(leaves.group.commitment, *leaves.group.salt,
                                  ledger::group_content(row.index, row.name, row.group_hash))) {
            note(AuditFault::group_not_in_leaf, row.index);
        } else if (!leaves.verdict.salt) {
            missing(row, AuditFault::salt_missing);
        } else if (!ledger::opens(leaves.verdict.commitment, *leaves.verdict.salt,
                                  ledger::verdict_content(row.index, row.receipt.verdict))) {
            note(AuditFault::verdict_not_in_leaf, row.index);
        }
    }

    Stored<void> grow(LogIndex index, const ledger::Leaf& leaf) {
        std::optional<StoreError> failure;
        const auto read = [&](unsigned level, std::uint64_t at) -> std::optional<Hash> {
            auto kept = store_.subtree(level, at);
            if (!kept) {
                failure = std::move(kept).error();
                return std::nullopt;
            }
            return *kept;
        };
        frontier_.append(ledger::leaf_hash(leaf.commitment),
                         [&](unsigned level, std::uint64_t at, const Hash& hash) {
                             if (level % compared_levels_apart == 0 && read(level, at) != hash) {
                                 note(AuditFault::subtree_differs, index, std::to_string(level));
                             }
                         });
        if (failure) {
            return std::unexpected{*std::move(failure)};
        }
        return {};
    }

    StoreReading& store_;
    const AuditMeans& means_;
    AuditReport report_;
    ledger::Frontier frontier_;
    /// By size.
    std::vector<sync::TreeHead> heads_;
    std::size_t next_head_ = 0;
    LogIndex agreed_;
    std::map<LogIndex, std::pair<AuditFault, std::string>> missing_;
    sync::ErasedPositions erased_;
    std::map<std::pair<DeviceId, IncarnationId>, Chain> chains_;
    std::unordered_map<DeviceId, std::optional<keys::P256Verifier>> verifiers_;
};

}  // namespace

Stored<AuditReport> audit(StoreReading& store, const AuditMeans& means) {
    return Audit{store, means}.run();
}

}  // namespace zhibu::server
