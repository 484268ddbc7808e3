#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "shared/ledger/leaf.hpp"
#include "sync_protocol/session/client_ledger.hpp"
#include "tests/support/model_tree.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

namespace zhibu::sync::samples {

/// A server whose log is all of this device's groups.
class LedgerServer {
public:
    explicit LedgerServer(std::uint64_t seed = 1) : random_{seed} {}

    Receipt grow() {
        const LogIndex index{tree_.head().position + 1};
        record::Verdict verdict;
        verdict.name = {device, incarnation, Sequence{index.position}};
        verdict.group_hash.fill(static_cast<std::uint8_t>(index.position));
        verdict.index = index;
        Receipt receipt;
        receipt.verdict = encode(verdict);
        receipt.signature = server_key().sign(receipt.verdict);
        tree_.push({ledger::make_leaf(
                        ledger::group_content(index, verdict.name, verdict.group_hash), random_),
                    ledger::make_leaf(ledger::verdict_content(index, receipt.verdict), random_)});
        return receipt;
    }

    void grow_to(std::uint64_t positions) {
        while (tree_.head().position < positions) {
            static_cast<void>(grow());
        }
    }

    void shrink_to(std::uint64_t positions) { tree_.shrink_to(LogIndex{positions}); }

    [[nodiscard]] SignedTreeHead head() const { return tree_.sign(unsigned_head(), server_key()); }

    static SignedTreeHead sign(const TreeHead& head) {
        SignedTreeHead made;
        made.bytes = encode(head);
        made.signature = server_key().sign(made.bytes);
        return made;
    }

    [[nodiscard]] TreeHeadReply answer(const TreeHeadRequest& request) const {
        return tree_.answer(request, unsigned_head(), server_key());
    }

    [[nodiscard]] InclusionReply answer(const InclusionRequest& request) const {
        return tree_.answer(request);
    }

    EpochId epoch = samples::epoch;

private:
    [[nodiscard]] TreeHead unsigned_head() const {
        TreeHead head;
        head.origin = space;
        head.epoch = epoch;
        return head;
    }

    support::SeededRandom random_;
    support::ModelTree tree_;
};

inline LedgerWatch watch(const LedgerPin& pin = {}) {
    return {space, server_key().public_key(), pin};
}

/// What the watch asks, with the server's answer; none where it asks nothing.
inline std::optional<LedgerWatch::Outcome> ask(LedgerWatch& watch, const LedgerServer& server) {
    const auto request = watch.ask();
    if (!request) {
        return std::nullopt;
    }
    if (const auto* head = std::get_if<TreeHeadRequest>(&*request)) {
        return watch.take(server.answer(*head));
    }
    return watch.take(server.answer(std::get<InclusionRequest>(*request)));
}

inline void acknowledge(LedgerWatch& watch, const Receipt& receipt) {
    watch.acknowledged(receipt, decode_verdict(receipt.verdict).value());
}

/// The pin that a session of a device without one ends with.
inline LedgerPin pinned_by(const LedgerServer& server) {
    LedgerWatch fresh = watch();
    fresh.begin(2, server.epoch, {});
    return ask(fresh, server).value().pin.value();
}

}  // namespace zhibu::sync::samples
