#include "tests/support/memory_disk.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ranges>
#include <string>
#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::support {
namespace {

constexpr std::size_t sector_bytes = 512;

/// Memory that is not cleansed when it is freed, as a program's is: a disk has none of its secrets.
template <class T>
struct Plain {
    using value_type = T;

    Plain() = default;

    template <class Other>
    explicit Plain(const Plain<Other>& /*other*/) {}

    T* allocate(std::size_t count) {
        void* memory = std::malloc(count * sizeof(T));
        ZHIBU_CHECK(memory != nullptr);
        return static_cast<T*>(memory);
    }

    void deallocate(T* memory, std::size_t /*count*/) { std::free(memory); }

    friend bool operator==(const Plain&, const Plain&) = default;
};

/// A string, as a vector with an allocator of its own copies byte by byte.
using Bytes = std::basic_string<char, std::char_traits<char>, Plain<char>>;

/// A store's file grows by a page at a time to its full size in every run, and is copied by each
/// enlargement.
void reserve(Bytes& content, std::size_t size) {
    constexpr std::size_t growth = 4;
    if (size > content.capacity()) {
        content.reserve(growth * size);
    }
}

void append(Bytes& content, std::span<const std::uint8_t> bytes) {
    content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::span<const std::uint8_t> bytes_of(const Bytes& content) {
    return {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()};
}

/// What was changed since the last sync. What was written lies in the file's `unsynced`.
struct PendingWrite {
    std::uint64_t offset = 0;
    std::size_t at = 0;
    std::size_t size = 0;
};

struct PendingTruncate {
    std::uint64_t size = 0;
};

/// What a change took away: the file's size, and the bytes that it wrote over or cut off, which lie
/// in the file's `replaced`.
struct Undo {
    std::size_t size = 0;
    std::size_t offset = 0;
    std::size_t at = 0;
    std::size_t count = 0;
};

struct Pending {
    std::variant<PendingWrite, PendingTruncate> change;
    Undo undo;
};

void put(Bytes& content, std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    const auto at = static_cast<std::size_t>(offset);
    reserve(content, at + bytes.size());
    if (at == content.size()) {
        append(content, bytes);
        return;
    }
    content.resize(std::max(content.size(), at + bytes.size()));
    std::memcpy(content.data() + at, bytes.data(), bytes.size());
}

/// Of the sectors that a write touches, some.
void apply_torn(Bytes& content, std::uint64_t offset, std::span<const std::uint8_t> bytes,
                SeededRandom& random) {
    std::uint64_t at = 0;
    while (at < bytes.size()) {
        const std::uint64_t until =
            std::min<std::uint64_t>(bytes.size(), at + sector_bytes - (offset + at) % sector_bytes);
        if (random.chance(50)) {
            put(content, offset + at, bytes.subspan(at, until - at));
        }
        at = until;
    }
}

}  // namespace

struct MemoryDisk::File {
    Bytes current;
    std::vector<Pending> pending;
    Bytes unsynced;
    Bytes replaced;

    void write(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
        const Undo undo = undo_of(offset, offset + bytes.size());
        pending.push_back({PendingWrite{offset, unsynced.size(), bytes.size()}, undo});
        put(current, offset, bytes);
        append(unsynced, bytes);
    }

    void truncate(std::uint64_t size) {
        pending.push_back({PendingTruncate{size}, undo_of(size, current.size())});
        current.resize(size);
    }

    /// Keeps what stands between the two places.
    [[nodiscard]] Undo undo_of(std::uint64_t from, std::uint64_t until) {
        const auto begin = std::min(static_cast<std::size_t>(from), current.size());
        const auto end = std::clamp(static_cast<std::size_t>(until), begin, current.size());
        const Undo undo{current.size(), begin, replaced.size(), end - begin};
        append(replaced, bytes_of(current).subspan(begin, undo.count));
        return undo;
    }

    /// As of the last sync.
    [[nodiscard]] Bytes durable() const {
        Bytes content = current;
        for (const Pending& each : std::views::reverse(pending)) {
            content.resize(each.undo.size);
            std::memcpy(content.data() + each.undo.offset, replaced.data() + each.undo.at,
                        each.undo.count);
        }
        return content;
    }

    [[nodiscard]] std::span<const std::uint8_t> written(const PendingWrite& write) const {
        return bytes_of(unsynced).subspan(write.at, write.size);
    }

    void apply_by_chance(Bytes& content, const Pending& one, SeededRandom& random) const {
        const std::size_t chance = random.below(3);
        const auto* write = std::get_if<PendingWrite>(&one.change);
        if (chance == 0 && write != nullptr) {
            put(content, write->offset, written(*write));
        } else if (chance == 0) {
            content.resize(std::get<PendingTruncate>(one.change).size);
        } else if (chance == 1 && write != nullptr) {
            apply_torn(content, write->offset, written(*write), random);
        }
    }

    void sync() {
        pending.clear();
        unsynced.clear();
        replaced.clear();
    }
};

DiskAnswer MemoryDisk::begin(bool changes) {
    ++calls_;
    if (is_cut_) {
        return DiskAnswer::io_error;
    }
    if (changes && ++changes_ == cut_at_) {
        is_cut_ = true;
    }
    if (changes && changes_ == look_at_) {
        std::exchange(look_, nullptr)();
    }
    return calls_ == fail_at_ ? fail_answer_ : DiskAnswer::done;
}

MemoryDisk::Handle MemoryDisk::open(const std::string& name, DiskAnswer& answer) {
    answer = begin(false);
    if (answer != DiskAnswer::done) {
        return nullptr;
    }
    const auto found = names_.find(name);
    answer = found == names_.end() ? DiskAnswer::not_there : DiskAnswer::done;
    return found == names_.end() ? nullptr : found->second;
}

MemoryDisk::Handle MemoryDisk::create(const std::string& name, DiskAnswer& answer) {
    if (names_.contains(name)) {
        return open(name, answer);
    }
    answer = begin(true);
    if (answer != DiskAnswer::done) {
        return nullptr;
    }
    change_name(name, std::make_shared<File>());
    return names_.at(name);
}

DiskAnswer MemoryDisk::read(const Handle& file, std::span<std::uint8_t> out, std::uint64_t offset) {
    const DiskAnswer answer = begin(false);
    const std::size_t there =
        answer != DiskAnswer::done
            ? 0
            : std::min<std::size_t>(
                  out.size(),
                  file->current.size() - std::min<std::size_t>(file->current.size(), offset));
    if (there != 0) {
        std::memcpy(out.data(), file->current.data() + offset, there);
    }
    std::ranges::fill(out.subspan(there), std::uint8_t{0});
    if (answer != DiskAnswer::done) {
        return answer;
    }
    return there == out.size() ? DiskAnswer::done : DiskAnswer::short_count;
}

DiskAnswer MemoryDisk::write(const Handle& file, std::span<const std::uint8_t> bytes,
                             std::uint64_t offset) {
    const DiskAnswer answer = begin(true);
    if (answer == DiskAnswer::short_count) {
        bytes = bytes.first(bytes.size() / 2);
    } else if (answer != DiskAnswer::done) {
        return answer;
    }
    if (is_full_ && offset + bytes.size() > file->current.size()) {
        return DiskAnswer::full;
    }
    file->write(offset, bytes);
    return is_cut_ ? DiskAnswer::io_error : answer;
}

DiskAnswer MemoryDisk::truncate(const Handle& file, std::uint64_t size) {
    const DiskAnswer answer = begin(true);
    if (answer != DiskAnswer::done) {
        return answer;
    }
    file->truncate(size);
    return is_cut_ ? DiskAnswer::io_error : DiskAnswer::done;
}

DiskAnswer MemoryDisk::sync(const Handle& file) {
    const DiskAnswer answer = begin(true);
    if (answer != DiskAnswer::done || is_cut_) {
        return answer == DiskAnswer::done ? DiskAnswer::io_error : answer;
    }
    file->sync();
    return DiskAnswer::done;
}

DiskAnswer MemoryDisk::remove(const std::string& name) {
    const DiskAnswer answer = begin(true);
    if (answer != DiskAnswer::done) {
        return answer;
    }
    if (!names_.contains(name)) {
        return DiskAnswer::not_there;
    }
    change_name(name, nullptr);
    return is_cut_ ? DiskAnswer::io_error : DiskAnswer::done;
}

DiskAnswer MemoryDisk::rename(const std::string& from, const std::string& to) {
    const DiskAnswer answer = begin(true);
    if (answer != DiskAnswer::done) {
        return answer;
    }
    const auto found = names_.find(from);
    if (found == names_.end()) {
        return DiskAnswer::not_there;
    }
    // The new name first: a journal that keeps only the first of the two loses no file.
    change_name(to, Handle(found->second));
    change_name(from, nullptr);
    return is_cut_ ? DiskAnswer::io_error : DiskAnswer::done;
}

DiskAnswer MemoryDisk::sync_folder() {
    const DiskAnswer answer = begin(true);
    if (answer != DiskAnswer::done || is_cut_) {
        return answer == DiskAnswer::done ? DiskAnswer::io_error : answer;
    }
    durable_names_ = names_;
    pending_names_.clear();
    return DiskAnswer::done;
}

void MemoryDisk::change_name(const std::string& name, Handle file) {
    pending_names_.push_back({name, file});
    if (file == nullptr) {
        names_.erase(name);
    } else {
        names_[name] = std::move(file);
    }
}

bool MemoryDisk::exists(const std::string& name) const { return names_.contains(name); }

std::uint64_t MemoryDisk::size(const Handle& file) { return file->current.size(); }

std::vector<std::string> MemoryDisk::names() const {
    std::vector<std::string> names;
    for (const auto& [name, file] : names_) {
        names.push_back(name);
    }
    return names;
}

std::vector<std::uint8_t> MemoryDisk::content(const std::string& name) const {
    const auto found = names_.find(name);
    if (found == names_.end()) {
        return {};
    }
    const auto bytes = bytes_of(found->second->current);
    return {bytes.begin(), bytes.end()};
}

void MemoryDisk::set_content(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    put_synced(name, bytes);
}

void MemoryDisk::put_synced(const std::string& name, std::span<const std::uint8_t> bytes) {
    const auto file = std::make_shared<File>();
    append(file->current, bytes);
    names_[name] = file;
    durable_names_[name] = file;
}

MemoryDisk MemoryDisk::after_power_cut(SeededRandom& random) const {
    Names names = durable_names_;
    const std::size_t kept = random.below(pending_names_.size() + 1);
    for (const NameChange& change : std::span(pending_names_).first(kept)) {
        if (change.file == nullptr) {
            names.erase(change.name);
        } else {
            names[change.name] = change.file;
        }
    }
    MemoryDisk disk;
    for (const auto& [name, file] : names) {
        Bytes content = file->durable();
        for (const Pending& each : file->pending) {
            file->apply_by_chance(content, each, random);
        }
        disk.put_synced(name, bytes_of(content));
    }
    return disk;
}

MemoryDisk MemoryDisk::after_kill() const {
    MemoryDisk disk;
    for (const auto& [name, file] : names_) {
        disk.put_synced(name, bytes_of(file->current));
    }
    return disk;
}

namespace {

std::unexpected<vault::VaultError> failed() {
    return std::unexpected(vault::VaultError{vault::VaultFault::storage_failed, "memory disk"});
}

class FileInMemory final : public vault::StorageFile {
public:
    FileInMemory(MemoryDisk& disk, MemoryDisk::Handle file) : disk_{disk}, file_{std::move(file)} {}

    std::expected<std::uint64_t, vault::VaultError> size() override {
        return MemoryDisk::size(file_);
    }

    std::expected<std::size_t, vault::VaultError> read(std::span<std::uint8_t> out,
                                                       std::uint64_t offset) override {
        const std::uint64_t size = MemoryDisk::size(file_);
        const DiskAnswer answer = disk_.read(file_, out, offset);
        if (answer != DiskAnswer::done && answer != DiskAnswer::short_count) {
            return failed();
        }
        return std::min<std::uint64_t>(out.size(), size - std::min(size, offset));
    }

    std::expected<void, vault::VaultError> write(std::span<const std::uint8_t> bytes,
                                                 std::uint64_t offset) override {
        return outcome(disk_.write(file_, bytes, offset));
    }

    std::expected<void, vault::VaultError> truncate(std::uint64_t size) override {
        return outcome(disk_.truncate(file_, size));
    }

    std::expected<void, vault::VaultError> sync() override { return outcome(disk_.sync(file_)); }

private:
    static std::expected<void, vault::VaultError> outcome(DiskAnswer answer) {
        if (answer != DiskAnswer::done) {
            return failed();
        }
        return {};
    }

    MemoryDisk& disk_;
    MemoryDisk::Handle file_;
};

std::unique_ptr<vault::StorageFile> file_of(MemoryDisk& disk, MemoryDisk::Handle file) {
    if (file == nullptr) {
        return nullptr;
    }
    return std::make_unique<FileInMemory>(disk, std::move(file));
}

}  // namespace

std::unique_ptr<vault::StorageFile> open_on(MemoryDisk& disk, const std::string& name) {
    DiskAnswer answer{};
    return file_of(disk, disk.open(name, answer));
}

std::unique_ptr<vault::StorageFile> create_on(MemoryDisk& disk, const std::string& name) {
    DiskAnswer answer{};
    return file_of(disk, disk.create(name, answer));
}

}  // namespace zhibu::support
