#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/state.hpp"

namespace zhibu::server::detail {

/// Records as they are, and by what they are found; not who sees them. Throws Failed.
class States {
public:
    States() = default;
    virtual ~States() = default;
    States(const States&) = delete;
    States& operator=(const States&) = delete;

    /// Of a kind that the catalog has; none for another.
    [[nodiscard]] virtual std::optional<RecordState> read(const RecordKey& key) = 0;
    /// With the indexed fields at least: all that places() looks at.
    [[nodiscard]] virtual std::optional<RecordState> read_indexed(const RecordKey& key) = 0;
    [[nodiscard]] virtual std::vector<RecordKey> find_by(record::KindNumber kind,
                                                         record::FieldNumber field,
                                                         const record::Value& value,
                                                         std::uint32_t limit) = 0;
    /// All records of a kind with an id after `after`, ascending, until `visit` says false.
    virtual void each(record::KindNumber kind, const RecordId& after,
                      const std::function<bool(const RecordState&)>& visit) = 0;

    /// One that is not there.
    virtual void insert(const RecordState& state) = 0;
    /// @param before  what read_indexed() says; null: no indexed field has changed since
    virtual void update(const RecordState& state, const RecordState* before) = 0;
    /// One that is there, as read_indexed() says.
    virtual void remove(const RecordState& before) = 0;
};

}  // namespace zhibu::server::detail
