#include "tests/bench/workload/committee.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "shared/catalog/catalog.hpp"
#include "tests/bench/workload/process.hpp"

namespace zhibu::bench {
namespace {

using client::Draft;
using client::DraftChange;
using client::DraftField;

constexpr std::chrono::seconds start_deadline{20};

int loopback_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

std::uint16_t free_port() {
    const int probe = loopback_socket();
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(probe, generic, size) != 0 || ::getsockname(probe, generic, &size) != 0) {
        throw std::runtime_error("no free port");
    }
    ::close(probe);
    return ntohs(address.sin_port);
}

bool connects(int probe, std::uint16_t port) {
    sockaddr_in address = loopback(port);
    return ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

bool answers(std::uint16_t port) {
    const int probe = loopback_socket();
    const bool connected = connects(probe, port);
    ::close(probe);
    return connected;
}

/// All that a server says to a request, to its end.
std::string answer_to(std::uint16_t port, std::string_view request) {
    const int asking = loopback_socket();
    std::string text;
    if (connects(asking, port) &&
        ::send(asking, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
        std::array<char, 4096> part{};
        for (ssize_t got = 0; (got = ::recv(asking, part.data(), part.size(), 0)) > 0;) {
            text.append(part.data(), static_cast<std::size_t>(got));
        }
    }
    ::close(asking);
    return text;
}

DraftField set(const catalog::Kind& kind, std::string_view field, record::Value value) {
    return {kind.field(field).id(), std::move(value)};
}

}  // namespace

Committee::Committee(std::filesystem::path folder, std::filesystem::path server)
    : folder_{std::move(folder)},
      program_{std::move(server)},
      password_{folder_ / "password"},
      port_{free_port()},
      health_port_{free_port()} {
    std::filesystem::create_directories(folder_);
    std::ofstream{password_} << "correct horse battery staple\n";
    std::filesystem::permissions(password_, std::filesystem::perms{0600});
    found();
    start_server();
    officer_ = std::make_unique<Device>(folder_ / "officer", password_);
    officer_->enrol(port_, first_code_);
    officer_->open();
    static_cast<void>(officer_->synchronise());
    add_general_branch();
}

Committee::~Committee() {
    officer_.reset();
    stop_server();
}

void Committee::stop_server() {
    if (server_ > 0) {
        ::kill(server_, SIGTERM);
        ::waitpid(std::exchange(server_, 0), nullptr, 0);
    }
}

void Committee::found() {
    std::ofstream{folder_ / "server.toml"}
        << "[listen]\naddress = \"127.0.0.1\"\nport = " << port_
        << "\nhealth_port = " << health_port_ << "\n"
        << "[passwords]\nmemory_kib = 19456\npasses = 2\n[rules]\nextra_divisions = [\"99\"]\n";
    first_code_ = last_line(output_of(program_.string() + " --lang en --config " +
                                      (folder_ / "server.toml").string() + " --data " +
                                      (folder_ / "server").string() +
                                      " init --space bench --organisation 示范大学党委 --code D0001"
                                      " --administrator 党委管理员 --host 127.0.0.1"));
}

void Committee::start_server() {
    server_ = ::fork();
    if (server_ == 0) {
        const int log = ::open((folder_ / "server.log").c_str(), O_WRONLY | O_CREAT, 0600);
        ::dup2(log, STDERR_FILENO);
        ::execl(program_.c_str(), program_.c_str(), "--data", (folder_ / "server").c_str(),
                "--config", (folder_ / "server.toml").c_str(), "run", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + start_deadline;
    while (!answers(port_)) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("the server did not start; see " +
                                     (folder_ / "server.log").string());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

DraftChange Committee::organisation(const std::string& name, const std::string& type,
                                    const record::RecordId& parent) {
    const catalog::Kind& kind = catalog::standard_catalog().kind("organisation");
    DraftChange change{{kind.id(), {}}, record::Operation::create, {}};
    change.record.id =
        officer_->with_replica([](client::Replica& replica) { return replica.new_record_id(); });
    change.fields = {set(kind, "name", name),
                     set(kind, "code", "B" + std::to_string(10'000 + ++organisations_)),
                     set(kind, "type", type), set(kind, "parent", parent)};
    return change;
}

void Committee::add_general_branch() {
    const catalog::Kind& kind = catalog::standard_catalog().kind("organisation");
    const record::RecordId root = officer_->with_replica([&](client::Replica& replica) {
        client::ListQuery query;
        query.kind = kind.id();
        return replica.list(query)->records.at(0).key.id;
    });
    Draft draft{"create", {organisation("示范总支", "20", root)}};
    general_branch_ = draft.changes.front().record.id;
    static_cast<void>(officer_->commit(draft));
}

std::vector<record::RecordId> Committee::add_branches(std::size_t count) {
    std::vector<record::RecordId> made;
    Draft draft{"create", {}};
    for (std::size_t each = 0; each < count; ++each) {
        const std::string name = "第" + std::to_string(organisations_) + "党支部";
        draft.changes.push_back(organisation(name, "30", general_branch_));
        made.push_back(draft.changes.back().record.id);
    }
    static_cast<void>(officer_->commit(draft));
    static_cast<void>(officer_->synchronise());
    return made;
}

std::vector<std::unique_ptr<Device>> Committee::add_devices(
    const std::vector<record::RecordId>& scopes) {
    const catalog::Kind& kind = catalog::standard_catalog().kind("account");
    std::vector<std::string> names;
    Draft draft{"create", {}};
    for (const record::RecordId& scope : scopes) {
        names.push_back("示范总支账号" + std::to_string(++accounts_));
        DraftChange change{{kind.id(), {}}, record::Operation::create, {}};
        change.record.id = officer_->with_replica(
            [](client::Replica& replica) { return replica.new_record_id(); });
        change.fields = {
            set(kind, "name", names.back()),           set(kind, "organisation", scope),
            set(kind, "level", std::string{"3"}),      set(kind, "nature", std::string{"1"}),
            set(kind, "permission", std::string{"1"}), set(kind, "state", std::string{"1"}),
            set(kind, "reason", std::string{"测量"})};
        draft.changes.push_back(std::move(change));
    }
    static_cast<void>(officer_->commit(draft));
    static_cast<void>(officer_->synchronise());
    officer_->demand_taken();
    const std::vector<std::string> codes = officer_->invite(names);
    static_cast<void>(officer_->synchronise());
    std::vector<std::unique_ptr<Device>> devices;
    for (std::size_t at = 0; at < codes.size(); ++at) {
        devices.push_back(std::make_unique<Device>(folder_ / names[at], password_));
        devices.back()->enrol(port_, codes[at]);
        devices.back()->open();
        static_cast<void>(devices.back()->synchronise());
    }
    static_cast<void>(officer_->synchronise());
    return devices;
}

std::uint64_t Committee::server_resident_kib() const { return status_kib(server_, "VmRSS:"); }

std::uint64_t Committee::server_resident_kib_most() const { return status_kib(server_, "VmHWM:"); }

void Committee::forget_server_resident_kib_most() const { forget_most_resident(server_); }

std::optional<double> Committee::metric(const std::string& name) const {
    std::istringstream lines{
        answer_to(health_port_, "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + " ")) {
            return std::stod(line.substr(name.size()));
        }
    }
    return std::nullopt;
}

double Committee::server_processor_seconds() const { return processor_seconds(server_); }

}  // namespace zhibu::bench
