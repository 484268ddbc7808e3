#pragma once

#include "sync_protocol/codec/detail/record_layout.hpp"
#include "sync_protocol/message/message.hpp"

/// How the session's messages lie in the bytes. Each `serialize` is both directions at once: the
/// order of the members is the order on the wire.
namespace zhibu::sync::detail {

inline constexpr std::size_t certificate_bytes_max = 16U << 10U;
inline constexpr std::size_t certificates_max = 8;
inline constexpr std::size_t lease_bytes_max = 16U << 10U;
inline constexpr std::size_t lease_periods_max = 32;
/// The committee's numbers for the rules and the divisions it lets through.
inline constexpr std::size_t lease_rules_max = 128;

/// One DER certificate of a chain.
struct Certificates {
    std::vector<std::vector<std::uint8_t>>& chain;
};

inline void save(BoundedOutput& out, const Certificates& written) {
    if (written.chain.size() > certificates_max) {
        out.fail(CodecFault::too_large);
    }
    out.put_number(written.chain.size());
    for (std::vector<std::uint8_t>& certificate : written.chain) {
        out(Blob{certificate, certificate_bytes_max});
    }
}

inline void load(BoundedInput& in, Certificates& read) {
    in.enter();
    const std::size_t count = in.entries(certificates_max, sizeof(std::vector<std::uint8_t>));
    read.chain.assign(count, {});
    for (std::vector<std::uint8_t>& certificate : read.chain) {
        in(Blob{certificate, certificate_bytes_max});
    }
    in.leave();
}

template <class Archive>
void serialize(Archive& archive, PasswordCost& cost) {
    archive(cost.memory_kib, cost.passes, cost.lanes);
}

template <class Archive>
void serialize(Archive& archive, EditPeriod& period) {
    archive(period.starts_at, period.ends_at);
}

template <class Archive>
void serialize(Archive& archive, Lease& lease) {
    archive(lease.serial, lease.space, lease.account, lease.device, lease.scope, lease.may_write,
            lease.manages, lease.always_open, list(lease.periods, lease_periods_max),
            lease.granted_at, lease.expires_at, list(lease.rules, lease_rules_max));
}

template <class Archive>
void serialize(Archive& archive, SignedLease& lease) {
    archive(Blob{lease.bytes, lease_bytes_max}, Blob{lease.signature, signature_bytes_max},
            lease.secret);
}

template <class Archive>
void serialize(Archive& archive, EnrolRequest& request) {
    archive(request.protocol, request.code, Blob{request.signing_request, certificate_bytes_max},
            request.device_label, request.new_password);
}

template <class Archive>
void serialize(Archive& archive, EnrolAccepted& accepted) {
    archive(accepted.space, accepted.device, accepted.account, accepted.account_name,
            Certificates{accepted.certificate_chain}, accepted.server_key, accepted.server_box_key,
            accepted.password_salt, accepted.password_cost);
}

template <class Archive>
void serialize(Archive& archive, Challenge& challenge) {
    archive(challenge.oldest_protocol, challenge.newest_protocol, challenge.space, challenge.epoch,
            challenge.nonce, challenge.server_time);
}

/// All of a Hello that its proof signs.
struct Claim {
    Hello& hello;
};

template <class Archive>
void serialize(Archive& archive, Claim& claim) {
    // NOLINTNEXTLINE(misc-const-correctness): reading changes it
    Hello& hello = claim.hello;
    archive(hello.protocol, hello.catalog_version, hello.space, hello.device, hello.incarnation,
            hello.account, hello.epoch, hello.confirmed, hello.last_verdict);
}

template <class Archive>
void serialize(Archive& archive, Hello& hello) {
    archive(Claim{hello}, Blob{hello.account_proof, signature_bytes_max});
}

template <class Archive>
void serialize(Archive& archive, Welcome& welcome) {
    archive(welcome.protocol, welcome.epoch, welcome.head, welcome.last_held, welcome.lease,
            welcome.push_credit);
}

template <class Archive>
void serialize(Archive& archive, Refusal& refusal) {
    archive(one_of(refusal.reason, RefusalReason::errand_refused), refusal.expected,
            refusal.not_before, refusal.password_salt, refusal.password_cost, refusal.detail);
}

template <class Archive>
void serialize(Archive& archive, Push& push) {
    archive(list(push.groups));
}

template <class Archive>
void serialize(Archive& archive, Verdicts& verdicts) {
    archive(list(verdicts.receipts), verdicts.push_credit);
}

template <class Archive>
void serialize(Archive& archive, PullCredit& credit) {
    archive(credit.bytes);
}

template <class Archive>
void serialize(Archive& archive, Subscribe& subscribe) {
    archive(subscribe.from, subscribe.credit);
}

template <class Archive>
void serialize(Archive& archive, TailEntry& entry) {
    archive(entry.entry, entry.own);
}

template <class Archive>
void serialize(Archive& archive, Tail& tail) {
    archive(list(tail.entries), tail.through, tail.head);
}

template <class Archive>
void serialize(Archive& archive, SnapshotNeeded& needed) {
    archive(needed.head);
}

template <class Archive>
void serialize(Archive& archive, SnapshotRequest& request) {
    archive(request.after);
}

template <class Archive>
void serialize(Archive& archive, SnapshotChunk& chunk) {
    archive(chunk.read_at, chunk.through, chunk.is_last, list(chunk.records));
}

template <class Archive>
void serialize(Archive& /*archive*/, DigestRequest& /*request*/) {}

template <class Archive>
void serialize(Archive& archive, DigestReply& reply) {
    archive(reply.at, reply.records, reply.digest);
}

template <class Archive>
void serialize(Archive& archive, LeaseUpdate& update) {
    archive(update.lease);
}

template <class Archive>
void serialize(Archive& /*archive*/, Goodbye& /*goodbye*/) {}

template <class Archive>
void serialize(Archive& archive, BoxedGroup& group) {
    archive(Blob{group.box, frame_bytes_max});
}

template <class Archive>
void serialize(Archive& archive, HandIn& hand_in) {
    archive(hand_in.account, hand_in.incarnation, list(hand_in.groups));
}

template <class Archive>
void serialize(Archive& archive, HandedIn& handed_in) {
    archive(handed_in.incarnation, handed_in.through);
}

inline constexpr std::size_t tree_head_bytes_max = 256;
inline constexpr std::size_t salt_bytes = 32;
/// A proof in a tree of 2^63 leaves has at most 64 hashes, a consistency proof one more.
inline constexpr std::size_t proof_hashes_max = 65;
inline constexpr std::size_t leaf_proofs_max = 2;

template <class Archive>
void serialize(Archive& archive, TreeHead& head) {
    archive(head.origin, head.epoch, head.size, head.root, head.signed_at);
}

template <class Archive>
void serialize(Archive& archive, SignedTreeHead& head) {
    archive(Blob{head.bytes, tree_head_bytes_max}, Blob{head.signature, signature_bytes_max});
}

template <class Archive>
void serialize(Archive& archive, TreeHeadRequest& request) {
    archive(request.known_size);
}

template <class Archive>
void serialize(Archive& archive, TreeHeadReply& reply) {
    archive(reply.head, reply.known_size, list(reply.consistency, proof_hashes_max));
}

template <class Archive>
void serialize(Archive& archive, InclusionRequest& request) {
    archive(request.index, request.tree_size);
}

template <class Archive>
void serialize(Archive& archive, LeafProof& proof) {
    archive(proof.leaf, proof.commitment, Blob{proof.salt, salt_bytes},
            list(proof.path, proof_hashes_max));
}

template <class Archive>
void serialize(Archive& archive, InclusionReply& reply) {
    archive(reply.index, reply.tree_size, list(reply.leaves, leaf_proofs_max));
}

template <class Archive>
void serialize(Archive& archive, Watermark& watermark) {
    archive(watermark.backed_up);
}

template <class Archive>
void serialize(Archive& archive, IncidentReport& report) {
    archive(one_of(report.sort, IncidentSort::receipt_not_in_tree), report.at, report.pinned);
}

template <class Archive>
void serialize(Archive& archive, GroupOffer& offer) {
    archive(offer.account, offer.incarnation, offer.sequence, offer.is_boxed, offer.bytes,
            offer.hash, Blob{offer.signature, signature_bytes_max});
}

template <class Archive>
void serialize(Archive& archive, GroupPart& part) {
    archive(part.at, Blob{part.bytes, frame_bytes_max});
}

template <class Archive>
void serialize(Archive& archive, PartsHeld& held) {
    archive(held.bytes, held.push_credit);
}

template <class Archive>
void serialize(Archive& archive, TailPart& part) {
    archive(part.entry, part.is_last, part.head);
}

inline constexpr std::size_t second_factor_secret_bytes_max = 64;
inline constexpr std::size_t recovery_codes_max = 16;
inline constexpr std::size_t organisations_above_max = 64;
/// They fit a frame, whatever they say.
inline constexpr std::size_t contacts_max = 5'000;

template <class Archive>
void serialize(Archive& archive, SecondFactor& factor) {
    archive(factor.code);
}

template <class Archive>
void serialize(Archive& archive, Errand& errand) {
    archive(one_of(errand.sort, ErrandSort::list_contacts), errand.text,
            Blob{errand.signing_request, certificate_bytes_max}, errand.newest);
}

template <class Archive>
void serialize(Archive& archive, OrganisationAbove& above) {
    archive(above.id, above.name, above.type);
}

template <class Archive>
void serialize(Archive& archive, DeviceContact& contact) {
    archive(contact.device, contact.at, contact.is_connected, contact.version, contact.missing);
}

template <class Archive>
void serialize(Archive& archive, ErrandReply& reply) {
    archive(one_of(reply.sort, ErrandSort::list_contacts), reply.is_done,
            one_of(reply.refused, RefusalReason::errand_refused), reply.password_salt,
            reply.password_cost, Certificates{reply.certificate_chain},
            Blob{reply.secret, second_factor_secret_bytes_max},
            list(reply.recovery_codes, recovery_codes_max),
            list(reply.above, organisations_above_max), list(reply.contacts, contacts_max));
}

}  // namespace zhibu::sync::detail
