#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/replica/detail/columns.hpp"
#include "client/replica/detail/connection.hpp"
#include "client/replica/detail/record_rows.hpp"
#include "shared/record/check.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client::detail {

/// "At most a few": what a rule needs to see that there are others.
inline constexpr std::int64_t holding_max = 16;

/// What a rule counts is counted to this number.
inline constexpr std::int64_t all_max = 100'000;

/// So many records that are not the draft's are read once.
inline constexpr std::size_t known_max = 64;

/// What rules may ask, with the draft's other changes already made. Nothing is written meanwhile.
class DraftSurroundings : public rules::Surroundings {
public:
    DraftSurroundings(Connection& connection, RecordRows& rows, const catalog::Catalog& catalog)
        : connection_(connection), rows_(rows), catalog_(catalog) {}

    /// @param after  outlives this
    void add(const record::RecordState& after) { draft_.insert_or_assign(after.key, &after); }

    std::optional<record::RecordState> find(const record::RecordKey& key) override {
        if (const auto drafted = draft_.find(key); drafted != draft_.end()) {
            return *drafted->second;
        }
        if (const auto known = known_.find(key); known != known_.end()) {
            return known->second;
        }
        if (known_.size() == known_max) {
            known_.clear();
        }
        return known_.emplace(key, rows_.read(key)).first->second;
    }

    std::vector<record::RecordKey> holding(record::KindNumber number,
                                           record::FieldNumber field_number,
                                           const record::Value& value) override {
        return at_most(holding_max, number, field_number, value);
    }

    std::vector<record::RecordKey> all(record::KindNumber number, record::FieldNumber field_number,
                                       const record::Value& value) override {
        return at_most(all_max, number, field_number, value);
    }

private:
    using Index = std::multimap<std::string, record::RecordKey>;

    std::vector<record::RecordKey> at_most(std::int64_t limit, record::KindNumber number,
                                           record::FieldNumber field_number,
                                           const record::Value& value) {
        const catalog::Kind* kind = catalog_.find(number);
        const catalog::Field* field = kind == nullptr ? nullptr : kind->find(field_number);
        ZHIBU_CHECK(field != nullptr);
        std::vector<record::RecordKey> keys;
        const auto [from, to] = drafted_by(number, field_number).equal_range(to_text(value));
        for (auto at = from; at != to && std::ssize(keys) < limit; ++at) {
            keys.push_back(at->second);
        }
        Query row = connection_.query(rows_.holding(*kind, *field));
        bind_value(value, row);
        row.bind(limit);
        while (row.step()) {
            const record::RecordKey key{number, record::RecordId{row.uuid(0)}};
            if (!draft_.contains(key)) {
                keys.push_back(key);
            }
        }
        return keys;
    }

    /// Made at the first question about a field, when the draft is complete: an import's rows each
    /// ask about all others.
    const Index& drafted_by(record::KindNumber kind, record::FieldNumber field) {
        const auto [at, is_new] = indexes_.try_emplace({kind, field});
        if (is_new) {
            for (const auto& [key, state] : draft_) {
                if (key.kind == kind) {
                    at->second.emplace(to_text(state->value(field)), key);
                }
            }
        }
        return at->second;
    }

    Connection& connection_;
    RecordRows& rows_;
    const catalog::Catalog& catalog_;
    std::map<record::RecordKey, const record::RecordState*> draft_;
    /// An import's rows all ask about the same few organisations.
    std::map<record::RecordKey, std::optional<record::RecordState>> known_;
    std::map<std::pair<record::KindNumber, record::FieldNumber>, Index> indexes_;
};

}  // namespace zhibu::client::detail
