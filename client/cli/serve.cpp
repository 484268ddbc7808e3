#include "client/cli/serve.hpp"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "client/cli/unlocking.hpp"
#include "client/cli/workplace.hpp"
#include "client/web/assets.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/http/workbench_server.hpp"

namespace zhibu::client {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

constexpr int poll_ms = 200;

void announce(Console& console, WorkbenchServer& server) {
    const std::string entry = server.new_entry();
    const std::filesystem::path file = console.files.folder / "workbench_address";
    {
        // The mode first, the secret second.
        std::ofstream made{file, std::ios::trunc};
        std::error_code ignored;
        std::filesystem::permissions(
            file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
            ignored);
        made << entry << '\n';
    }
    if (console.json) {
        console.out << R"({"address":")" << entry << "\"}" << std::endl;
    } else {
        console.out
            << (console.language == Language::zh
                    ? "工作台（只能打开一次，5分钟内有效；按回车键生成新的地址，Ctrl+C 结束）：\n"
                    : "Workbench (opens once, within 5 minutes; Enter makes a new address, "
                      "Ctrl+C ends):\n")
            << entry << std::endl;
    }
}

/// Until a signal: a line on the terminal asks for a new address.
void wait_for_the_end(Console& console, WorkbenchServer& server, Workplace& workplace) {
    std::signal(SIGINT, &on_interrupt);
    std::signal(SIGTERM, &on_interrupt);
    pollfd input{STDIN_FILENO, POLLIN, 0};
    bool has_input = true;
    while (interrupted == 0) {
        workplace.tick();
        if (!has_input) {
            std::this_thread::sleep_for(std::chrono::milliseconds{poll_ms});
            continue;
        }
        if (::poll(&input, 1, poll_ms) > 0) {
            char character = 0;
            has_input = ::read(STDIN_FILENO, &character, 1) == 1;
            if (has_input && character == '\n') {
                announce(console, server);
            }
        }
    }
}

}  // namespace

Exit serve(Console& console, const ServeWords& words) {
    const auto identity = load_identity(console.files);
    if (!identity) {
        return fail(console, identity.error());
    }
    const auto sign = load_signer(console);
    if (!sign) {
        return sign.error();
    }
    auto access = unlocked_before(console, *identity);
    if (!access) {
        return access.error();
    }
    std::unique_ptr<WorkbenchServer> server;
    Workplace workplace{console,
                        *identity,
                        *sign,
                        {words.offline, std::chrono::minutes{words.idle_minutes}},
                        [&server](ApiNews news) { server->notify(news); }};
    auto opened = WorkbenchServer::open(
        words.port, workbench_assets(),
        [&workplace](const ApiRequest& request, std::function<void(ApiResponse)> respond) {
            workplace.handle(request, std::move(respond));
        },
        console.random);
    if (!opened) {
        return fail(console, Exit::failed, "无法在本机打开工作台端口：" + opened.error().detail,
                    "The workbench's port cannot be opened: " + opened.error().detail);
    }
    server = *std::move(opened);
    if (*access) {
        workplace.open(*std::move(access));
    }
    std::jthread serving{[&server] { server->run(); }};
    announce(console, *server);
    wait_for_the_end(console, *server, workplace);
    server->stop();
    serving.join();
    return Exit::done;
}

}  // namespace zhibu::client
