#include "shared/keys/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "shared/keys/descriptor.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

std::unexpected<FileError> error(FileFault fault, const std::filesystem::path& place) {
    return std::unexpected{FileError{fault, place}};
}

bool write_and_sync(const Descriptor& out, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(out.number(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return ::fsync(out.number()) == 0;
}

/// False also where the file is shorter than `bytes`: it shrank while it was read.
bool read_all(const Descriptor& in, std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = ::read(in.number(), bytes.data(), bytes.size());
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    return true;
}

}  // namespace

std::expected<void, FileError> make_private_folder(const std::filesystem::path& folder) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault || ::chmod(folder.c_str(), 0700) != 0) {
        return error(FileFault::storage_failed, folder);
    }
    return {};
}

std::expected<void, FileError> write_new_private_file(const std::filesystem::path& file,
                                                      std::span<const std::uint8_t> bytes) {
    const Descriptor out{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!out.is_open()) {
        return error(errno == EEXIST ? FileFault::already_there : FileFault::storage_failed, file);
    }
    if (!write_and_sync(out, bytes)) {
        return error(FileFault::storage_failed, file);
    }
    return {};
}

std::expected<void, FileError> replace_private_file(const std::filesystem::path& file,
                                                    std::span<const std::uint8_t> bytes) {
    const std::filesystem::path temporary = file.string() + ".new";
    {
        const Descriptor out{
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
        // An older temporary file may have another mode.
        if (!out.is_open() || ::fchmod(out.number(), 0600) != 0 || !write_and_sync(out, bytes)) {
            return error(FileFault::storage_failed, temporary);
        }
    }
    if (::rename(temporary.c_str(), file.c_str()) != 0) {
        return error(FileFault::storage_failed, file);
    }
    return sync_folder(file.parent_path());
}

std::expected<SecretBytes, FileError> read_private_file(const std::filesystem::path& file) {
    const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!in.is_open()) {
        return error(errno == ENOENT ? FileFault::not_there : FileFault::storage_failed, file);
    }
    struct stat status{};
    if (::fstat(in.number(), &status) != 0) {
        return error(FileFault::storage_failed, file);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0 || size > private_file_bytes_max) {
        return error(FileFault::wrong_size, file);
    }
    SecretBytes bytes{size};
    if (!read_all(in, bytes.span())) {
        return error(FileFault::storage_failed, file);
    }
    return bytes;
}

std::expected<void, FileError> sync_folder(const std::filesystem::path& folder) {
    const Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened.is_open() || ::fsync(opened.number()) != 0) {
        return error(FileFault::storage_failed, folder);
    }
    return {};
}

}  // namespace zhibu::keys
