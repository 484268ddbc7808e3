#pragma once

#include "shared/catalog/catalog.hpp"

namespace zhibu::simulation {

/// Those kinds of the standard catalog that the simulation works with, as they are: persons and
/// one sort of entries, organisations, and what says who may work. All of them would make a new
/// replica five times as dear, and teach nothing more about engines that know kinds from the
/// catalog alone.
[[nodiscard]] const catalog::Catalog& simulated_catalog();

}  // namespace zhibu::simulation
