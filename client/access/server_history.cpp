#include "client/access/server_history.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "shared/keys/digest.hpp"

namespace zhibu::client {
namespace {

constexpr std::string_view magic = "ZHIBUSH1";
constexpr std::size_t file_bytes_max = 4U << 20U;
constexpr std::uint8_t restored_code = 255;

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::uint64_t number, unsigned size) {
    for (unsigned byte = 0; byte < size; ++byte) {
        bytes.push_back(static_cast<std::uint8_t>(number >> (8 * byte)));
    }
}

void put(Bytes& bytes, std::span<const std::uint8_t> part) {
    put(bytes, part.size(), 4);
    bytes.insert(bytes.end(), part.begin(), part.end());
}

void put(Bytes& bytes, const sync::SignedTreeHead& head) {
    put(bytes, head.bytes);
    put(bytes, head.signature);
}

/// Reads what stands in order; once something is missing, all that follows is empty.
class Reading {
public:
    explicit Reading(std::span<const std::uint8_t> bytes) : left_{bytes} {}

    [[nodiscard]] std::uint64_t number(unsigned size) {
        std::uint64_t number = 0;
        const auto taken = take(size);
        for (std::size_t byte = 0; byte < taken.size(); ++byte) {
            number |= std::uint64_t{taken[byte]} << (8 * byte);
        }
        return number;
    }

    [[nodiscard]] Bytes part() {
        const auto taken = take(number(4));
        return {taken.begin(), taken.end()};
    }

    [[nodiscard]] sync::SignedTreeHead head() {
        Bytes bytes = part();
        return {std::move(bytes), part()};
    }

    /// Everything was there, and nothing more.
    [[nodiscard]] bool is_done() const { return !failed_ && left_.empty(); }

    [[nodiscard]] bool failed() const { return failed_; }

private:
    std::span<const std::uint8_t> take(std::uint64_t size) {
        failed_ = failed_ || size > left_.size();
        if (failed_) {
            return {};
        }
        const auto taken = left_.first(size);
        left_ = left_.subspan(size);
        return taken;
    }

    std::span<const std::uint8_t> left_;
    bool failed_ = false;
};

std::optional<sync::IncidentSort> sort_of(std::uint64_t code) {
    return code <= static_cast<std::uint64_t>(sync::IncidentSort::receipt_not_in_tree)
               ? std::optional{static_cast<sync::IncidentSort>(code)}
               : std::nullopt;
}

NotedFinding read_finding(Reading& reading) {
    NotedFinding noted;
    noted.finding.sort = sort_of(reading.number(1));
    noted.finding.at.position = reading.number(8);
    noted.noticed_at.milliseconds = static_cast<std::int64_t>(reading.number(8));
    noted.finding.pinned = reading.head();
    noted.finding.offered = reading.head();
    return noted;
}

/// The bytes between magic and hash; empty where they are not whole.
std::span<const std::uint8_t> content_of(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t hash_bytes = std::tuple_size_v<record::Hash>;
    if (bytes.size() < magic.size() + hash_bytes ||
        !std::ranges::equal(bytes.first(magic.size()), magic)) {
        return {};
    }
    const auto hashed = bytes.first(bytes.size() - hash_bytes);
    return std::ranges::equal(keys::sha256(hashed), bytes.last(hash_bytes))
               ? hashed.subspan(magic.size())
               : std::span<const std::uint8_t>{};
}

}  // namespace

ServerHistory::ServerHistory(const IdentityFiles& files, vault::Disk& disk)
    : file_{files.server_history()}, disk_{disk} {
    const auto bytes = vault::read_small_file(disk_, file_, file_bytes_max);
    if (!bytes) {
        return;
    }
    Reading reading{content_of(bytes->span())};
    sync::LedgerPin pin;
    pin.head = reading.head();
    pin.newest.verdict = reading.part();
    pin.newest.signature = reading.part();
    std::vector<NotedFinding> findings;
    for (std::uint64_t left = std::min<std::uint64_t>(reading.number(1), findings_max);
         left > 0 && !reading.failed(); --left) {
        findings.push_back(read_finding(reading));
    }
    if (reading.is_done()) {
        pin_ = std::move(pin);
        findings_ = std::move(findings);
    }
}

void ServerHistory::keep(const sync::LedgerPin& pin) {
    if (pin_ != pin) {
        pin_ = pin;
        write();
    }
}

void ServerHistory::note(const sync::LedgerFinding& finding, record::Instant now) {
    const bool is_known = std::ranges::any_of(findings_, [&](const NotedFinding& noted) {
        return noted.finding.sort == finding.sort && noted.finding.pinned == finding.pinned;
    });
    if (is_known) {
        return;
    }
    if (findings_.size() >= findings_max) {
        findings_.erase(findings_.begin() + 1);
    }
    findings_.push_back({finding, now});
    write();
}

void ServerHistory::write() {
    Bytes bytes{magic.begin(), magic.end()};
    put(bytes, pin_.head);
    put(bytes, pin_.newest.verdict);
    put(bytes, pin_.newest.signature);
    put(bytes, findings_.size(), 1);
    for (const NotedFinding& noted : findings_) {
        put(bytes,
            noted.finding.sort ? static_cast<std::uint8_t>(*noted.finding.sort) : restored_code, 1);
        put(bytes, noted.finding.at.position, 8);
        put(bytes, static_cast<std::uint64_t>(noted.noticed_at.milliseconds), 8);
        put(bytes, noted.finding.pinned);
        put(bytes, noted.finding.offered);
    }
    const record::Hash hash = keys::sha256(bytes);
    bytes.insert(bytes.end(), hash.begin(), hash.end());
    static_cast<void>(vault::replace_file(disk_, file_, bytes));
}

}  // namespace zhibu::client
