#include "shared/vault/outbox.hpp"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/detail/end_process.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "shared/vault/outbox_reader.hpp"
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {
namespace {

/// At a time, of what is not an entry.
constexpr std::size_t copied_bytes = std::size_t{1} << 20U;

std::unexpected<OutboxFault> error(OutboxFault fault) { return std::unexpected(fault); }

bool is_covered(const record::GroupName& name, const record::GroupName& covered) {
    return name.device == covered.device && name.incarnation == covered.incarnation &&
           name.sequence <= covered.sequence;
}

std::expected<std::unique_ptr<StorageFile>, VaultError> open_or_create(
    Disk& disk, const std::filesystem::path& path) {
    auto opened = disk.open(path);
    if (opened || opened.error().fault != VaultFault::not_there) {
        return opened;
    }
    ZHIBU_TRY(created, disk.create(path));
    ZHIBU_TRY_VOID(disk.sync_folder(path.parent_path()));
    return created;
}

std::expected<void, OutboxFault> told(const std::expected<void, VaultError>& outcome) {
    if (!outcome) {
        return error(OutboxFault::storage_failed);
    }
    return {};
}

}  // namespace

Outbox::Outbox(Disk& disk, std::filesystem::path file, OutboxTerms terms)
    : disk_{&disk}, path_{std::move(file)}, terms_{std::move(terms)} {
    if (!terms_.sync_failed) {
        terms_.sync_failed = detail::end_process;
    }
}

std::expected<Outbox, OutboxFault> Outbox::open(Disk& disk, std::filesystem::path file,
                                                OutboxTerms terms) {
    Outbox outbox(disk, std::move(file), std::move(terms));
    ZHIBU_TRY_VOID(outbox.take_stock());
    return outbox;
}

std::expected<void, OutboxFault> Outbox::take_stock() {
    auto opened = open_or_create(*disk_, path_);
    if (!opened) {
        return error(OutboxFault::storage_failed);
    }
    file_ = *std::move(opened);
    names_.clear();
    last_ = {};
    bytes_ = 0;
    OutboxReader reader = read();
    while (true) {
        ZHIBU_TRY(item, reader.next());
        if (!item) {
            return {};
        }
        if (const auto* entry = std::get_if<OutboxEntry>(&*item)) {
            names_.insert(entry->name);
            last_ = entry->hash;
            bytes_ += entry->bytes.size();
        } else {
            bytes_ += std::get<DamagedRange>(*item).bytes;
        }
    }
}

std::expected<void, OutboxFault> Outbox::make_room(std::size_t group_bytes) {
    const std::size_t entry_bytes = group_bytes + outbox_entry_overhead_bytes;
    if (bytes_ > terms_.bytes_max || entry_bytes > terms_.bytes_max - bytes_) {
        return error(OutboxFault::full);
    }
    const std::vector<std::uint8_t> room(std::min(entry_bytes, copied_bytes), 0);
    for (std::size_t done = 0; done < entry_bytes; done += room.size()) {
        const auto piece = std::span(room).first(std::min(room.size(), entry_bytes - done));
        if (!file_->write(piece, bytes_ + done)) {
            static_cast<void>(file_->truncate(bytes_));
            return error(OutboxFault::storage_failed);
        }
    }
    has_room_ = true;
    return {};
}

std::expected<void, OutboxFault> Outbox::append(const record::GroupName& name,
                                                const record::SealedGroup& group,
                                                const OutboxRecipients& recipients,
                                                record::Random& random) {
    if (contains(name)) {
        return error(OutboxFault::already_there);
    }
    ZHIBU_TRY(entry, seal_entry(name, group, last_, recipients, random));
    if (bytes_ > terms_.bytes_max || entry.bytes.size() > terms_.bytes_max - bytes_) {
        return error(OutboxFault::full);
    }
    ZHIBU_TRY_VOID(write(entry.bytes));
    names_.insert(name);
    last_ = entry.hash;
    bytes_ += entry.bytes.size();
    return {};
}

std::expected<void, OutboxFault> Outbox::write(std::span<const std::uint8_t> bytes) {
    if (!file_->write(bytes, bytes_)) {
        // A part may stand there. If it cannot be cut off the next entry overwrites it, and what it
        // leaves of it is a damaged range.
        static_cast<void>(file_->truncate(bytes_));
        return error(OutboxFault::storage_failed);
    }
    if (std::exchange(has_room_, false)) {
        // What is left of the room would be a damaged range to the next reader, no more.
        static_cast<void>(file_->truncate(bytes_ + bytes.size()));
    }
    if (!file_->sync()) {
        terms_.sync_failed();
        return error(OutboxFault::storage_failed);
    }
    return {};
}

std::expected<void, OutboxFault> Outbox::drop_through(const record::GroupName& covered) {
    const auto is_dropped = [&](const record::GroupName& name) {
        return is_covered(name, covered);
    };
    if (std::ranges::none_of(names_, is_dropped)) {
        return {};
    }
    const std::filesystem::path pending = pending_name(path_);
    if (const auto removed = disk_->remove(pending);
        !removed && removed.error().fault != VaultFault::not_there) {
        return error(OutboxFault::storage_failed);
    }
    auto out = disk_->create(pending);
    if (!out) {
        return error(OutboxFault::storage_failed);
    }
    ZHIBU_TRY(kept_bytes, copy_kept(covered, **out));
    ZHIBU_TRY_VOID(told((*out)->sync()));
    ZHIBU_TRY_VOID(told(disk_->rename(pending, path_)));
    // What is appended from now on must be in the file that has the name. The chain goes on from
    // the last entry, dropped or not.
    file_ = *std::move(out);
    std::erase_if(names_, is_dropped);
    bytes_ = kept_bytes;
    const auto synced = disk_->sync_folder(path_.parent_path());
    if (!synced) {
        terms_.sync_failed();
    }
    return told(synced);
}

std::expected<std::uint64_t, OutboxFault> Outbox::copy_kept(const record::GroupName& covered,
                                                            StorageFile& out) {
    std::uint64_t at = 0;
    const auto put = [&](std::span<const std::uint8_t> bytes) {
        const auto written = told(out.write(bytes, at));
        at += bytes.size();
        return written;
    };
    const auto put_range = [&](const DamagedRange& range) -> std::expected<void, OutboxFault> {
        std::vector<std::uint8_t> bytes;
        for (std::uint64_t done = 0; done < range.bytes; done += bytes.size()) {
            bytes.resize(std::min<std::uint64_t>(range.bytes - done, copied_bytes));
            const auto got = file_->read(bytes, range.offset + done);
            if (!got || *got != bytes.size()) {
                return error(OutboxFault::storage_failed);
            }
            ZHIBU_TRY_VOID(put(bytes));
        }
        return {};
    };
    bool is_dropping = true;
    std::optional<DamagedRange> range;
    OutboxReader reader = read();
    while (true) {
        ZHIBU_TRY(item, reader.next());
        if (item && std::holds_alternative<DamagedRange>(*item)) {
            range = std::get<DamagedRange>(*item);
            continue;
        }
        const auto* entry = item ? &std::get<OutboxEntry>(*item) : nullptr;
        const bool drops_next = entry != nullptr && is_covered(entry->name, covered);
        if (range && !(is_dropping && drops_next)) {
            ZHIBU_TRY_VOID(put_range(*range));
        }
        range.reset();
        if (entry == nullptr) {
            return at;
        }
        if (!drops_next) {
            ZHIBU_TRY_VOID(put(entry->bytes));
        }
        is_dropping = drops_next;
    }
}

}  // namespace zhibu::vault
