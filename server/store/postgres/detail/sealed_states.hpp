#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "server/store/postgres/detail/sealer.hpp"
#include "server/store/rows/query.hpp"
#include "server/store/rows/states.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::server::detail {

/// Records as sealed wholes, and for each indexed field a mark by which its value is found.
/// Throws Failed.
class SealedStates final : public States {
public:
    SealedStates(Connection& connection, const Sealer& sealer, const catalog::Catalog& catalog)
        : connection_(connection), sealer_(sealer), catalog_(catalog) {}

    /// After a change of the catalog: marks every record anew.
    void mark_anew();

    [[nodiscard]] std::optional<RecordState> read(const RecordKey& key) override;
    [[nodiscard]] std::optional<RecordState> read_indexed(const RecordKey& key) override;
    /// An indexed field; any other is looked for in every record of the kind.
    [[nodiscard]] std::vector<RecordKey> find_by(record::KindNumber kind, record::FieldNumber field,
                                                 const record::Value& value,
                                                 std::uint32_t limit) override;
    void each(record::KindNumber kind, const RecordId& after,
              const std::function<bool(const RecordState&)>& visit) override;
    void insert(const RecordState& state) override;
    void update(const RecordState& state, const RecordState* before) override;
    void remove(const RecordState& before) override;

private:
    [[nodiscard]] std::vector<RecordKey> found_by_looking(const catalog::Field& by,
                                                          record::KindNumber kind,
                                                          const record::Value& value,
                                                          std::uint32_t limit);
    [[nodiscard]] std::vector<RecordState> page(record::KindNumber kind, const RecordId& after);
    void mark(const RecordState& state);
    void unmark(const RecordState& state);
    void for_marks(const char* sql, const RecordState& state);

    Connection& connection_;
    const Sealer& sealer_;
    const catalog::Catalog& catalog_;
};

}  // namespace zhibu::server::detail
