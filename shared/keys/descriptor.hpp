#pragma once

#include <unistd.h>

namespace zhibu::keys {

/// A file descriptor that closes itself. What a failed open() gave (below 0) is kept as it is, so
/// that the caller can ask; errno is untouched until then.
class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}

    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int number() const { return number_; }

    [[nodiscard]] bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

}  // namespace zhibu::keys
