#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "sync_protocol/session/wire.hpp"

namespace boost::asio {
class io_context;
}

namespace zhibu::transport {

/// One io_context as an executor. The context must outlive it and its timers; whoever owns the
/// context decides which thread runs it.
class ContextExecutor final : public sync::Executor {
public:
    explicit ContextExecutor(boost::asio::io_context& context) : context_{context} {}

    void post(std::function<void()> work) override;

    std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                                 std::function<void()> work) override;

private:
    boost::asio::io_context& context_;
};

}  // namespace zhibu::transport
