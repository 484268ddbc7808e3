#include "server/committer/genesis.hpp"

#include <algorithm>
#include <expected>
#include <future>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/reasons.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server {
namespace {

using record::Value;

constexpr std::string_view committee_level = "1";
constexpr std::string_view long_term = "1";
constexpr std::string_view read_and_write = "1";
constexpr std::string_view active = "1";

struct NamedValue {
    std::string_view field;
    Value value;
};

Value text(std::string_view words) { return Value{std::string{words}}; }

record::Change creation(const catalog::Kind& kind, const RecordId& id,
                        std::vector<NamedValue> values) {
    record::Change change;
    change.record = {kind.id(), id};
    change.operation = record::Operation::create;
    for (NamedValue& named : values) {
        change.fields.push_back({kind.field(named.field).id(), std::move(named.value), {}, {}});
    }
    std::ranges::sort(change.fields, {}, &record::FieldChange::field);
    return change;
}

ServerWrite first_write(const catalog::Catalog& catalog, const Founding& founding,
                        const FoundedSpace& ids) {
    ServerWrite write;
    write.action = "found_space";
    write.changes.push_back(creation(catalog.kind("organisation"), ids.organisation,
                                     {{"name", text(founding.organisation_name)},
                                      {"code", text(founding.organisation_code)},
                                      {"type", text(founding.organisation_type)}}));
    std::vector<NamedValue> account{{"name", text(founding.account_name)},
                                    {"organisation", Value{ids.organisation}},
                                    {"level", text(committee_level)},
                                    {"nature", text(long_term)},
                                    {"permission", text(read_and_write)},
                                    {"state", text(active)},
                                    {"manages", Value{true}}};
    if (!founding.account_holder.empty()) {
        account.push_back({"holder", text(founding.account_holder)});
    }
    write.changes.push_back(creation(catalog.kind("account"), ids.account, std::move(account)));
    return write;
}

std::unexpected<ServerWriteError> storage_failed() {
    return std::unexpected{ServerWriteError{ServerWriteFault::storage, {}}};
}

}  // namespace

std::expected<FoundedSpace, ServerWriteError> found_space(const Committer::Parts& parts,
                                                          const Founding& founding) {
    auto reader = parts.store->open_reader();
    if (!reader) {
        return storage_failed();
    }
    const auto head = (*reader)->head();
    if (!head) {
        return storage_failed();
    }
    if (*head > LogIndex{}) {
        return std::unexpected{ServerWriteError{
            ServerWriteFault::refused, {{std::string{reasons::record_exists}, {}, {}, {}}}}};
    }
    auto committer = Committer::start(parts, {});
    if (!committer) {
        return storage_failed();
    }
    const Instant now = parts.clock->now();
    const FoundedSpace ids{RecordId{record::make_uuid_v7(now, *parts.random)},
                           RecordId{record::make_uuid_v7(now, *parts.random)}};
    std::promise<std::expected<LogIndex, ServerWriteError>> written;
    (*committer)->write(first_write(*parts.catalog, founding, ids), [&](auto result) {
        written.set_value(std::move(result));
    });
    const auto result = written.get_future().get();
    if (!result) {
        return std::unexpected{result.error()};
    }
    return ids;
}

}  // namespace zhibu::server
