#include "client/access/device_outbox.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>

#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

/// A line has at most 116 characters; more replicas than this no device has in its life.
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
      device_{identity.device},
      account_{identity.account},
      server_{identity.server_box_key},
      access_{std::move(access)},
      disk_{disk},
      random_{random} {}

bool DeviceOutbox::holds(const record::GroupName& name) const { return outbox_.contains(name); }

bool DeviceOutbox::make_room(std::size_t group_bytes) {
    return outbox_.make_room(group_bytes).has_value();
}

bool DeviceOutbox::keep(const record::GroupName& name, const record::SealedGroup& group) {
    if (!access_->data_key) {
        return false;
    }
    return outbox_.append(name, group, {server_, *access_->data_key}, random_).has_value();
}

std::vector<sync::Delivery> DeviceOutbox::deliveries(const record::IncarnationId& current) {
    std::map<record::IncarnationId, sync::Delivery> found;
    // In ascending order: the first of an incarnation is its oldest.
    for (const record::GroupName& name : outbox_.names()) {
        sync::Delivery& delivery = found[name.incarnation];
        if (delivery.last.position == 0) {
            delivery = {account_, name.incarnation, {}, {}, {name.sequence.position - 1}, {}};
        }
        delivery.last = name.sequence;
    }
    found.erase(current);
    std::vector<sync::Delivery> waiting;
    for (auto& [incarnation, delivery] : found) {
        if (const auto done = handed_in_.find(incarnation); done != handed_in_.end()) {
            delivery.after = done->second.through;
            delivery.epoch = done->second.epoch;
        }
        waiting.push_back(delivery);
    }
    return waiting;
}

sync::client_event::BoxedRead DeviceOutbox::boxed(const sync::client_effect::ReadBoxed& wish) {
    offered_.reset();
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
    sync::client_event::BoxedRead read;
    for (auto& [sequence, box] : lowest) {
        if (box.size() <= sync::whole_box_bytes_max) {
            read.groups.push_back({std::move(box)});
            continue;
        }
        if (read.groups.empty()) {
            sync::GroupOffer offer{account_,   wish.incarnation,  sequence, true,
                                   box.size(), keys::sha256(box), {}};
            read.offer = offer;
            offered_.emplace(std::move(offer), std::move(box));
        }
        break;
    }
    return read;
}

std::vector<std::uint8_t> DeviceOutbox::boxed_part(const sync::client_effect::ReadPart& wish) {
    if (!offered_ || offered_->offer != wish.offer || wish.at >= offered_->box.size()) {
        return {};
    }
    const auto from = offered_->box.begin() + static_cast<std::ptrdiff_t>(wish.at);
    const auto left = static_cast<std::size_t>(offered_->box.end() - from);
    return {from, from + static_cast<std::ptrdiff_t>(std::min(wish.bytes_max, left))};
}

void DeviceOutbox::handed_in(const sync::client_effect::StoreHandedIn& done) {
    Mark& mark = handed_in_[done.incarnation];
    const bool same_epoch = mark.epoch == done.epoch;
    if (same_epoch && done.through < mark.through) {
        return;
    }
    if (same_epoch && done.through == mark.through && mark.by.position != 0) {
        return;
    }
    mark = {done.through, done.epoch, done.by};
    write_handed_in();
}

void DeviceOutbox::head_seen(const sync::client_effect::StoreHead& seen) {
    bool learnt = false;
    for (auto& [incarnation, mark] : handed_in_) {
        if (mark.epoch == seen.epoch && mark.by.position == 0) {
            mark.by = seen.head;
            learnt = true;
        }
    }
    if (learnt) {
        write_handed_in();
    }
}

void DeviceOutbox::backed_up(const sync::client_effect::StoreWatermark& watermark,
                             const record::GroupName& covered) {
    std::vector<record::GroupName> dropped{covered};
    for (const auto& [incarnation, mark] : handed_in_) {
        if (incarnation != covered.incarnation && mark.epoch == watermark.epoch &&
            mark.by.position != 0 && mark.by <= watermark.backed_up) {
            dropped.push_back({device_, incarnation, mark.through});
        }
    }
    for (const record::GroupName& name : dropped) {
        static_cast<void>(outbox_.drop_through(name));
    }
}

void DeviceOutbox::write_handed_in() {
    std::string lines;
    for (const auto& [incarnation, mark] : handed_in_) {
        lines += to_text(incarnation) + ' ' + std::to_string(mark.through.position) + ' ' +
                 to_text(mark.epoch) + ' ' + std::to_string(mark.by.position) + '\n';
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
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string incarnation;
        std::string epoch;
        Mark mark;
        words >> incarnation >> mark.through.position >> epoch >> mark.by.position;
        const auto id = record::parse_uuid(incarnation);
        const auto of_epoch = record::parse_uuid(epoch);
        // A line of a version that named no epoch, or a damaged one: it is handed in once more.
        if (words && id && of_epoch) {
            mark.epoch = record::EpochId{*of_epoch};
            handed_in_[record::IncarnationId{*id}] = mark;
        }
    }
}

}  // namespace zhibu::client
