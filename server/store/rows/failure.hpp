#pragma once

#include <exception>
#include <expected>
#include <string>
#include <type_traits>
#include <utility>

#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// A failure on its way out of this folder: thrown where it is met, made a value at the folder's
/// edge by guarded().
class Failed : public std::exception {
public:
    Failed(StoreFault fault, std::string place) : error_{fault, std::move(place)} {}

    explicit Failed(StoreError error) : error_(std::move(error)) {}

    [[nodiscard]] const char* what() const noexcept override { return "store failure"; }

    [[nodiscard]] const StoreError& error() const { return error_; }

private:
    StoreError error_;
};

/// The value, or its error thrown.
template <class T>
T value_of(Stored<T> stored) {
    if (!stored) {
        throw Failed(std::move(stored).error());
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(stored);
    }
}

/// Runs `work`; its failures become values, and what is no failure of storage goes on.
template <class Work>
auto guarded(Work&& work) -> Stored<decltype(work())> {
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const Failed& failed) {
        return std::unexpected(failed.error());
    }
}

}  // namespace zhibu::server::detail
