#pragma once

#include <cstdint>

#include "sync_protocol/session/client_session.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

namespace zhibu::sync::samples {

/// A replica of the samples' device and scope that is confirmed there, with so many groups made
/// and so many judged.
inline ReplicaPosition replica_at(std::uint64_t confirmed, std::uint64_t last_sequence = 0,
                                  std::uint64_t last_verdict = 0) {
    ReplicaPosition made;
    made.space = space;
    made.device = device;
    made.incarnation = incarnation;
    made.account = account;
    made.epoch = epoch;
    made.confirmed = LogIndex{confirmed};
    made.scope = scope;
    made.last_sequence = Sequence{last_sequence};
    made.last_verdict = Sequence{last_verdict};
    made.last_in_chain = made.last_verdict;
    return made;
}

/// Of a session that compares digests only when it is asked to.
inline ClientSession::Settings comparing_when_asked() {
    ClientSession::Settings settings;
    settings.compares = false;
    return settings;
}

}  // namespace zhibu::sync::samples
