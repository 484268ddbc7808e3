#include "client/access/time_mark.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "shared/keys/digest.hpp"

namespace zhibu::client {
namespace {

constexpr std::string_view magic = "ZHIBULT1";
constexpr std::size_t time_at = 8;
constexpr std::size_t tag_at = 16;
constexpr std::size_t tag_bytes = 32;
constexpr std::size_t file_bytes = tag_at + tag_bytes;
constexpr std::size_t key_bytes = 32;

using Bytes = std::array<std::uint8_t, file_bytes>;

Bytes encoded(record::Instant time, const keys::SecretBytes& device_secret) {
    Bytes bytes{};
    std::ranges::copy(magic, bytes.begin());
    const auto milliseconds = static_cast<std::uint64_t>(time.milliseconds);
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[time_at + i] = static_cast<std::uint8_t>(milliseconds >> (8 * i));
    }
    const keys::SecretBytes key =
        keys::hkdf_sha256(device_secret.span(), {}, "zhibu latest time v1", key_bytes);
    std::ranges::copy(keys::hmac_sha256(key.span(), std::span(bytes).first<tag_at>()),
                      bytes.begin() + tag_at);
    return bytes;
}

}  // namespace

TimeMark::TimeMark(vault::Disk& disk, std::filesystem::path file)
    : disk_{disk}, file_{std::move(file)} {}

std::expected<record::Instant, TimeMarkFault> TimeMark::read(
    const keys::SecretBytes& device_secret) {
    const auto bytes = vault::read_small_file(disk_, file_, file_bytes);
    if (!bytes) {
        return std::unexpected{bytes.error().fault == vault::VaultFault::storage_failed
                                   ? TimeMarkFault::storage_failed
                                   : TimeMarkFault::unknown};
    }
    const std::span<const std::uint8_t> in = bytes->span();
    if (in.size() != file_bytes) {
        return std::unexpected{TimeMarkFault::unknown};
    }
    std::uint64_t milliseconds = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        milliseconds |= std::uint64_t{in[time_at + i]} << (8 * i);
    }
    const record::Instant time{static_cast<std::int64_t>(milliseconds)};
    if (!std::ranges::equal(in, encoded(time, device_secret))) {
        return std::unexpected{TimeMarkFault::unknown};
    }
    return time;
}

std::expected<void, TimeMarkFault> TimeMark::write(record::Instant time,
                                                   const keys::SecretBytes& device_secret) {
    if (!vault::replace_file(disk_, file_, encoded(time, device_secret))) {
        return std::unexpected{TimeMarkFault::storage_failed};
    }
    return {};
}

}  // namespace zhibu::client
