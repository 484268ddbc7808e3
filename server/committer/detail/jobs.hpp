#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <variant>

#include "server/committer/committer.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/store/store.hpp"

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

struct QueuedBackup {
    LogIndex through;
    std::size_t bytes = 0;
};

using Queued = std::variant<QueuedPush, QueuedStage, QueuedWrite, QueuedBackup>;

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

using Work = std::variant<PushWork, StageWork, WriteWork, QueuedBackup>;

}  // namespace zhibu::server::detail
