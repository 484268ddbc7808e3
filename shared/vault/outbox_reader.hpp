#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "shared/vault/outbox_entry.hpp"
#include "shared/vault/storage_file.hpp"

namespace zhibu::vault {

/// Bytes of an outbox that are no entry: damaged, or an append that was cut short.
struct DamagedRange {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;

    friend bool operator==(const DamagedRange&, const DamagedRange&) = default;
};

using OutboxItem = std::variant<OutboxEntry, DamagedRange>;

/// Reads an outbox from its beginning: every entry that is undamaged, in the order of the file, and
/// between them what is not, as far as it goes. Entries and ranges cover the file without a gap.
/// Holds some MiB and the largest entry that a length claims, at most a quarter more than
/// outbox_entry_bytes_max; takes time in proportion to the file's size, whatever is in it.
/// Threads: not synchronised.
class OutboxReader {
public:
    /// `file` must outlive it, and what it held at this moment must not change while it is read.
    explicit OutboxReader(StorageFile& file) : file_{file} {}

    /// None at the end. Errors: storage_failed.
    [[nodiscard]] std::expected<std::optional<OutboxItem>, OutboxFault> next();

private:
    /// The bytes read and not yet told, from `at_` on.
    [[nodiscard]] std::span<const std::uint8_t> ahead() const {
        return std::span<const std::uint8_t>(buffer_).subspan(used_);
    }

    void pass(std::size_t bytes);
    /// Reads on until at least `bytes` are ahead, or all that there is.
    [[nodiscard]] std::expected<void, OutboxFault> fill(std::size_t bytes);

    StorageFile& file_;
    std::vector<std::uint8_t> buffer_;
    std::size_t used_ = 0;
    /// Offset in the file of what is ahead.
    std::uint64_t at_ = 0;
    bool is_at_end_ = false;
};

}  // namespace zhibu::vault
