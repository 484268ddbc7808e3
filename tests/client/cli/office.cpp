#include "tests/client/cli/office.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <utility>

#include "shared/keys/p256.hpp"

namespace zhibu::client::test {
namespace {

std::vector<record::RecordState> everything_there() {
    auto retired = standard_record(
        "person", record_id(22),
        {{"name", std::string{"王五"}}, {"id_number", std::string{"110105194912310054"}}});
    retired.retired = true;
    const auto person = [](std::uint64_t number, const char* called, const char* id_number) {
        return standard_record(
            "person", record_id(number),
            {{"name", std::string{called}}, {"id_number", std::string{id_number}}});
    };
    return {standard_branch(),
            standard_record("person", record_id(20),
                            {{"name", std::string{"张三"}},
                             {"mobile", std::string{"13900000001"}},
                             {"native_place", std::string{"杭州"}}}),
            person(21, "李四", "110105194912310038"),
            retired,
            person(23, "赵六", "110105194912310070"),
            person(24, "赵六", "110105194912310097"),
            standard_record("account", record_id(30),
                            {{"name", std::string{"一支部账号"}}, {"state", std::string{"1"}}}),
            standard_record("window", record_id(40),
                            {{"starts_at", hours_later(-1)}, {"ends_at", hours_later(48)}})};
}

}  // namespace

void SharedRandom::fill(std::span<std::uint8_t> bytes) {
    const std::lock_guard guard{mutex_};
    random_.fill(bytes);
}

boost::json::value Said::json() const {
    const auto end = out.find_last_not_of('\n');
    const auto before = end == std::string::npos ? end : out.rfind('\n', end);
    const std::string last = out.substr(before == std::string::npos ? 0 : before + 1);
    boost::system::error_code fault;
    boost::json::value parsed = boost::json::parse(last, fault);
    EXPECT_FALSE(fault) << "no JSON: " << out << err;
    return fault ? boost::json::value{boost::json::object{}} : parsed;
}

sync::Lease full_lease(const EnrolledDevice& device, std::int64_t hours) {
    sync::Lease lease = device.lease(1, hours);
    lease.scope = record_id(1);
    lease.may_write = true;
    lease.manages = true;
    lease.always_open = true;
    return lease;
}

std::string id_text(std::uint64_t number) { return to_text(record_id(number)); }

Office::Office() {
    const DeviceCredentials credentials = space.issue_device(device.identity.device);
    device.identity.account_name = "第一支部书记";
    device.identity.server_host = "127.0.0.1";
    // Nothing listens at the first port, so that a connection is refused at once.
    device.identity.server_port = 1;
    device.identity.certificate_chain = credentials.chain;
    device.identity.root_certificate = space.pinned().root;
    EXPECT_TRUE(save_identity(device.files, device.identity, credentials.key));

    const sync::Lease lease = full_lease(device);
    auto access = device.open(password);
    EXPECT_TRUE(access);
    EXPECT_TRUE(device.safe.start_anew(*access));
    EXPECT_TRUE(device.safe.take_lease(*access, lease, device.secret(1), morning));
    const auto replica =
        Replica::create({device.files.replica(), access->ring(), nullptr},
                        {device.identity.space, device.identity.device, device.identity.account},
                        catalog::standard_catalog(), clock, random);
    EXPECT_TRUE(replica);
    fill(**replica, everything_there(), lease);
}

void Office::connect_to(std::uint16_t port) {
    device.identity.server_port = port;
    EXPECT_TRUE(update_identity(device.files, device.identity));
}

Said Office::type(std::vector<std::string> words) {
    std::ostringstream shown;
    std::ostringstream told;
    Said said;
    said.exit = run_command_line(std::move(words), {device.files.folder, Language::zh, shown, told,
                                                    clock, random, device.disk});
    said.out = shown.str();
    said.err = told.str();
    return said;
}

Said Office::say(Language language, std::vector<std::string> words) {
    for (const std::string& word :
         {std::string{"--password-file"}, password_file, std::string{"--lang"},
          std::string{language == Language::zh ? "zh" : "en"}}) {
        words.push_back(word);
    }
    return type(std::move(words));
}

Said Office::say(const std::vector<std::string>& words) { return say(Language::en, words); }

Said Office::json(std::vector<std::string> words) {
    words.emplace_back("--json");
    return say(Language::en, std::move(words));
}

Console Office::console(Language language) {
    return Console{device.files, language, false,  std::nullopt, out,
                   err,          clock,    random, device.disk};
}

std::string Office::file(const std::string& called, std::string_view text) {
    const auto path = elsewhere.path() / called;
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
}

void Office::with_replica(const std::function<void(Replica&)>& work) {
    auto access = device.open(password);
    ASSERT_TRUE(access && access->data_key);
    const auto replica = Replica::open({device.files.replica(), access->ring(), nullptr},
                                       catalog::standard_catalog(), clock, random);
    ASSERT_TRUE(replica);
    work(**replica);
}

void Office::grant(const sync::Lease& lease) {
    with_replica(
        [&](Replica& replica) { EXPECT_TRUE(replica.take_lease(lease, lease.granted_at)); });
    auto access = device.open(password);
    ASSERT_TRUE(access);
    EXPECT_TRUE(device.safe.take_lease(*access, lease, device.secret(++lease_serial_), morning));
}

void Office::receive(const record::RecordState& state) {
    with_replica([&](Replica& replica) {
        auto records = everything_there();
        records.push_back(state);
        fill(replica, std::move(records), full_lease(device));
    });
}

std::uint64_t Office::waiting() {
    std::uint64_t count = 0;
    with_replica([&](Replica& replica) { count = replica.status().value().waiting; });
    return count;
}

}  // namespace zhibu::client::test
