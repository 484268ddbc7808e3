#include "server/service/open_files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>

namespace zhibu::server {
namespace {

// In a process of its own: a hard limit cannot be lifted again.
[[noreturn]] void exit_with(std::size_t wanted, rlim_t soft, rlim_t hard) {
    const rlimit files{soft, hard};
    const bool is_set = ::setrlimit(RLIMIT_NOFILE, &files) == 0;
    const std::size_t connections = connections_within_open_files(wanted);
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    std::_Exit(is_set && now.rlim_cur == hard ? static_cast<int>(connections) : 255);
}

TEST(OpenFiles, AreRaisedToWhatTheSystemPermits) {
    EXPECT_EXIT(exit_with(100, 64, 400), testing::ExitedWithCode(100), "");
}

TEST(OpenFiles, LeaveSomeForTheStore) {
    EXPECT_EXIT(exit_with(10'000, 64, 300), testing::ExitedWithCode(44), "");
    EXPECT_EXIT(exit_with(10'000, 64, 200), testing::ExitedWithCode(1), "");
}

}  // namespace
}  // namespace zhibu::server
