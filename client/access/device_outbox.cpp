#include "client/access/device_outbox.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>

namespace zhibu::client {
namespace {

/// A line has 58 characters; more replicas than this no device has in its life.
constexpr std::size_t handed_in_bytes_max = 1U << 20U;

/// Calls `take` with every undamaged entry, in the order of the file, until it returns false.
template <class Take>
void for_each_entry(vault::Outbox& outbox, Take take) {
    vault::OutboxReader reader = outbox.read();
    while (true) {
        auto item = reader.next();
        if (!item || !*item) {
            return;
        }
        auto* entry = std::get_if<vault::OutboxEntry>(&**item);
        if (entry != nullptr && !take(*entry)) {
            return;
        }
    }
}

}  // namespace

std::expected<std::shared_ptr<DeviceOutbox>, AccessFault> DeviceOutbox::open(
    const IdentityFiles& files, const Identity& identity, std::shared_ptr<const Access> access,
    vault::Disk& disk, record::Random& random) {
    auto outbox = vault::Outbox::open(disk, files.outbox());
    if (!outbox) {
        return std::unexpected{AccessFault::storage_failed};
    }
    std::shared_ptr<DeviceOutbox> made{
        new DeviceOutbox{*std::move(outbox), files, identity, std::move(access), disk, random}};
    made->read_handed_in();
    return made;
}

DeviceOutbox::DeviceOutbox(vault::Outbox outbox, const IdentityFiles& files,
                           const Identity& identity, std::shared_ptr<const Access> access,
                           vault::Disk& disk, record::Random& random)
    : outbox_{std::move(outbox)},
      files_{files},
      account_{identity.account},
      server_{identity.server_box_key},
      access_{std::move(access)},
      disk_{disk},
      random_{random} {}

bool DeviceOutbox::holds(const record::GroupName& name) const { return outbox_.contains(name); }

bool DeviceOutbox::keep(const record::GroupName& name, const record::SealedGroup& group) {
    if (!access_->data_key) {
        return false;
    }
    return outbox_.append(name, group, {server_, *access_->data_key}, random_).has_value();
}

std::vector<sync::Delivery> DeviceOutbox::deliveries(const record::IncarnationId& current) {
    std::map<record::IncarnationId, record::Sequence> newest;
    for (const record::GroupName& name : outbox_.names()) {
        record::Sequence& last = newest[name.incarnation];
        last = std::max(last, name.sequence);
    }
    newest.erase(current);
    std::vector<sync::Delivery> waiting;
    for (const auto& [incarnation, sequence] : newest) {
        const auto done = handed_in_.find(incarnation);
        const record::Sequence after = done == handed_in_.end() ? record::Sequence{} : done->second;
        if (after < sequence) {
            waiting.push_back({account_, incarnation, after});
        }
    }
    return waiting;
}

std::vector<sync::BoxedGroup> DeviceOutbox::boxed(const sync::client_effect::ReadBoxed& wish) {
    // The file need not be in order: what was missing from it is appended at a later start.
    std::map<record::Sequence, std::vector<std::uint8_t>> lowest;
    std::size_t bytes = 0;
    std::optional<record::Sequence> left_for_later;
    for_each_entry(outbox_, [&](vault::OutboxEntry& entry) {
        const record::Sequence sequence = entry.name.sequence;
        if (entry.name.incarnation != wish.incarnation || sequence <= wish.after ||
            (left_for_later && sequence >= *left_for_later) || lowest.contains(sequence)) {
            return true;
        }
        bytes += entry.bytes.size();
        lowest.emplace(sequence, std::move(entry.bytes));
        while (bytes > wish.bytes_max && lowest.size() > 1) {
            const auto highest = std::prev(lowest.end());
            left_for_later = highest->first;
            bytes -= highest->second.size();
            lowest.erase(highest);
        }
        return true;
    });
    std::vector<sync::BoxedGroup> groups;
    for (auto& [sequence, box] : lowest) {
        groups.push_back({std::move(box)});
    }
    return groups;
}

void DeviceOutbox::handed_in(const sync::client_effect::StoreHandedIn& done) {
    record::Sequence& through = handed_in_[done.incarnation];
    if (done.through <= through) {
        return;
    }
    through = done.through;
    std::string lines;
    for (const auto& [incarnation, sequence] : handed_in_) {
        lines += to_text(incarnation) + ' ' + std::to_string(sequence.position) + '\n';
    }
    const auto* start = static_cast<const std::uint8_t*>(static_cast<const void*>(lines.data()));
    static_cast<void>(vault::replace_file(disk_, files_.handed_in(), {start, lines.size()}));
}

void DeviceOutbox::read_handed_in() {
    const auto bytes = vault::read_small_file(disk_, files_.handed_in(), handed_in_bytes_max);
    if (!bytes) {
        return;
    }
    std::istringstream lines{std::string{bytes->text()}};
    std::string incarnation;
    std::uint64_t through = 0;
    while (lines >> incarnation >> through) {
        if (const auto id = record::parse_uuid(incarnation)) {
            handed_in_[record::IncarnationId{*id}] = record::Sequence{through};
        }
    }
}

}  // namespace zhibu::client
