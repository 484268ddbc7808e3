#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/workplace.hpp"
#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {

/// What the workbench answers; the right to wait for it. Threads: any.
class Answered {
public:
    void give(ApiResponse response);
    /// Waits; fails the test after 20 seconds.
    [[nodiscard]] ApiResponse wait();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<ApiResponse> response_;
};

/// The office's workbench, whose pages are the test.
class OpenOffice {
public:
    explicit OpenOffice(Workplace::Settings settings = {true, std::chrono::minutes{15}});

    /// Opens at the program's start, with what the password gives.
    void open();

    /// A question and its answer.
    ApiResponse ask(const std::string& method, const std::string& path,
                    const std::string& body = {}, const std::string& language = "en");

    unsigned get(const std::string& path) { return ask("GET", path).status; }

    unsigned post(const std::string& path, const std::string& body = "{}") {
        return ask("POST", path, body).status;
    }

    unsigned unlock(std::string_view word = password);
    boost::json::value status(const std::string& language = "en");
    /// "" where it is open.
    std::string locked_because();
    bool is_locked();

    Office office;
    Console console = office.console();
    std::atomic<int> news = 0;
    std::unique_ptr<Workplace> workplace;
};

}  // namespace zhibu::client::test
