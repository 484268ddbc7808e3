#include "client/replica/replica.hpp"

#include <utility>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"

namespace zhibu::client {

using detail::guarded;

Replica::Replica(std::unique_ptr<Body> body) : body_(std::move(body)) {}

Replica::~Replica() = default;

std::expected<std::unique_ptr<Replica>, ReplicaError> Replica::create(
    const SealedPlace& place, const ReplicaIdentity& identity, const catalog::Catalog& catalog,
    record::Clock& clock, record::Random& random) {
    return guarded([&] {
        return std::unique_ptr<Replica>(
            new Replica(Body::create(place, identity, catalog, clock, random)));
    });
}

std::expected<std::unique_ptr<Replica>, ReplicaError> Replica::open(const SealedPlace& place,
                                                                    const catalog::Catalog& catalog,
                                                                    record::Clock& clock,
                                                                    record::Random& random) {
    return guarded([&] {
        return std::unique_ptr<Replica>(new Replica(Body::open(place, catalog, clock, random)));
    });
}

std::expected<std::optional<record::RecordState>, ReplicaError> Replica::find(
    const record::RecordKey& key) {
    return guarded([&] { return body_->find(key); });
}

std::expected<ListPage, ReplicaError> Replica::list(const ListQuery& query) {
    return guarded([&] { return body_->list(query); });
}

std::expected<Filled, ReplicaError> Replica::filled(const ListQuery& query) {
    return guarded([&] { return body_->filled(query); });
}

std::expected<std::vector<HistoryStep>, ReplicaError> Replica::history(
    const record::RecordKey& key) {
    return guarded([&] { return body_->history(key); });
}

std::expected<void, ReplicaError> Replica::keep_note(std::string_view name, std::string_view text) {
    return guarded([&] { body_->keep_note(name, text); });
}

std::expected<std::vector<Note>, ReplicaError> Replica::notes(std::string_view prefix) {
    return guarded([&] { return body_->notes(prefix); });
}

std::expected<void, ReplicaError> Replica::keep_above(
    std::span<const sync::OrganisationAbove> above) {
    return guarded([&] { body_->keep_above(above); });
}

std::expected<std::vector<sync::OrganisationAbove>, ReplicaError> Replica::above() {
    return guarded([&] { return body_->above(); });
}

std::expected<void, ReplicaError> Replica::survey_organisation(
    const record::RecordId& organisation) {
    return guarded([&] { body_->survey_organisation(organisation); });
}

std::expected<void, ReplicaError> Replica::forget_survey() {
    return guarded([&] { body_->forget_survey(); });
}

std::expected<std::vector<SurveyCount>, ReplicaError> Replica::survey_counts() {
    return guarded([&] { return body_->survey_counts(); });
}

std::expected<ReplicaStatus, ReplicaError> Replica::status() {
    return guarded([&] { return body_->status(); });
}

std::expected<std::vector<OwnGroup>, ReplicaError> Replica::own_groups(std::uint32_t limit) {
    return guarded([&] { return body_->own_groups(limit); });
}

std::expected<std::optional<OwnGroup>, ReplicaError> Replica::own_group(record::Sequence sequence) {
    return guarded([&] { return body_->own_group(sequence); });
}

std::expected<ScopeDigest, ReplicaError> Replica::digest() {
    return guarded([&] { return body_->digest(); });
}

record::RecordId Replica::new_record_id() { return body_->new_record_id(); }

std::expected<Committed, ReplicaError> Replica::commit(const Draft& draft, const SignHash& sign) {
    return guarded([&] { return body_->commit(draft, sign); });
}

std::expected<std::vector<rules::Finding>, ReplicaError> Replica::preview(const Draft& draft) {
    return guarded([&] { return body_->preview(draft); });
}

std::expected<std::vector<rules::Finding>, ReplicaError> Replica::survey(
    const Draft& draft, std::span<const record::RecordKey> records) {
    return guarded([&] { return body_->survey(draft, records); });
}

std::expected<std::vector<record::SealedGroup>, ReplicaError> Replica::waiting_after(
    record::Sequence after, std::size_t bytes_max) {
    return guarded([&] { return body_->waiting_after(after, bytes_max); });
}

std::expected<std::optional<sync::GroupOffer>, ReplicaError> Replica::offer_after(
    record::Sequence after) {
    return guarded([&] { return body_->offer_after(after); });
}

std::expected<std::vector<std::uint8_t>, ReplicaError> Replica::part_of(record::Sequence sequence,
                                                                        std::uint64_t at,
                                                                        std::size_t bytes_max) {
    return guarded([&] { return body_->part_of(sequence, at, bytes_max); });
}

std::expected<void, ReplicaError> Replica::stage_tail_part(const sync::TailPart& part,
                                                           bool is_first) {
    return guarded([&] { body_->stage_tail_part(part, is_first); });
}

std::expected<void, ReplicaError> Replica::apply_tail_parts(record::LogIndex through) {
    return guarded([&] { body_->apply_tail_parts(through); });
}

std::expected<void, ReplicaError> Replica::take_verdicts(
    std::span<const record::Receipt> receipts) {
    return guarded([&] { body_->take_verdicts(receipts); });
}

std::expected<void, ReplicaError> Replica::apply_tail(std::span<const sync::TailEntry> entries,
                                                      record::LogIndex through) {
    return guarded([&] { body_->apply_tail(entries, through); });
}

std::expected<void, ReplicaError> Replica::stage(const record::RecordKey& after,
                                                 const sync::SnapshotChunk& chunk) {
    return guarded([&] { body_->stage(after, chunk); });
}

std::expected<void, ReplicaError> Replica::adopt_epoch(record::EpochId epoch,
                                                       record::Sequence held) {
    return guarded([&] { body_->adopt_epoch(epoch, held); });
}

std::expected<void, ReplicaError> Replica::swap_in() {
    return guarded([&] { body_->swap_in(); });
}

std::expected<void, ReplicaError> Replica::begin_repair() {
    return guarded([&] { body_->begin_repair(); });
}

std::expected<record::Sequence, ReplicaError> Replica::committed_through(record::LogIndex index) {
    return guarded([&] { return body_->committed_through(index); });
}

std::expected<void, ReplicaError> Replica::take_lease(const sync::Lease& lease,
                                                      record::Instant server_time) {
    return guarded([&] { body_->take_lease(lease, server_time); });
}

}  // namespace zhibu::client
