#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/lease_secret.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"

namespace {

using namespace zhibu;
using Bytes = std::vector<std::uint8_t>;

constexpr auto folder = "/device/lease";
constexpr std::array<const char*, 3> files{
    "/device/lease/lease_secret", "/device/lease/lease_ended", "/device/lease/lease_secret.new"};
constexpr const char* secret_file = files[0];
constexpr const char* pending_file = files[2];

void make_whole(Bytes& bytes) {
    constexpr std::size_t checksum_bytes = 32;
    if (bytes.size() > checksum_bytes) {
        const auto checksum = keys::sha256(std::span(bytes).first(bytes.size() - checksum_bytes));
        std::ranges::copy(checksum, bytes.end() - checksum_bytes);
    }
}

/// The first byte says which files are there, and whether their checksums are made right; each has
/// a byte that is its length.
support::MemoryDisk disk_of(std::span<const std::uint8_t> input) {
    support::MemoryDisk disk;
    if (input.empty()) {
        return disk;
    }
    const std::uint8_t form = input[0];
    input = input.subspan(1);
    for (std::size_t i = 0; i < files.size(); ++i) {
        if ((form >> i & 1U) == 0 || input.empty()) {
            continue;
        }
        const std::size_t length = std::min<std::size_t>(input[0], input.size() - 1);
        Bytes bytes(input.begin() + 1, input.begin() + 1 + static_cast<std::ptrdiff_t>(length));
        if ((form >> (4 + i) & 1U) != 0) {
            make_whole(bytes);
        }
        disk.set_content(files[i], bytes);
        input = input.subspan(1 + length);
    }
    return disk;
}

/// What is read is what such a lease is written as.
void check_form(const vault::LeaseSecret& lease, const Bytes& bytes) {
    support::MemoryDisk disk;
    support::MemoryFolder place{disk};
    ZHIBU_CHECK(vault::LeaseFile(place, folder).store(lease));
    ZHIBU_CHECK(disk.content(secret_file) == bytes);
}

}  // namespace

/// Whatever stands in the lease's folder: at a program's start it is a lease that goes on, or no
/// secret is left; and none when its time has come.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    support::MemoryDisk disk = disk_of({bytes, size});
    support::MemoryFolder place{disk};
    vault::LeaseFile file(place, folder);
    const auto read = file.read();
    if (read) {
        check_form(*read, disk.content(secret_file));
    }
    ZHIBU_CHECK(file.erase_if_over(record::Instant{0}));
    const auto kept = file.read();
    ZHIBU_CHECK(kept.has_value() == (read && read->ends_at > record::Instant{0}));
    ZHIBU_CHECK(kept || !disk.exists(secret_file));
    ZHIBU_CHECK(!disk.exists(pending_file));
    ZHIBU_CHECK(file.erase_if_over(record::Instant{std::numeric_limits<std::int64_t>::max()}));
    ZHIBU_CHECK(!file.read() && !disk.exists(secret_file) && !disk.exists(pending_file));
    return 0;
}
