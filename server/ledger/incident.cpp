#include "server/ledger/incident.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/id.hpp"
#include "shared/record/random.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

using record::Value;

constexpr std::int64_t day_ms = 86'400'000;

/// Bytes that follow from others, where an id must be the same each time.
class Following final : public record::Random {
public:
    explicit Following(const Hash& from) : from_{from} {}

    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes) {
            byte = from_.at(next_++ % from_.size());
        }
    }

private:
    Hash from_;
    std::size_t next_ = 0;
};

RecordId id_of(const sync::IncidentReport& report, const IncidentReporter& reporter, Instant now) {
    const Instant day{now.milliseconds - now.milliseconds % day_ms};
    std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(report.sort)};
    const auto& device = reporter.device.uuid.bytes;
    bytes.insert(bytes.end(), device.begin(), device.end());
    Following following{keys::sha256(bytes)};
    return RecordId{record::make_uuid_v7(day, following)};
}

/// The code of list incident_sort.
std::string code_of(sync::IncidentSort sort) {
    switch (sort) {
        case sync::IncidentSort::digest_differs:
            return "1";
        case sync::IncidentSort::history_shortened:
            return "2";
        case sync::IncidentSort::history_forked:
            return "3";
        case sync::IncidentSort::receipt_not_in_tree:
            return "4";
    }
    return "1";
}

/// What a device claims may be any number; the record keeps no negative one.
Value number(std::uint64_t claimed) {
    return Value{static_cast<std::int64_t>(std::min<std::uint64_t>(claimed, INT64_MAX))};
}

}  // namespace

std::optional<ServerWrite> incident_write(const sync::IncidentReport& report,
                                          const IncidentReporter& reporter,
                                          const keys::Ed25519Public& server_key,
                                          const Control& control, const catalog::Catalog& catalog,
                                          Instant now) {
    const auto root = control.root();
    if (!root) {
        return std::nullopt;
    }
    const catalog::Kind& kind = catalog.kind("incident");
    record::Change change;
    change.record = {kind.id(), id_of(report, reporter, now)};
    change.operation = record::Operation::create;
    const auto set = [&](std::string_view field, Value value) {
        change.fields.push_back({kind.field(field).id(), std::move(value), {}, {}});
    };
    set("organisation", Value{*root});
    set("sort", Value{code_of(report.sort)});
    set("device", Value{RecordId{reporter.device.uuid}});
    set("account", Value{reporter.account});
    set("reported_at", Value{now});
    set("log_index", number(report.at.position));
    const auto pinned = sync::decode_tree_head(report.pinned.bytes);
    if (pinned && keys::verify_ed25519(server_key, report.pinned.bytes, report.pinned.signature)) {
        set("tree_size", number(pinned->size));
        set("tree_root", Value{keys::to_hex(pinned->root)});
        set("signed_at", Value{pinned->signed_at});
    }
    ServerWrite write;
    write.action = "report_incident";
    write.changes.push_back(std::move(change));
    return write;
}

}  // namespace zhibu::server
