#include "tests/client/support/standard_branch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace zhibu::client::test {
namespace {

constexpr record::LogIndex snapshot_at{7};

record::Value sample(const catalog::Field& field) {
    using enum catalog::FieldType;
    if (field.type == reference) {
        return record_id(1);
    }
    if (field.type == code) {
        const auto* list = catalog::standard_catalog().find_codes(field.refers_to);
        return std::string{list->codes.front().code};
    }
    if (field.type == day || field.type == month) {
        return record::Date{1949, 12, 31};
    }
    return std::string{field.name == "id_number" ? "11010519491231002X" : "张三"};
}

}  // namespace

const catalog::Kind& standard_kind(std::string_view kind) {
    return catalog::standard_catalog().kind(kind);
}

record::RecordState standard_record(std::string_view kind, record::RecordId id,
                                    const NamedValues& given) {
    record::RecordState state;
    state.key = {standard_kind(kind).id(), id};
    state.life_changed_at = {3};
    for (const catalog::Field& field : standard_kind(kind).fields) {
        const auto named = std::ranges::find(given, field.name, &NamedValues::value_type::first);
        if (named != given.end()) {
            state.set(field.id(), named->second, {3});
        } else if (field.required == catalog::Required::yes) {
            state.set(field.id(), sample(field), {3});
        }
    }
    return state;
}

record::RecordState standard_branch() {
    return standard_record("organisation", record_id(1),
                           {{"name", std::string{"第一党支部"}}, {"code", std::string{"A01"}}});
}

void fill(Replica& replica, std::vector<record::RecordState> records, const sync::Lease& lease) {
    std::ranges::sort(records, {}, &record::RecordState::key);
    sync::SnapshotChunk chunk;
    chunk.read_at = snapshot_at;
    chunk.is_last = true;
    chunk.through = records.back().key;
    chunk.records = std::move(records);
    ASSERT_TRUE(replica.adopt_epoch(record::EpochId{record_id(904).uuid}, {0}));
    ASSERT_TRUE(replica.stage({}, chunk));
    ASSERT_TRUE(replica.swap_in());
    ASSERT_TRUE(replica.take_lease(lease, lease.granted_at));
}

}  // namespace zhibu::client::test
