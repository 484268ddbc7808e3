#pragma once

#include <span>
#include <string_view>

namespace zhibu::client {

/// A surname that is not read as its characters commonly are.
struct SurnameReading {
    std::string_view surname;
    /// Syllables separated by spaces.
    std::string_view reading;
};

/// Two-character surnames first. Source: 现代汉语词典, the entries marked 姓; 通用规范汉字字典.
[[nodiscard]] std::span<const SurnameReading> surname_readings();

/// A character that people read in more than one way in given names.
struct SecondReading {
    std::string_view character;
    std::string_view reading;
};

/// Beside the commonest reading. Source: as above.
[[nodiscard]] std::span<const SecondReading> second_readings();

}  // namespace zhibu::client
