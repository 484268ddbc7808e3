#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "tests/server/store/store_samples.hpp"

namespace zhibu::server::test {

/// Where one store can live: a file, or a database of a cluster. Empty when made.
class StorePlace {
public:
    virtual ~StorePlace() = default;

    [[nodiscard]] virtual Stored<std::unique_ptr<Store>> create(
        const catalog::Catalog& catalog) = 0;
    [[nodiscard]] virtual Stored<std::unique_ptr<Store>> open(const catalog::Catalog& catalog) = 0;
};

/// A sort of store, for the suite's parameter.
struct StoreSort {
    std::string name;
    std::function<std::unique_ptr<StorePlace>()> make_place;

    friend std::ostream& operator<<(std::ostream& out, const StoreSort& sort) {
        return out << sort.name;
    }
};

/// The stores to test: each binary that links this suite defines it.
[[nodiscard]] std::vector<StoreSort> store_sorts();

/// What every store must do.
class StoreConformance : public testing::TestWithParam<StoreSort> {
protected:
    StoreConformance();

    [[nodiscard]] std::unique_ptr<StoreReader> reader();
    [[nodiscard]] std::unique_ptr<StoreTransaction> begin();
    void reopen(const catalog::Catalog& catalog = small_catalog());
    /// Organisations 1 to 4, the first above the others, in one group.
    void write_organisations();
    /// One reader's tail after `from`.
    [[nodiscard]] sync::Tail tail(LogIndex from, const ScopeFilter& scope, const DeviceName& device,
                                  std::size_t bytes_max = 1U << 20U);
    /// What the store says of the scope, by digest and by chunks, is what the scribe knows.
    void expect_agreement(const ScopeFilter& scope, std::size_t bytes_max = 400);

    std::unique_ptr<StorePlace> place_;
    std::unique_ptr<Store> store_;
    Scribe scribe_{small_catalog()};
    DeviceName here_ = device(1);
    DeviceName there_ = device(2);
};

}  // namespace zhibu::server::test
