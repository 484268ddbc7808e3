#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/command_line.hpp"
#include "client/cli/session.hpp"
#include "tests/client/access/enrolled_device.hpp"
#include "tests/client/support/standard_branch.hpp"
#include "tests/support/tls_space.hpp"

namespace zhibu::client::test {

/// Bytes that one seed determines as long as one thread asks. Threads: any.
class SharedRandom final : public record::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;

private:
    std::mutex mutex_;
    support::SeededRandom random_{12};
};

/// How a command ended and what stood on the screen then.
struct Said {
    int exit = -1;
    std::string out;
    std::string err;

    /// The last line as JSON.
    [[nodiscard]] boost::json::value json() const;
};

/// A branch's machine: enrolled, synchronised at `morning`, with a lease of 72 hours. Commands are
/// given to it as a person types them. In its replica:
///
/// record_id(1) the branch 第一党支部, code A01; record_id(20) 张三; record_id(21) 李四;
/// record_id(22) 王五, retired; record_id(23) and (24) two called 赵六; record_id(30) the account
/// 一支部账号; record_id(40) an edit window.
class Office {
public:
    Office();

    /// What follows the program's name; the folder, the language and the password are added.
    Said say(const std::vector<std::string>& words);
    Said say(Language language, std::vector<std::string> words);
    /// In the language of programs.
    Said json(std::vector<std::string> words);
    /// The words alone.
    Said type(std::vector<std::string> words);

    /// The lease that the server grants next, and takes effect at once.
    void grant(const sync::Lease& lease);
    /// Another record from the server.
    void receive(const record::RecordState& state);

    /// Groups that wait in the outbox for the server, by the replica's own count.
    std::uint64_t waiting();

    /// What everything but the command line is given.
    Console console(Language language = Language::en);

    /// A file that holds this, beside the device's folder; its path.
    std::string file(const std::string& called, std::string_view text);

    /// Makes the device trust, and connect to, a server on 127.0.0.1 with this port.
    void connect_to(std::uint16_t port);

    support::TlsSpace space;
    EnrolledDevice device;
    support::TemporaryDirectory elsewhere;
    support::FixedClock clock{morning};
    SharedRandom random;
    std::string password_file = file("password", password);
    std::ostringstream out;
    std::ostringstream err;

private:
    void with_replica(const std::function<void(Replica&)>& work);

    std::uint64_t lease_serial_ = 1;
};

/// The lease of `Office`: everything is permitted, for so many hours.
[[nodiscard]] sync::Lease full_lease(const EnrolledDevice& device, std::int64_t hours = 72);

[[nodiscard]] std::string id_text(std::uint64_t number);

}  // namespace zhibu::client::test
