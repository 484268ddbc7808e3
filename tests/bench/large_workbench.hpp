#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "client/agent/replica_desk.hpp"
#include "client/workbench/api/api.hpp"
#include "tests/client/support/standard_branch.hpp"

namespace zhibu::client::test {

/// Wall clock.
[[nodiscard]] double milliseconds(const std::function<void()>& work);

/// Says what is wrong and ends the program, unless `held`.
void require(bool held, const std::string& what);

/// The API over a sealed replica of 100,000 persons in 2,000 branches, as `zhibu serve` has it.
class LargeWorkbench {
public:
    static constexpr std::uint64_t persons = 100'000;
    static constexpr std::uint64_t branches = 2'000;

    LargeWorkbench();
    ~LargeWorkbench();
    LargeWorkbench(const LargeWorkbench&) = delete;
    LargeWorkbench& operator=(const LargeWorkbench&) = delete;

    /// The answer's body; another status than `wanted` ends the program.
    std::string ask(const std::string& method, const std::string& path, const ApiQuery& query,
                    const std::string& body, unsigned wanted);
    std::string get(const std::string& path, const ApiQuery& query);

private:
    void enter_all(Replica& replica);

    Folder folder_;
    support::FixedClock clock_{noon};
    support::SeededRandom random_{1};
    std::unique_ptr<ReplicaDesk> desk_;
    std::unique_ptr<Api> api_;
};

}  // namespace zhibu::client::test
