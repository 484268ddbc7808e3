#include "shared/vault/storage_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "shared/keys/descriptor.hpp"

namespace zhibu::vault {
namespace {

std::unexpected<VaultError> failed(VaultFault fault) {
    return std::unexpected(VaultError{fault, "storage file"});
}

class FileOnDisk final : public StorageFile {
public:
    explicit FileOnDisk(int descriptor) : descriptor_{descriptor} {}

    std::expected<std::uint64_t, VaultError> size() override {
        struct stat status{};

        if (::fstat(descriptor_.number(), &status) != 0) {
            return failed(VaultFault::storage_failed);
        }
        return static_cast<std::uint64_t>(status.st_size);
    }

    std::expected<std::size_t, VaultError> read(std::span<std::uint8_t> out,
                                                std::uint64_t offset) override {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t got = ::pread(descriptor_.number(), out.data() + done, out.size() - done,
                                        static_cast<off_t>(offset + done));
            if (got == 0) {
                break;
            }
            if (got < 0 && errno != EINTR) {
                return failed(VaultFault::storage_failed);
            }
            done += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
        }
        return done;
    }

    std::expected<void, VaultError> write(std::span<const std::uint8_t> bytes,
                                          std::uint64_t offset) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t put = ::pwrite(descriptor_.number(), bytes.data() + done,
                                         bytes.size() - done, static_cast<off_t>(offset + done));
            if (put < 0 && errno != EINTR) {
                return failed(VaultFault::storage_failed);
            }
            done += static_cast<std::size_t>(std::max<ssize_t>(put, 0));
        }
        return {};
    }

    std::expected<void, VaultError> truncate(std::uint64_t size) override {
        if (::ftruncate(descriptor_.number(), static_cast<off_t>(size)) != 0) {
            return failed(VaultFault::storage_failed);
        }
        return {};
    }

    std::expected<void, VaultError> sync() override {
        if (::fdatasync(descriptor_.number()) != 0) {
            return failed(VaultFault::storage_failed);
        }
        return {};
    }

private:
    keys::Descriptor descriptor_;
};

}  // namespace

std::expected<std::unique_ptr<StorageFile>, VaultError> open_storage_file(
    const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) {
        return failed(errno == ENOENT ? VaultFault::not_there : VaultFault::storage_failed);
    }
    return std::make_unique<FileOnDisk>(descriptor);
}

std::expected<std::unique_ptr<StorageFile>, VaultError> create_storage_file(
    const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return failed(errno == EEXIST ? VaultFault::refused : VaultFault::storage_failed);
    }
    return std::make_unique<FileOnDisk>(descriptor);
}

}  // namespace zhibu::vault
