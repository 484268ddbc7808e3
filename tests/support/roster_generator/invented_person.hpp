#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "shared/record/date.hpp"

namespace zhibu::test {

/// Random choices that are the same with every standard library (its distributions are not).
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_{seed} {}

    /// From 0 to `below` - 1. @param below  at least 1
    [[nodiscard]] std::size_t roll(std::size_t below) { return engine_() % below; }

    [[nodiscard]] bool chance(double probability) {
        return static_cast<double>(engine_() >> 11U) * 0x1.0p-53 < probability;
    }

    template <class T, std::size_t count>
    [[nodiscard]] const T& pick(const T (&choices)[count]) {
        return choices[roll(count)];
    }

private:
    std::mt19937_64 engine_;
};

/// Nobody real: the id number's region prefix 99 and the mobile segment 154 are unassigned.
struct InventedPerson {
    std::string name;
    bool is_male = true;
    record::Date birth;
    std::string id_number;
    std::string mobile;
    std::string ethnic_group;  // GB/T 3304
};

/// @param index  the person's number; two indexes below 5,000,000 never share an id number or
/// mobile
[[nodiscard]] InventedPerson invent_person(Dice& dice, std::uint32_t index);

}  // namespace zhibu::test
