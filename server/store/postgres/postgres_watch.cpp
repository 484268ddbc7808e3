#include "server/store/postgres/postgres_watch.hpp"

#include <chrono>
#include <memory>

#include "server/store/postgres/detail/connection.hpp"
#include "server/store/postgres/detail/sealer.hpp"
#include "server/store/rows/failure.hpp"
#include "server/store/store.hpp"

namespace zhibu::server {
namespace {

class Watch final : public PostgresWatch {
public:
    explicit Watch(const ClusterPlace& place)
        : sealer_(place), cluster_(place.address, sealer_, detail::SpaceClaim::none) {
        cluster_.listen();
    }

    [[nodiscard]] Stored<bool> wait(std::chrono::milliseconds at_most) override {
        return detail::guarded([&] {
            if (cluster_.is_lost()) {
                cluster_.connect_anew();
                cluster_.listen();
                // What was announced meanwhile went past.
                return true;
            }
            return cluster_.hears(at_most);
        });
    }

private:
    detail::Sealer sealer_;
    detail::PostgresConnection cluster_;
};

}  // namespace

Stored<std::unique_ptr<PostgresWatch>> open_postgres_watch(const ClusterPlace& place) {
    return detail::guarded(
        [&]() -> std::unique_ptr<PostgresWatch> { return std::make_unique<Watch>(place); });
}

}  // namespace zhibu::server
