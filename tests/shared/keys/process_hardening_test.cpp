#include "shared/keys/process_hardening.hpp"

#include <gtest/gtest.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>

namespace zhibu::keys {
namespace {

/// What a child process says of itself after `work`.
testing::AssertionResult in_child(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(work() ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        return testing::AssertionFailure() << "no child";
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << "status " << status;
}

TEST(ProcessHardening, ChildReadsBackThatItIsNotDumpable) {
    EXPECT_TRUE(in_child([] { return prctl(PR_GET_DUMPABLE) == 1; }));
    EXPECT_TRUE(in_child([] {
        harden_process();
        return prctl(PR_GET_DUMPABLE) == 0;
    }));
}

TEST(ProcessHardening, ForbidsCoreDumpsForGood) {
    EXPECT_TRUE(in_child([] {
        harden_process();
        rlimit limit{};
        getrlimit(RLIMIT_CORE, &limit);
        return limit.rlim_cur == 0 && limit.rlim_max == 0;
    }));
}

TEST(ProcessHardening, ChildThatIsKilledLeavesNoCore) {
    const pid_t child = ::fork();
    if (child == 0) {
        harden_process();
        // A sanitizer's own handler would end the process by an exit instead.
        std::signal(SIGSEGV, SIG_DFL);
        ::raise(SIGSEGV);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_FALSE(WCOREDUMP(status));
}

TEST(ProcessHardening, SaysWhatMayBeLocked) {
    EXPECT_TRUE(in_child([] {
        const rlimit small{4096, 8192};
        setrlimit(RLIMIT_MEMLOCK, &small);
        const LockableMemory lockable = harden_process();
        rlimit now{};
        getrlimit(RLIMIT_MEMLOCK, &now);
        return now.rlim_cur == 8192 && lockable.bytes == 8192 && !lockable.unlimited &&
               !lockable.is_enough();
    }));
    EXPECT_TRUE((LockableMemory{.bytes = 1U << 20U}.is_enough()));
    EXPECT_TRUE((LockableMemory{.unlimited = true}.is_enough()));
}

}  // namespace
}  // namespace zhibu::keys
