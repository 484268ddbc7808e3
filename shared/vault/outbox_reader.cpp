#include "shared/vault/outbox_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>

#include "shared/record/check.hpp"
#include "shared/vault/detail/outbox_frame.hpp"
#include "shared/vault/outbox_entry.hpp"

namespace zhibu::vault {
namespace {

/// More than most entries have.
constexpr std::size_t usual_bytes = std::size_t{1} << 20U;

}  // namespace

std::expected<std::optional<OutboxItem>, OutboxFault> OutboxReader::next() {
    const std::uint64_t from = at_;
    while (true) {
        ZHIBU_TRY_VOID(fill(usual_bytes));
        ZHIBU_TRY_VOID(fill(detail::claimed_length(ahead()).value_or(0)));
        const auto bytes = ahead();
        const std::optional<std::size_t> length = detail::frame_length(bytes);
        if ((length || bytes.empty()) && at_ > from) {
            return DamagedRange{.offset = from, .bytes = at_ - from};
        }
        if (bytes.empty()) {
            return std::nullopt;
        }
        if (length) {
            if (auto entry = parse_entry(bytes.first(*length))) {
                pass(*length);
                return *std::move(entry);
            }
        }
        if (const auto mark = detail::find_mark(bytes, 1)) {
            pass(*mark);
        } else {
            // What could be a mark's beginning stays, until it is known how it goes on.
            const std::size_t kept = is_at_end_ ? 0 : detail::outbox_mark.size() - 1;
            pass(std::max<std::size_t>(1, bytes.size() - std::min(bytes.size(), kept)));
        }
    }
}

void OutboxReader::pass(std::size_t bytes) {
    used_ += bytes;
    at_ += bytes;
}

std::expected<void, OutboxFault> OutboxReader::fill(std::size_t bytes) {
    if (is_at_end_ || ahead().size() >= bytes) {
        return {};
    }
    // More than asked, so that what is moved to the front is moved a few times only.
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
    const std::size_t had = buffer_.size();
    buffer_.resize(bytes + std::max(bytes / 4, usual_bytes));
    const auto got = file_.read(std::span(buffer_).subspan(had), at_ + had);
    if (!got) {
        buffer_.resize(had);
        return std::unexpected(OutboxFault::storage_failed);
    }
    is_at_end_ = *got < buffer_.size() - had;
    buffer_.resize(had + *got);
    return {};
}

}  // namespace zhibu::vault
