#pragma once

#include <string>
#include <vector>

#include "shared/keys/ed25519.hpp"
#include "sync_protocol/codec/codec.hpp"

/// Ready-made messages for the tests of both engines.
namespace zhibu::sync::samples {

inline record::Uuid uuid(std::uint8_t last) {
    record::Uuid made;
    made.bytes[15] = last;
    return made;
}

inline const keys::Ed25519Key& server_key() {
    static const keys::Ed25519Key key = keys::Ed25519Key::generate();
    return key;
}

inline const SpaceId space{uuid(1)};
inline const DeviceId device{uuid(2)};
inline const IncarnationId incarnation{uuid(3)};
inline const RecordId account{uuid(4)};
inline const EpochId epoch{uuid(5)};
inline const RecordId scope{uuid(6)};

inline Challenge challenge() {
    Challenge made;
    made.space = space;
    made.epoch = epoch;
    made.nonce.fill(7);
    made.server_time = Instant{1'000};
    return made;
}

inline Hello hello() {
    Hello made;
    made.space = space;
    made.device = device;
    made.incarnation = incarnation;
    made.account = account;
    made.account_proof = record::Signature(64, 1);
    return made;
}

inline SignedLease signed_lease() {
    Lease lease;
    lease.serial = 1;
    lease.space = space;
    lease.account = account;
    lease.device = device;
    lease.scope = scope;
    SignedLease made;
    made.bytes = encode(lease);
    made.signature = server_key().sign(made.bytes);
    return made;
}

inline Receipt receipt(std::uint64_t sequence, DeviceId of_device = device) {
    record::Verdict verdict;
    verdict.name = GroupName{of_device, incarnation, Sequence{sequence}};
    verdict.index = LogIndex{sequence + 100};
    Receipt made;
    made.verdict = encode(verdict);
    made.signature = server_key().sign(made.verdict);
    return made;
}

inline SealedGroup sealed_group(std::uint64_t sequence, std::size_t padding = 0) {
    record::Group group;
    group.name = GroupName{device, incarnation, Sequence{sequence}};
    group.author = account;
    group.action = "edit" + std::string(padding, 'x');
    return SealedGroup{encode(group), record::Signature(70, 9)};
}

/// The effects of one sort, in order.
template <class Wanted, class Effects>
std::vector<Wanted> only(const Effects& effects) {
    std::vector<Wanted> found;
    for (const auto& effect : effects) {
        if (const auto* wanted = std::get_if<Wanted>(&effect)) {
            found.push_back(*wanted);
        }
    }
    return found;
}

/// The messages of one sort among what is sent, in order.
template <class Wanted, class Send, class Effects>
std::vector<Wanted> sent(const Effects& effects) {
    std::vector<Wanted> found;
    for (const Send& each : only<Send>(effects)) {
        const auto message = decode_message(each.frame);
        if (!message) {
            continue;
        }
        if (const auto* wanted = std::get_if<Wanted>(&*message)) {
            found.push_back(*wanted);
        }
    }
    return found;
}

}  // namespace zhibu::sync::samples
