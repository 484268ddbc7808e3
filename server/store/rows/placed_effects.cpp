#include "server/store/rows/placed_effects.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

/// Unsigned LEB128.
void write_number(std::uint64_t number, Bytes& bytes) {
    for (; number >= 0x80; number >>= 7U) {
        bytes.push_back(static_cast<std::uint8_t>(number | 0x80U));
    }
    bytes.push_back(static_cast<std::uint8_t>(number));
}

/// Takes a number from the front of `bytes`.
std::uint64_t read_number(std::span<const std::uint8_t>& bytes) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const std::uint8_t byte = bytes.front();
        bytes = bytes.subspan(1);
        number |= std::uint64_t{byte & 0x7FU} << shift;
        if ((byte & 0x80U) == 0) {
            return number;
        }
    }
    throw Failed(StoreFault::damaged, "number");
}

void write_places(const std::vector<RecordId>& places, const std::vector<RecordId>& all,
                  Bytes& bytes) {
    write_number(places.size(), bytes);
    for (const RecordId& place : places) {
        const auto at = std::ranges::lower_bound(all, place);
        write_number(static_cast<std::uint64_t>(at - all.begin()), bytes);
    }
}

std::vector<RecordId> read_places(const std::vector<RecordId>& all,
                                  std::span<const std::uint8_t>& bytes) {
    std::vector<RecordId> places;
    for (std::uint64_t left = read_number(bytes); left > 0; --left) {
        const std::uint64_t at = read_number(bytes);
        if (at >= all.size()) {
            throw Failed(StoreFault::damaged, "zhibu_log places");
        }
        places.push_back(all[at]);
    }
    return places;
}

std::vector<RecordId> read_organisations(std::span<const std::uint8_t>& bytes) {
    std::vector<RecordId> organisations;
    for (std::uint64_t left = read_number(bytes); left > 0; --left) {
        RecordId id;
        if (bytes.size() < id.uuid.bytes.size()) {
            throw Failed(StoreFault::damaged, "zhibu_log places");
        }
        std::ranges::copy(bytes.first(id.uuid.bytes.size()), id.uuid.bytes.begin());
        bytes = bytes.subspan(id.uuid.bytes.size());
        organisations.push_back(id);
    }
    return organisations;
}

record::Effect read_effect(std::span<const std::uint8_t>& bytes) {
    const std::uint64_t sort = read_number(bytes);
    const std::uint64_t size = read_number(bytes);
    if (sort > static_cast<std::uint64_t>(record::Effect::Sort::evicted) || size > bytes.size()) {
        throw Failed(StoreFault::damaged, "zhibu_log effects");
    }
    auto state = sync::decode_record_state(bytes.first(size));
    if (!state) {
        throw Failed(StoreFault::damaged, "zhibu_log effects");
    }
    bytes = bytes.subspan(size);
    return {static_cast<record::Effect::Sort>(sort), *std::move(state)};
}

}  // namespace

std::vector<RecordId> organisations_of(std::span<const std::uint8_t> places) {
    return read_organisations(places);
}

KeptEffects keep(const std::vector<PlacedEffect>& effects) {
    KeptEffects kept;
    write_number(effects.size(), kept.effects);
    for (const PlacedEffect& each : effects) {
        // One by one: a list of them to encode at once would be a copy of every value.
        const Bytes state = sync::encode(each.effect.state);
        kept.effects.push_back(static_cast<std::uint8_t>(each.effect.sort));
        write_number(state.size(), kept.effects);
        kept.effects.insert(kept.effects.end(), state.begin(), state.end());
        for (const auto* places : {&each.placement.before, &each.placement.after}) {
            kept.organisations.insert(kept.organisations.end(), places->begin(), places->end());
        }
    }
    std::ranges::sort(kept.organisations);
    const auto repeated = std::ranges::unique(kept.organisations);
    kept.organisations.erase(repeated.begin(), repeated.end());
    write_number(kept.organisations.size(), kept.places);
    for (const RecordId& id : kept.organisations) {
        kept.places.insert(kept.places.end(), id.uuid.bytes.begin(), id.uuid.bytes.end());
    }
    for (const PlacedEffect& each : effects) {
        write_places(each.placement.before, kept.organisations, kept.places);
        write_places(each.placement.after, kept.organisations, kept.places);
    }
    return kept;
}

void each_effect(std::span<const std::uint8_t> effects, std::span<const std::uint8_t> places,
                 const std::function<bool(PlacedEffect effect)>& visit) {
    const std::vector<RecordId> organisations = read_organisations(places);
    for (std::uint64_t left = read_number(effects); left > 0; --left) {
        PlacedEffect made;
        made.effect = read_effect(effects);
        made.placement.before = read_places(organisations, places);
        made.placement.after = read_places(organisations, places);
        if (!visit(std::move(made))) {
            return;
        }
    }
}

std::vector<PlacedEffect> placed_effects(std::span<const std::uint8_t> effects,
                                         std::span<const std::uint8_t> places) {
    std::vector<PlacedEffect> placed;
    each_effect(effects, places, [&placed](PlacedEffect effect) {
        placed.push_back(std::move(effect));
        return true;
    });
    return placed;
}

}  // namespace zhibu::server::detail
