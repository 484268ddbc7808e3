#pragma once

#include <exception>
#include <expected>
#include <string>
#include <utility>

#include "client/replica/replica.hpp"

namespace zhibu::client::detail {

/// A failure on its way out of this folder: thrown where it is met, so that the open transaction
/// rolls back as the stack unwinds, and made a value at the folder's edge by guarded().
class Failed : public std::exception {
public:
    explicit Failed(ReplicaError error) : error_(std::move(error)) {}

    Failed(ReplicaFault fault, std::string place) {
        error_.fault = fault;
        error_.place = std::move(place);
    }

    [[nodiscard]] const char* what() const noexcept override { return "replica failure"; }

    [[nodiscard]] ReplicaError& error() { return error_; }

private:
    ReplicaError error_;
};

/// What the exception in flight means. One that says that the machine is out of memory, or one
/// that is no failure of storage, goes on. A failed fsync ends the process: what the kernel then
/// holds of the file is unknown, and trying again would claim what is not true (vault.md).
[[nodiscard]] ReplicaError translate_current();

/// Runs `work`; its failures become values.
template <class Work>
[[nodiscard]] auto guarded(Work&& work) -> std::expected<decltype(work()), ReplicaError> {
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (...) {
        return std::unexpected(translate_current());
    }
}

}  // namespace zhibu::client::detail
