#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <variant>

#include "server/committer/committer.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/store/store.hpp"
#include "sync_protocol/message/message.hpp"

/// What waits for the committer, and the same as its batch takes it.
namespace zhibu::server::detail {

using PushDone = std::function<void(PushResult)>;
using StageDone = std::function<void(StageResult)>;
using WriteDone = std::function<void(std::expected<LogIndex, ServerWriteError>)>;

struct QueuedPush {
    PushJob job;
    PushDone done;
    std::size_t bytes = 0;
};

struct QueuedStage {
    StageJob job;
    StageDone done;
    std::size_t bytes = 0;
};

struct QueuedWrite {
    ServerWrite write;
    WriteDone done;
    std::size_t bytes = 0;
};

struct QueuedKeep {
    Committer::Keep work;
    std::function<void(bool)> done;
    std::size_t bytes = 0;
    bool is_kept = true;
};

struct QueuedBackup {
    LogIndex through;
    std::size_t bytes = 0;
};

using Queued = std::variant<QueuedPush, QueuedStage, QueuedWrite, QueuedKeep, QueuedBackup>;

/// A job as the batch takes it, with its answer.
struct PushWork {
    DeviceId device;
    AuthenticPush push;
    PushDone done;
    PushResult result;
};

struct StageWork {
    StageJob job;
    StageDone done;
    StageResult result;
};

struct WriteWork {
    ServerWrite write;
    WriteDone done;
    std::expected<LogIndex, ServerWriteError> result;
};

using Work = std::variant<PushWork, StageWork, WriteWork, QueuedKeep, QueuedBackup>;

/// What the job holds in memory while it waits.
[[nodiscard]] std::size_t bytes_of(const StageJob& job);
[[nodiscard]] std::size_t bytes_of(const PushJob& job);

[[nodiscard]] PushResult refused(sync::RefusalReason reason);

/// Answers the job as one that the store could not take.
void take_back(Work& work);

}  // namespace zhibu::server::detail
