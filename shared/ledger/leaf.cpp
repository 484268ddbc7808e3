#include "shared/ledger/leaf.hpp"

#include "shared/keys/digest.hpp"

namespace zhibu::ledger {
namespace {

constexpr std::uint8_t group_tag = 1;
constexpr std::uint8_t verdict_tag = 2;

void put(std::vector<std::uint8_t>& bytes, std::uint64_t number) {
    for (unsigned byte = 0; byte < sizeof(number); ++byte) {
        bytes.push_back(static_cast<std::uint8_t>(number >> (8 * byte)));
    }
}

void put(std::vector<std::uint8_t>& bytes, std::span<const std::uint8_t> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::uint8_t> group_content(record::LogIndex index, const record::GroupName& name,
                                        const record::Hash& group_hash) {
    std::vector<std::uint8_t> bytes{group_tag};
    put(bytes, index.position);
    put(bytes, name.device.uuid.bytes);
    put(bytes, name.incarnation.uuid.bytes);
    put(bytes, name.sequence.position);
    put(bytes, group_hash);
    return bytes;
}

std::vector<std::uint8_t> verdict_content(record::LogIndex index,
                                          std::span<const std::uint8_t> verdict) {
    std::vector<std::uint8_t> bytes{verdict_tag};
    put(bytes, index.position);
    put(bytes, verdict);
    return bytes;
}

Leaf make_leaf(std::span<const std::uint8_t> content, record::Random& random) {
    Leaf leaf;
    random.fill(leaf.salt.emplace());
    leaf.commitment = keys::hmac_sha256(*leaf.salt, content);
    return leaf;
}

bool opens(const record::Hash& commitment, std::span<const std::uint8_t> salt,
           std::span<const std::uint8_t> content) {
    // Of one length alone: HMAC takes a shorter key and the same with zeros behind it as one.
    return salt.size() == std::tuple_size_v<Salt> && keys::hmac_sha256(salt, content) == commitment;
}

}  // namespace zhibu::ledger
