#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"

namespace zhibu::sync {

/// The digest of a set of records: SHA-256 over their encodings one after another, in ascending
/// order of (kind, id). Equal sets of equal records give equal digests on every store and replica,
/// in whatever order they came to be. An encoding says where it ends, so no two sets share one
/// input. Memory is constant: the records are fed one by one.
/// Threads: not synchronised.
class DigestAccumulator {
public:
    DigestAccumulator();
    ~DigestAccumulator();
    DigestAccumulator(DigestAccumulator&&) noexcept;
    DigestAccumulator& operator=(DigestAccumulator&&) noexcept;

    /// Adds a record whose key is greater than that of the one before (checked).
    void add(const record::RecordState& state);

    [[nodiscard]] std::uint64_t records() const { return records_; }

    /// Of all records added; nothing can be added after it.
    [[nodiscard]] record::Hash finish();

private:
    class Sha256;
    std::unique_ptr<Sha256> sha256_;
    std::optional<record::RecordKey> last_;
    std::uint64_t records_ = 0;
};

}  // namespace zhibu::sync
