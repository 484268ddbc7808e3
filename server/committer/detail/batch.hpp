#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/committer/judge.hpp"

namespace zhibu::server::detail {

/// Where the server's own groups stand. A value: a batch that is not committed is dropped with its
/// copy.
struct OwnChain {
    IncarnationId incarnation;
    Sequence last;
    Hash last_hash{};
    record::HybridTime last_time;
};

/// What one transaction writes: groups judged one after another, each in a part of its own, so that
/// one that the store cannot take leaves the others be. Nothing counts before the caller commits.
class Batch {
public:
    Batch(const Committer::Parts& parts, StoreTransaction& transaction,
          std::shared_ptr<const Control> control, OwnChain own, Instant now);

    /// The results are true only once the transaction is durable.
    [[nodiscard]] PushResult push(const DeviceId& device, const AuthenticPush& push);
    [[nodiscard]] std::expected<LogIndex, ServerWriteError> write(const ServerWrite& write);

    /// The store failed in a way that only dropping the whole transaction undoes.
    [[nodiscard]] bool is_broken() const { return broken_; }

    /// Whether there is anything to commit.
    [[nodiscard]] bool has_written() const { return written_; }

    [[nodiscard]] bool has_changed_control() const { return working_ != nullptr; }

    [[nodiscard]] std::shared_ptr<const Control> control() const { return control_; }

    [[nodiscard]] const OwnChain& own() const { return own_; }

    /// Of the newest group written.
    [[nodiscard]] LogIndex head() const { return head_; }

private:
    /// What one part has done, taken over when the part is kept.
    struct Part {
        LogIndex head;
        OwnChain own;
        std::vector<RecordState> states;
    };

    [[nodiscard]] Stored<Part> open_part();
    [[nodiscard]] Stored<void> keep(const Part& part);
    /// Undoes the open part, if there is one.
    void undo();

    enum class Chain : std::uint8_t { inside, outside };

    [[nodiscard]] Stored<record::Receipt> append(Part& part, const AuthenticGroup& group,
                                                 Judgement judgement, Chain chain = Chain::inside);
    /// The receipt of a group that is the next of its chain, or the refusal of one that is not.
    using Taken = std::expected<record::Receipt, sync::Refusal>;
    [[nodiscard]] Stored<Taken> take(const AuthenticGroup& group, bool is_hand_in);
    [[nodiscard]] Stored<Taken> take_next(const AuthenticGroup& group);
    [[nodiscard]] Stored<Taken> take_behind_gap(const AuthenticGroup& group);
    [[nodiscard]] Stored<record::Receipt> judge_next(const AuthenticGroup& group);
    /// Beside the group of its name that is held; the device is suspended, unless the group goes on
    /// from one that was set aside like this.
    [[nodiscard]] Stored<Taken> take_fork(const AuthenticGroup& group);
    [[nodiscard]] Stored<bool> continues_fork(const AuthenticGroup& group);
    [[nodiscard]] Stored<void> suspend(Part& part, const DeviceId& device);

    [[nodiscard]] AuthenticGroup seal_own(Part& part, std::string action,
                                          std::vector<record::Change> changes);
    [[nodiscard]] Stored<std::expected<LogIndex, ServerWriteError>> write_part(
        Part& part, const ServerWrite& write);
    [[nodiscard]] Stored<std::optional<ServerWriteFault>> consume(const RecordKey& code_key);

    [[nodiscard]] Bench bench() const;

    const Committer::Parts& parts_;
    StoreTransaction& transaction_;
    std::shared_ptr<const Control> control_;
    /// The same as `control_` once this batch has changed it.
    std::shared_ptr<Control> working_;
    OwnChain own_;
    Instant now_;
    std::optional<LogIndex> restored_at_;
    LogIndex head_;
    bool part_is_open_ = false;
    bool written_ = false;
    bool broken_ = false;
};

}  // namespace zhibu::server::detail
