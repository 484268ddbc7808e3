#include <algorithm>
#include <future>
#include <span>
#include <stdexcept>
#include <utility>

#include "server/committer/committer.hpp"
#include "server/founding/key_files.hpp"
#include "server/founding/store_key.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/system.hpp"
#include "tests/bench/workload/fleet.hpp"

namespace zhibu::bench {
namespace {

/// Devices in one transaction.
constexpr std::size_t together = 200;

template <class T, class E>
T must(std::expected<T, E> made, const char* what) {
    if (!made) {
        throw std::runtime_error(std::string{"enrolling the fleet: "} + what);
    }
    return *std::move(made);
}

record::Change creating(std::string_view kind_name, const record::RecordId& id,
                        std::vector<std::pair<std::string_view, record::Value>> values) {
    const catalog::Kind& kind = catalog::standard_catalog().kind(kind_name);
    record::Change change{{kind.id(), id}, record::Operation::create, {}};
    for (auto& [field, value] : values) {
        change.fields.push_back({kind.field(field).id(), std::move(value), {}, {}});
    }
    std::ranges::sort(change.fields, {}, &record::FieldChange::field);
    return change;
}

/// The stopped server's keys and store, with a committer that is the bench's own.
class Registry {
public:
    explicit Registry(const server::ServerFiles& files)
        : keys_{must(server::load_server_keys(files), "keys")},
          data_keys_{must(
              server::load_data_keys(files.data_keys(),
                                     must(server::read_store_key(files, "store_key"), "store key")),
              "data keys")},
          store_{must(server::open_sqlite_store({files.store(), data_keys_.ring(), &random_},
                                                catalog::standard_catalog()),
                      "store")} {
        server::Committer::Parts parts;
        parts.store = store_.get();
        parts.catalog = &catalog::standard_catalog();
        parts.parameters = &parameters_;
        parts.clock = &clock_;
        parts.random = &random_;
        parts.sign_receipt = [this](std::span<const std::uint8_t> bytes) {
            return keys_.signing_key.sign(bytes);
        };
        parts.sign_group = [this](const record::Hash& hash) { return keys_.group_key.sign(hash); };
        parts.server_device = keys_.server_device;
        parts.on_commit = [](const server::CommitNotice&) {};
        committer_ = must(server::Committer::start(std::move(parts), {}), "committer");
    }

    [[nodiscard]] std::shared_ptr<FleetWords> words() {
        auto words = std::make_shared<FleetWords>();
        words->space = store_->identity().space;
        words->epoch = store_->identity().epoch;
        words->server_key = keys_.signing_key.public_key();
        words->trust.root = to_pem(keys_.root);
        words->account_key = std::make_shared<keys::Ed25519Key>(keys::Ed25519Key::generate());
        return words;
    }

    [[nodiscard]] record::LogIndex head() {
        return must(must(store_->open_reader(), "reader")->head(), "head");
    }

    /// One device in its account, which is written with others by write().
    [[nodiscard]] std::unique_ptr<Caller> add(const std::shared_ptr<const FleetWords>& words,
                                              const record::RecordId& scope) {
        const record::Instant now = clock_.now();
        const record::RecordId account{record::make_uuid_v7(now, random_)};
        const record::DeviceId device{record::make_uuid_v7(now, random_)};
        auto key = std::make_unique<keys::P256Key>(keys::P256Key::generate());
        const keys::Validity validity{now, {now.milliseconds + 86'400'000}};
        const auto certificate =
            must(issue_device(keys_.device_authority, make_signing_request(*key), device, validity,
                              random_),
                 "certificate");
        next_.changes.push_back(creating("account", account,
                                         {{"name", "账号" + to_text(account)},
                                          {"organisation", scope},
                                          {"level", std::string{"3"}},
                                          {"nature", std::string{"1"}},
                                          {"permission", std::string{"1"}},
                                          {"state", std::string{"1"}}}));
        next_.changes.push_back(
            creating("device", record::RecordId{device.uuid},
                     {{"account", account}, {"organisation", scope}, {"state", std::string{"2"}}}));
        server::Credential credential;
        credential.public_key = words->account_key->public_key();
        next_.credentials.emplace_back(account, credential);
        next_.device_keys.push_back(
            {device, account, key->public_key(),
             must(keys::read_certificate(certificate), "certificate").fingerprint});
        client::DeviceCredentials credentials{
            to_pem(certificate) + to_pem(keys_.device_authority.certificate), key->to_pem()};
        if (next_.device_keys.size() == together) {
            write();
        }
        return std::make_unique<Caller>(words, account, scope, device, std::move(key),
                                        std::move(credentials));
    }

    void write() {
        if (next_.device_keys.empty()) {
            return;
        }
        next_.action = "enrol";
        std::promise<bool> done;
        committer_->write(std::exchange(next_, {}),
                          [&](const auto& written) { done.set_value(written.has_value()); });
        if (!done.get_future().get()) {
            throw std::runtime_error("enrolling the fleet: refused");
        }
    }

private:
    keys::SystemClock clock_;
    keys::SystemRandom random_;
    rules::Parameters parameters_;
    server::ServerKeys keys_;
    vault::KeptKeys data_keys_;
    std::unique_ptr<server::SealedStore> store_;
    std::unique_ptr<server::Committer> committer_;
    server::ServerWrite next_;
};

}  // namespace

std::vector<std::unique_ptr<Caller>> enrol_fleet(Committee& committee,
                                                 const std::vector<record::RecordId>& scopes) {
    committee.stop_server();
    std::vector<std::unique_ptr<Caller>> callers;
    {
        Registry registry{server::ServerFiles{committee.server_folder()}};
        const std::shared_ptr<FleetWords> words = registry.words();
        words->endpoint = {"127.0.0.1", committee.port(), "/sync"};
        for (const record::RecordId& scope : scopes) {
            callers.push_back(registry.add(words, scope));
        }
        registry.write();
        const record::LogIndex head = registry.head();
        for (const auto& caller : callers) {
            caller->stand_at(head);
        }
    }
    committee.start_server();
    return callers;
}

}  // namespace zhibu::bench
