#pragma once

#include <functional>
#include <span>
#include <vector>

#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// Placed effects as the log keeps them: of each its sort and its state as the codec writes it, and
/// apart from these each organisation once, then per effect which of them see it before and after.
struct KeptEffects {
    Bytes effects;
    Bytes places;
    /// Each organisation once, ascending.
    std::vector<RecordId> organisations;
};

[[nodiscard]] KeptEffects keep(const std::vector<PlacedEffect>& effects);

/// The organisations that `places` names. Throws as placed_effects().
[[nodiscard]] std::vector<RecordId> organisations_of(std::span<const std::uint8_t> places);

/// Hands over one after another, until `visit` says false. Throws as placed_effects().
void each_effect(std::span<const std::uint8_t> effects, std::span<const std::uint8_t> places,
                 const std::function<bool(PlacedEffect effect)>& visit);

/// Throws Failed{damaged} for bytes that keep() did not make.
[[nodiscard]] std::vector<PlacedEffect> placed_effects(std::span<const std::uint8_t> effects,
                                                       std::span<const std::uint8_t> places);

}  // namespace zhibu::server::detail
