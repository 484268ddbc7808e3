#pragma once

#include <memory>

namespace zhibu::keys {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* handle) const noexcept {
        Free(handle);
    }
};

/// A C handle that is given back by `Free`.
template <class T, auto Free>
using Freed = std::unique_ptr<T, Deleter<Free>>;

}  // namespace zhibu::keys
