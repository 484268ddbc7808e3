#include "server/committer/detail/jobs.hpp"

#include <cstddef>
#include <expected>
#include <utility>
#include <variant>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server::detail {

std::size_t bytes_of(const StageJob& job) { return job.part ? job.part->bytes.size() : 0; }

std::size_t bytes_of(const PushJob& job) {
    std::size_t bytes = 0;
    for (const record::SealedGroup& group : job.groups) {
        bytes += group.bytes.size() + group.signature.size();
    }
    return bytes;
}

PushResult refused(sync::RefusalReason reason) {
    PushResult result;
    result.refusal = refusal_of(reason);
    return result;
}

void take_back(Work& work) {
    if (auto* push = std::get_if<PushWork>(&work)) {
        push->result = refused(sync::RefusalReason::server_storage_failed);
    } else if (auto* stage = std::get_if<StageWork>(&work)) {
        stage->result = std::unexpected{refusal_of(sync::RefusalReason::server_storage_failed)};
    } else if (auto* write = std::get_if<WriteWork>(&work)) {
        write->result = std::unexpected{ServerWriteError{ServerWriteFault::storage, {}}};
    } else if (auto* keep = std::get_if<QueuedKeep>(&work)) {
        keep->is_kept = false;
    }
}

}  // namespace zhibu::server::detail
