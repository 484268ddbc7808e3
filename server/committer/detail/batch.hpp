#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/committer/detail/waiting_cases.hpp"
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
    /// `waiting` is kept current by what is kept; who drops the transaction rolls it back.
    Batch(const Committer::Parts& parts, const Committer::Settings& settings,
          StoreTransaction& transaction, std::shared_ptr<const Control> control, OwnChain own,
          WaitingCases& waiting, Instant now);

    /// The results are true only once the transaction is durable.
    [[nodiscard]] PushResult push(const DeviceId& device, const AuthenticPush& push);
    [[nodiscard]] StageResult stage(const StageJob& job);
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

    /// How many verdicts of each sort were kept.
    [[nodiscard]] const std::map<VerdictSort, std::uint64_t>& verdicts() const { return verdicts_; }

private:
    /// What one part has done, taken over when the part is kept.
    struct Part {
        LogIndex head;
        OwnChain own;
        std::vector<RecordState> states;
        std::vector<VerdictSort> verdicts;
        /// As this part leaves it, up to the first `seen` of its states; none where nothing that
        /// it reads was changed.
        std::shared_ptr<Control> control;
        std::size_t seen = 0;
    };

    /// What a judged group leaves to people, taken from its judgement before that is written.
    struct Aftermath {
        LogIndex index;
        bool is_set_aside = false;
        std::vector<record::Reason> reasons;
        std::vector<record::FieldDecision> decisions;
        /// Cases and conflicts that the group decided.
        std::vector<RecordKey> decided;
    };

    [[nodiscard]] Stored<Part> open_part();
    [[nodiscard]] Stored<void> keep(const Part& part);
    /// Undoes the open part, if there is one.
    void undo();

    [[nodiscard]] PushResult take_all(const DeviceId& device, const AuthenticPush& push);

    // staging.cpp
    [[nodiscard]] Stored<StageResult> stage_offer(const StageJob& job,
                                                  const std::optional<Staging>& held);
    [[nodiscard]] Stored<StageResult> stage_part(const StageJob& job,
                                                 const std::optional<Staging>& held);

    enum class Chain : std::uint8_t { inside, outside };

    [[nodiscard]] Stored<record::Receipt> append(Part& part, const AuthenticGroup& group,
                                                 Judgement judgement, Chain chain = Chain::inside);
    /// The receipt of a group that is the next of its chain, or the refusal of one that is not.
    using Taken = std::expected<record::Receipt, sync::Refusal>;
    [[nodiscard]] Stored<Taken> take(const AuthenticGroup& group, bool is_hand_in);
    [[nodiscard]] Stored<Taken> take_next(const AuthenticGroup& group);
    [[nodiscard]] Stored<Taken> take_behind_gap(const AuthenticGroup& group);
    [[nodiscard]] Stored<Taken> judge_next(const AuthenticGroup& group);
    /// Beside the group of its name that is held; the device is suspended, unless the group goes on
    /// from one that was set aside like this, as continues_fork() has said.
    [[nodiscard]] Stored<Taken> take_fork(const AuthenticGroup& group, bool goes_on);
    [[nodiscard]] Stored<bool> continues_fork(const AuthenticGroup& group);
    [[nodiscard]] Stored<void> suspend(Part& part, const DeviceId& device);

    [[nodiscard]] AuthenticGroup seal_own(Part& part, std::string action,
                                          std::vector<record::Change> changes,
                                          const RecordId& in_whose_name = {});
    [[nodiscard]] Stored<std::expected<LogIndex, ServerWriteError>> write_part(
        Part& part, const ServerWrite& write);
    [[nodiscard]] Stored<std::optional<ServerWriteFault>> consume(const RecordKey& code_key);

    // casework.cpp
    [[nodiscard]] Aftermath aftermath_of(const Judgement& judgement, LogIndex index) const;
    /// Files what waits, and carries out what an officer has decided.
    [[nodiscard]] Stored<void> follow_up(Part& part, const AuthenticGroup& group,
                                         Aftermath aftermath);
    /// As much of the device's work waits as may.
    [[nodiscard]] bool is_full(const DeviceId& device, std::size_t bytes) const;
    /// A group of the server's own about cases and conflicts, which nothing can refuse.
    [[nodiscard]] Stored<void> note(Part& part, std::string action,
                                    std::vector<record::Change> changes);
    [[nodiscard]] Stored<void> note(Part& part, std::string action, const RecordKey& record,
                                    std::vector<record::FieldChange> fields);
    [[nodiscard]] Stored<void> file_losses(Part& part, const RecordId& offered_by, LogIndex index,
                                           const std::vector<record::FieldDecision>& decisions);
    [[nodiscard]] Stored<void> carry_out(Part& part, const AuthenticGroup& group,
                                         const RecordState& decided, Aftermath& aftermath);
    [[nodiscard]] Stored<void> carry_out_conflict(Part& part, const AuthenticGroup& group,
                                                  const RecordState& conflict,
                                                  Aftermath& aftermath);
    /// Commits the case's group, in the officer's name, or if it `arrived` by itself in its
    /// author's. False: something still stands in the way, and the case says what.
    [[nodiscard]] Stored<bool> apply_case(Part& part, const RecordState& of,
                                          const RecordId& officer, std::optional<Instant> arrived);
    /// The receipt's position is `index`; none, with the reasons, where the judge says no.
    [[nodiscard]] Stored<bool> commit_revived(Part& part, const record::Group& original,
                                              std::vector<record::Change> changes,
                                              const RecordId& in_whose_name, std::string action,
                                              std::vector<record::Reason>& reasons);
    [[nodiscard]] Stored<void> settle_case(Part& part, const RecordState& of,
                                           const RecordId& officer,
                                           std::optional<LogIndex> applied_at);
    /// The groups that wait for the case's alone, judged in the order in which they were made.
    [[nodiscard]] Stored<void> resume_dependents(Part& part, const RecordId& case_id,
                                                 const RecordId& officer);
    [[nodiscard]] Stored<std::vector<RecordState>> waiting_for(const RecordId& case_id);

    [[nodiscard]] Bench bench() const;
    /// With what the part has done so far.
    [[nodiscard]] Bench bench(Part& part) const;

    const Committer::Parts& parts_;
    const Committer::Settings& settings_;
    StoreTransaction& transaction_;
    std::shared_ptr<const Control> control_;
    /// The same as `control_` once this batch has changed it.
    std::shared_ptr<Control> working_;
    OwnChain own_;
    WaitingCases& waiting_;
    Instant now_;
    std::optional<LogIndex> restored_at_;
    LogIndex head_;
    std::map<VerdictSort, std::uint64_t> verdicts_;
    bool part_is_open_ = false;
    bool written_ = false;
    bool broken_ = false;
};

}  // namespace zhibu::server::detail
