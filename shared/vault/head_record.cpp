#include "shared/vault/head_record.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "shared/keys/aes_gcm.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/detail/end_process.hpp"
#include "shared/vault/detail/little_endian.hpp"

namespace zhibu::vault {
namespace {

constexpr std::string_view magic = "ZHIBUHR1";
constexpr std::size_t epoch_at = 8;
constexpr std::size_t nonce_at = 12;
constexpr std::size_t text_at = 24;
constexpr std::size_t text_bytes = 64;
constexpr std::size_t slot_bytes = text_at + text_bytes + keys::aes_gcm_tag_bytes;
/// Apart by a block of the disk, so that no write that goes wrong reaches both.
constexpr std::uint64_t slot_distance = 4096;

using Slot = std::array<std::uint8_t, slot_bytes>;
using Text = std::array<std::uint8_t, text_bytes>;

struct Found {
    std::uint64_t generation = 0;
    HeadRecord record;
};

Text to_text(std::uint64_t generation, const HeadRecord& record) {
    Text text{};
    const std::span<std::uint8_t, text_bytes> out(text);
    detail::put_u64(out.subspan<0, 8>(), generation);
    detail::put_u64(out.subspan<8, 8>(), record.sequence.position);
    detail::put_u64(out.subspan<16, 8>(), record.log_index.position);
    detail::put_u64(out.subspan<24, 8>(), record.pages_sealed);
    std::ranges::copy(record.chain_hash, out.subspan<32, 32>().begin());
    return text;
}

Found from_text(const Text& text) {
    const std::span<const std::uint8_t, text_bytes> in(text);
    Found found;
    found.generation = detail::get_u64(in.subspan<0, 8>());
    found.record.sequence.position = detail::get_u64(in.subspan<8, 8>());
    found.record.log_index.position = detail::get_u64(in.subspan<16, 8>());
    found.record.pages_sealed = detail::get_u64(in.subspan<24, 8>());
    std::ranges::copy(in.subspan<32, 32>(), found.record.chain_hash.begin());
    return found;
}

/// What a slot is bound to: its own first bytes, whose file it is, and that it is this slot.
std::array<std::uint8_t, 29> bound_to(const Slot& slot, const KeyRing& ring, std::uint64_t number) {
    std::array<std::uint8_t, 29> bound{};
    std::ranges::copy(std::span(slot).first<nonce_at>(), bound.begin());
    std::ranges::copy(ring.file_id(), std::span(bound).subspan(nonce_at).begin());
    bound.back() = static_cast<std::uint8_t>(number);
    return bound;
}

std::optional<Found> open_slot(const Slot& slot, const KeyRing& ring, std::uint64_t number) {
    const std::span<const std::uint8_t, slot_bytes> in(slot);
    if (!std::ranges::equal(in.first(magic.size()), magic)) {
        return std::nullopt;
    }
    const EpochKeys* keys = ring.find(detail::get_u32(in.subspan<epoch_at, 4>()));
    if (keys == nullptr) {
        return std::nullopt;
    }
    const auto bound = bound_to(slot, ring, number);
    keys::AesGcmContext context{&keys->head, {}, bound};
    std::ranges::copy(in.subspan<nonce_at, 12>(), context.nonce.begin());
    Text text{};
    if (!keys::aes_gcm_open(context, in.subspan<text_at>(), text)) {
        return std::nullopt;
    }
    Found found = from_text(text);
    if (keys->epoch != ring.newest().epoch) {
        found.record.pages_sealed = 0;
    }
    return found;
}

}  // namespace

HeadVerdict compare(const HeadRecord& head, const DatabasePosition& database) {
    if (database.sequence < head.sequence || database.log_index < head.log_index) {
        return HeadVerdict::behind;
    }
    if (database.chain_hash_at_head != head.chain_hash) {
        return HeadVerdict::forked;
    }
    const bool is_equal =
        database.sequence == head.sequence && database.log_index == head.log_index;
    return is_equal ? HeadVerdict::equal : HeadVerdict::ahead;
}

HeadFile::HeadFile(std::unique_ptr<StorageFile> file, std::shared_ptr<const KeyRing> ring,
                   HeadTerms terms)
    : file_{std::move(file)}, ring_{std::move(ring)}, terms_{std::move(terms)} {
    if (!terms_.sync_failed) {
        terms_.sync_failed = detail::end_process;
    }
}

std::expected<HeadFile, VaultError> HeadFile::create(std::unique_ptr<StorageFile> file,
                                                     std::shared_ptr<const KeyRing> ring,
                                                     HeadTerms terms, const HeadRecord& first) {
    HeadFile head(std::move(file), std::move(ring), std::move(terms));
    head.latest_ = first;
    ZHIBU_TRY_VOID(head.write(first));
    ZHIBU_TRY_VOID(head.write(first));
    return head;
}

std::expected<HeadFile, VaultError> HeadFile::open(std::unique_ptr<StorageFile> file,
                                                   std::shared_ptr<const KeyRing> ring,
                                                   HeadTerms terms) {
    HeadFile head(std::move(file), std::move(ring), std::move(terms));
    for (std::uint64_t number = 0; number < 2; ++number) {
        Slot slot{};
        ZHIBU_TRY_VOID(head.file_->read(slot, number * slot_distance));
        const std::optional<Found> found = open_slot(slot, *head.ring_, number);
        if (found && found->generation > head.generation_) {
            head.generation_ = found->generation;
            head.latest_ = found->record;
        }
    }
    if (head.generation_ == 0) {
        return std::unexpected(VaultError{VaultFault::damaged, "head record"});
    }
    return head;
}

std::expected<void, VaultError> HeadFile::write(const HeadRecord& record) {
    ZHIBU_CHECK(record.sequence >= latest_.sequence && record.log_index >= latest_.log_index);
    // Counted only once it stands: a write that is tried again must not reach for the other slot.
    ZHIBU_TRY_VOID(write_slot(generation_ + 1, record));
    ++generation_;
    latest_ = record;
    return {};
}

std::expected<void, VaultError> HeadFile::write_slot(std::uint64_t generation,
                                                     const HeadRecord& record) {
    Slot slot{};
    const std::span<std::uint8_t, slot_bytes> out(slot);
    std::ranges::copy(magic, out.begin());
    detail::put_u32(out.subspan<epoch_at, 4>(), ring_->newest().epoch);
    const std::uint64_t number = generation % 2;
    const auto bound = bound_to(slot, *ring_, number);
    keys::AesGcmContext context{&ring_->newest().head, {}, bound};
    terms_.random.fill(context.nonce);
    std::ranges::copy(context.nonce, out.subspan<nonce_at, 12>().begin());
    keys::aes_gcm_seal(context, to_text(generation, record), out.subspan<text_at>());
    ZHIBU_TRY_VOID(file_->write(slot, number * slot_distance));
    const auto synced = file_->sync();
    if (!synced) {
        terms_.sync_failed();
    }
    return synced;
}

}  // namespace zhibu::vault
