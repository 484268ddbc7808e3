#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "shared/ledger/frontier.hpp"
#include "shared/ledger/proof.hpp"
#include "shared/ledger/tree.hpp"
#include "shared/record/check.hpp"

namespace {

using zhibu::record::Hash;
namespace ledger = zhibu::ledger;

/// Takes from the front of the input; what is missing is zero.
class Input {
public:
    Input(const std::uint8_t* bytes, std::size_t size) : left_{bytes, size} {}

    std::uint64_t number(std::size_t bytes) {
        std::uint64_t number = 0;
        for (std::size_t at = 0; at < bytes; ++at) {
            number = number << 8U | byte();
        }
        return number;
    }

    Hash hash() {
        Hash hash{};
        std::ranges::generate(hash, [this] { return byte(); });
        return hash;
    }

    std::vector<Hash> rest() {
        std::vector<Hash> hashes;
        while (!left_.empty()) {
            hashes.push_back(hash());
        }
        return hashes;
    }

private:
    std::uint8_t byte() {
        if (left_.empty()) {
            return 0;
        }
        const std::uint8_t first = left_.front();
        left_ = left_.subspan(1);
        return first;
    }

    std::span<const std::uint8_t> left_;
};

/// A tree of at most 255 leaves, each leaf's hash its number.
ledger::TreeState small_tree(std::uint64_t size) {
    ledger::Frontier frontier;
    for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
        frontier.append(Hash{static_cast<std::uint8_t>(leaf), 1});
    }
    return frontier.state();
}

}  // namespace

/// No input makes the checks do anything but answer, and none makes them accept what is not so:
/// a leaf, or an older tree, that the tree has not. The first byte says what follows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Input input{bytes, size};
    const std::uint64_t sort = input.number(1);
    if (sort < 2) {
        const ledger::TreeState tree{input.number(8), input.hash()};
        const ledger::TreeState older{input.number(8), input.hash()};
        const Hash leaf = input.hash();
        const auto proof = input.rest();
        static_cast<void>(ledger::extends(older, tree, proof));
        static_cast<void>(ledger::includes(tree, older.size, leaf, proof));
        return 0;
    }
    const ledger::TreeState tree = small_tree(input.number(1));
    const std::uint64_t claimed = input.number(1);
    const Hash hash = input.hash();
    const auto proof = input.rest();
    if (ledger::includes(tree, claimed, hash, proof)) {
        ZHIBU_CHECK((hash == Hash{static_cast<std::uint8_t>(claimed), 1}));
    }
    if (ledger::extends({claimed, hash}, tree, proof)) {
        ZHIBU_CHECK(hash == small_tree(claimed).root);
    }
    return 0;
}
