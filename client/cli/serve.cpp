#include "client/cli/serve.hpp"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "client/cli/network.hpp"
#include "client/cli/unlocking.hpp"
#include "client/web/assets.hpp"
#include "client/workbench/api/api.hpp"
#include "client/workbench/http/workbench_server.hpp"

namespace zhibu::client {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

constexpr int poll_ms = 200;

/// The agent for as long as the workbench is served; started again when asked after it has ended.
class Synchronising {
public:
    Synchronising(Console& console, const Identity& identity, ReplicaDesk& desk, Api*& api,
                  std::shared_ptr<keys::Ed25519Key> key, LeaseKeeper keep_lease,
                  std::shared_ptr<DeviceOutbox> outbox)
        : console_{console},
          identity_{identity},
          desk_{desk},
          api_{api},
          key_{std::move(key)},
          keep_lease_{std::move(keep_lease)},
          outbox_{std::move(outbox)} {}

    ~Synchronising() { end(); }

    /// Ends the agent and its thread; calls made after it do nothing.
    void end() {
        if (thread_.joinable()) {
            wires_.stop();
            thread_.join();
        }
    }

    Synchronising(const Synchronising&) = delete;
    Synchronising& operator=(const Synchronising&) = delete;

    Exit begin() {
        auto connect = connector(console_, identity_, wires_);
        if (!connect) {
            return connect.error();
        }
        connect_ = *std::move(connect);
        thread_ = std::jthread{[this] {
            wires_.run();
            // The wires have told their end to the agent's session; now it may go.
            agent_.reset();
        }};
        sync_now();
        return Exit::done;
    }

    void sync_now() {
        wires_.executor().post([this] {
            if (agent_ && !ended_) {
                return;
            }
            ended_ = false;
            agent_ = std::make_unique<SyncAgent>(parts(), SyncAgent::Mode::follow);
            agent_->start();
        });
    }

    void group_made(record::Sequence last) {
        wires_.executor().post([this, last] {
            if (agent_) {
                agent_->group_made(last);
            }
        });
    }

private:
    SyncAgent::Parts parts() {
        SyncAgent::Parts parts;
        parts.executor = &wires_.executor();
        parts.desk = &desk_;
        parts.random = &console_.random;
        parts.connect = connect_;
        parts.prove = [key = key_](std::span<const std::uint8_t> bytes) {
            return key->sign(bytes);
        };
        parts.keep_lease = keep_lease_;
        deliver_from(outbox_, parts);
        parts.server_key = identity_.server_key;
        parts.catalog_version = catalog::standard_catalog().version();
        parts.report = [this](const SyncReport& report) {
            ended_ = report.phase == SyncPhase::ended;
            api_->set_report(report);
        };
        parts.replica_changed = [this] { api_->touch(); };
        return parts;
    }

    Console& console_;
    const Identity& identity_;
    ReplicaDesk& desk_;
    Api*& api_;
    std::shared_ptr<keys::Ed25519Key> key_;
    LeaseKeeper keep_lease_;
    std::shared_ptr<DeviceOutbox> outbox_;
    WireClient wires_;
    std::function<void(sync::WireEvents&)> connect_;
    std::unique_ptr<SyncAgent> agent_;
    bool ended_ = false;
    std::jthread thread_;
};

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
void wait_for_the_end(Console& console, WorkbenchServer& server) {
    std::signal(SIGINT, &on_interrupt);
    std::signal(SIGTERM, &on_interrupt);
    pollfd input{STDIN_FILENO, POLLIN, 0};
    bool has_input = true;
    while (interrupted == 0) {
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

/// What serve() has set going, ended in its order however serve() is left.
struct Ending {
    WorkbenchServer& server;
    std::jthread& serving;
    std::unique_ptr<Synchronising>& synchronising;
    std::unique_ptr<ReplicaDesk>& desk;

    ~Ending() {
        server.stop();
        serving.join();
        if (synchronising) {
            synchronising->end();
        }
        // What is still to be done at the desk names the workbench and the agent: it ends before
        // them.
        desk.reset();
    }
};

}  // namespace

Exit serve(Console& console, const ServeWords& words) {
    auto opened = words.offline ? open_replica(console) : open_or_renew_replica(console);
    if (!opened) {
        return opened.error();
    }
    const auto sign = load_signer(console);
    if (!sign) {
        return sign.error();
    }
    std::shared_ptr<keys::Ed25519Key> key;
    if (!words.offline) {
        auto derived = proving_key(console, *opened->access);
        if (!derived) {
            return derived.error();
        }
        key = *std::move(derived);
    }
    auto desk = std::make_unique<ReplicaDesk>(std::move(opened->replica));
    Api* api_pointer = nullptr;
    std::unique_ptr<Synchronising> synchronising;
    Api api{ApiParts{desk.get(), &catalog::standard_catalog(), &console.clock,
                     opened->identity.account_name, *sign,
                     [&] {
                         if (synchronising) {
                             synchronising->sync_now();
                         }
                     },
                     [&](record::Sequence last) {
                         if (synchronising) {
                             synchronising->group_made(last);
                         }
                     }}};
    api_pointer = &api;
    auto server = WorkbenchServer::open(
        words.port, workbench_assets(),
        [&api](const ApiRequest& request, std::function<void(ApiResponse)> respond) {
            api.handle(request, std::move(respond));
        },
        console.random);
    if (!server) {
        return fail(console, Exit::failed, "无法在本机打开工作台端口：" + server.error().detail,
                    "The workbench's port cannot be opened: " + server.error().detail);
    }
    api.watch([&server](ApiNews news) { (*server)->notify(news); });
    if (key) {
        synchronising =
            std::make_unique<Synchronising>(console, opened->identity, *desk, api_pointer, key,
                                            lease_keeper(console, opened->access), opened->outbox);
        if (const Exit begun = synchronising->begin(); begun != Exit::done) {
            return begun;
        }
    }
    std::jthread serving{[&server] { (*server)->run(); }};
    const Ending ending{**server, serving, synchronising, desk};
    announce(console, **server);
    wait_for_the_end(console, **server);
    return Exit::done;
}

}  // namespace zhibu::client
