#include "sync_protocol/transport/context_executor.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace zhibu::transport {
namespace {

namespace asio = boost::asio;

class SteadyTimer final : public sync::Executor::Timer {
public:
    SteadyTimer(asio::io_context& context, std::chrono::milliseconds delay,
                std::function<void()> work)
        : timer_{context, delay} {
        timer_.async_wait([work = std::move(work),
                           alive = std::weak_ptr{alive_}](const boost::system::error_code& code) {
            if (!code && alive.lock()) {
                work();
            }
        });
    }

private:
    asio::steady_timer timer_;
    /// A timer that has fired, its handler queued, can no longer be cancelled: it asks this.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

void ContextExecutor::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

std::unique_ptr<sync::Executor::Timer> ContextExecutor::after(std::chrono::milliseconds delay,
                                                              std::function<void()> work) {
    return std::make_unique<SteadyTimer>(context_, delay, std::move(work));
}

}  // namespace zhibu::transport
