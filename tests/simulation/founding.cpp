#include "tests/simulation/founding.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "server/committer/genesis.hpp"
#include "shared/keys/account_key.hpp"
#include "shared/record/check.hpp"
#include "shared/rules/id_number.hpp"
#include "tests/simulation/seeded_openssl.hpp"
#include "tests/simulation/simulated_catalog.hpp"

namespace zhibu::simulation {
namespace {

using record::Operation;
using record::RecordId;
using record::Value;
using Fields = std::vector<std::pair<record::FieldNumber, Value>>;

constexpr std::uint64_t founding_seed = 20'260'612;

/// Who has a device. `organisation` is an index of Founded::organisations.
struct Post {
    std::size_t organisation = 0;
    std::string_view level;
    /// "1" long-term, "2" short-term, "3" temporary.
    std::string_view nature;
    bool manages = false;
    /// The kit whose account this device is another one of.
    int same_account_as = -1;
};

constexpr std::array posts{
    Post{0, "1", "1", true},     Post{2, "3", "1", false}, Post{3, "3", "2", false},
    Post{1, "2", "1", true},     Post{2, "3", "2", false}, Post{4, "3", "2", false},
    Post{2, "3", "1", false, 1}, Post{3, "3", "1", false},
};

constexpr unsigned planted_in_each_branch = 2;

Value text(std::string_view words) { return Value{std::string{words}}; }

/// Founds the space step by step, each waiting for the one before.
class Founder {
public:
    Founder() {
        made_.keys.store = [this] {
            return std::make_shared<const vault::KeyRing>(vault::make_data_key(random_));
        }();
        made_.keys.server_device.uuid = new_id().uuid;
    }

    Founded found() {
        Network network{loop_, trace_, 1};
        Committee committee{loop_, network, trace_, made_.keys, support::MemoryDisk{}, 2};
        committee_ = &committee;
        create_store();
        committee.start();
        add_organisations();
        add_accounts();
        add_persons();
        synchronise_all(network);
        made_.backup = std::make_shared<const Backup>(committee.back_up());
        made_.server_disk = committee.disk().after_kill();
        return std::move(made_);
    }

private:
    [[nodiscard]] RecordId new_id() { return RecordId{record::make_uuid_v7(beginning, random_)}; }

    void create_store() {
        server::SpaceIdentity identity;
        identity.space.uuid = record::make_uuid_v4(random_);
        identity.epoch.uuid = record::make_uuid_v4(random_);
        identity.name = "simulated";
        auto store =
            server::create_sqlite_store(committee_->place(), identity, simulated_catalog());
        ZHIBU_CHECK(store.has_value());
        const auto space = server::found_space(committee_->committer_parts(**store),
                                               {.organisation_name = "第一中学委员会",
                                                .organisation_code = "310000",
                                                .account_name = "党委",
                                                .account_holder = "李强"});
        ZHIBU_CHECK(space.has_value());
        space_ = identity.space;
        made_.organisations.push_back(space->organisation);
        officer_ = space->account;
    }

    void write(server::ServerWrite write) {
        bool written = false;
        write.action = "set_up";
        committee_->committer().write(std::move(write), [&](const auto& result) {
            ZHIBU_CHECK(result.has_value());
            written = true;
        });
        loop_.run_until(loop_.now() + second);
        ZHIBU_CHECK(written);
    }

    void add_organisations() {
        const catalog::Kind& kind = simulated_catalog().kind("organisation");
        const auto add = [&](std::string_view code, std::string_view type, std::size_t parent) {
            const RecordId id = new_id();
            server::ServerWrite one;
            one.changes = {
                change_of({kind.id(), id}, Operation::create,
                          {{kind.field("name").id(), text(code)},
                           {kind.field("code").id(), text(code)},
                           {kind.field("type").id(), text(type)},
                           {kind.field("parent").id(), Value{made_.organisations[parent]}}})};
            write(std::move(one));
            made_.organisations.push_back(id);
        };
        add("G", "20", 0);
        add("A", "30", 1);
        add("B", "30", 1);
        add("C", "30", 0);
    }

    void add_accounts() {
        for (const Post& post : posts) {
            if (post.same_account_as >= 0) {
                const auto other = static_cast<std::size_t>(post.same_account_as);
                enrol(post, made_.kits[other].identity.account, passwords_[other]);
                made_.windows.push_back(made_.windows[other]);
            } else if (made_.kits.empty()) {
                enrol(post, officer_, new_password());
                made_.windows.emplace_back();
            } else {
                const RecordId account = add_account(post);
                made_.windows.push_back(post.nature == "2" ? add_window(post, account)
                                                           : RecordId{});
                enrol(post, account, new_password());
            }
        }
    }

    RecordId add_account(const Post& post) {
        const catalog::Kind& kind = simulated_catalog().kind("account");
        const RecordId id = new_id();
        server::ServerWrite one;
        one.changes = {change_of(
            {kind.id(), id}, Operation::create,
            {{kind.field("name").id(), text("账号" + std::to_string(made_.kits.size()))},
             {kind.field("organisation").id(), Value{made_.organisations[post.organisation]}},
             {kind.field("level").id(), text(post.level)},
             {kind.field("nature").id(), text(post.nature)},
             {kind.field("permission").id(), text("1")},
             {kind.field("state").id(), text("1")},
             {kind.field("manages").id(), Value{post.manages}}})};
        write(std::move(one));
        return id;
    }

    RecordId add_window(const Post& post, const RecordId& account) {
        const catalog::Kind& kind = simulated_catalog().kind("window");
        const RecordId id = new_id();
        const std::int64_t day_ms = day / millisecond;
        server::ServerWrite one;
        one.changes = {change_of(
            {kind.id(), id}, Operation::create,
            {{kind.field("organisation").id(), Value{made_.organisations[post.organisation]}},
             {kind.field("account").id(), Value{account}},
             {kind.field("starts_at").id(),
              Value{record::Instant{beginning.milliseconds - day_ms}}},
             {kind.field("ends_at").id(),
              Value{record::Instant{beginning.milliseconds + 20 * day_ms}}},
             {kind.field("grace_days").id(), Value{std::int64_t{1}}}})};
        write(std::move(one));
        return id;
    }

    struct Password {
        std::array<std::uint8_t, 32> key{};
        std::array<std::uint8_t, 16> salt{};
    };

    Password new_password() {
        Password password;
        random_.fill(password.key);
        random_.fill(password.salt);
        return password;
    }

    void enrol(const Post& post, const RecordId& account, const Password& password) {
        const catalog::Kind& kind = simulated_catalog().kind("device");
        DeviceKit kit;
        kit.key = std::make_shared<const keys::P256Key>(keys::P256Key::generate());
        kit.scope = made_.organisations[post.organisation];
        kit.is_officer = post.manages;
        kit.identity.space = space_;
        kit.identity.device.uuid = new_id().uuid;
        kit.identity.account = account;
        kit.identity.server_key = made_.keys.receipts.public_key();
        kit.identity.server_box_key = made_.keys.box.public_key();
        kit.identity.password_salt = password.salt;
        DeviceState state;
        state.kept = keys::SecretBytes{password.key};
        const auto proof = keys::account_key_from(state.kept, password.salt);
        ZHIBU_CHECK(proof.has_value());
        server::Credential credential;
        credential.public_key = proof->public_key();
        credential.salt = password.salt;
        server::ServerWrite one;
        one.changes = {change_of({kind.id(), RecordId{kit.identity.device.uuid}}, Operation::create,
                                 {{kind.field("account").id(), Value{account}},
                                  {kind.field("organisation").id(), Value{kit.scope}},
                                  {kind.field("state").id(), text("2")}})};
        one.credentials = {{account, credential}};
        one.device_keys = {{kit.identity.device, account, kit.key->public_key(), {}}};
        write(std::move(one));
        passwords_.push_back(password);
        made_.kits.push_back(std::move(kit));
        made_.states.push_back(std::move(state));
    }

    void add_persons() {
        const Names& known = names();
        unsigned number = 0;
        for (const std::size_t branch : {2U, 3U, 4U}) {
            for (unsigned i = 0; i < planted_in_each_branch; ++i) {
                const std::string identity = id_number(number);
                PlantedPerson planted{{known.person, new_id()},
                                      "MARK-" + std::to_string(number) + "-OF-THE-PLANTED"};
                server::ServerWrite one;
                one.changes = {
                    change_of(planted.key, Operation::create,
                              {{known.name, text("王明")},
                               {known.sex, text("1")},
                               {known.birth_date, Value{*rules::id_number_birth(identity)}},
                               {known.id_number, text(identity)},
                               {known.address, text(planted.mark)},
                               {known.branch, Value{made_.organisations[branch]}},
                               {known.stage, text("10")},
                               {known.applied_on, Value{record::Date{2020, 1, 6}}}})};
                write(std::move(one));
                made_.planted.push_back(std::move(planted));
                ++number;
            }
        }
    }

    void synchronise_all(Network& network) {
        for (std::size_t i = 0; i < made_.kits.size(); ++i) {
            Device device{loop_, network, trace_, i, made_.kits[i], std::move(made_.states[i]), i};
            device.synchronise();
            loop_.run_until(loop_.now() + 10 * second);
            ZHIBU_CHECK(device.last_report().phase == client::SyncPhase::caught_up);
            device.close();
            loop_.run_until(loop_.now() + 60 * second);
            made_.states[i] = device.copy_state();
        }
    }

    EventLoop loop_;
    Trace trace_;
    support::SeededRandom random_{founding_seed};
    Founded made_;
    Committee* committee_ = nullptr;
    record::SpaceId space_;
    RecordId officer_;
    std::vector<Password> passwords_;
};

}  // namespace

Names::Names() {
    const catalog::Catalog& catalog = simulated_catalog();
    const catalog::Kind& persons = catalog.kind("person");
    person = persons.id();
    name = persons.field("name").id();
    sex = persons.field("sex").id();
    birth_date = persons.field("birth_date").id();
    id_number = persons.field("id_number").id();
    branch = persons.field("organisation").id();
    stage = persons.field("stage").id();
    applied_on = persons.field("application_date").id();
    mobile = persons.field("mobile").id();
    address = persons.field("address").id();
    remark = persons.field("remark").id();
    phones = persons.field("phones").id();
    paid_until = persons.field("dues_paid_until").id();
    organisation = catalog.kind("organisation").id();
    const catalog::Kind& accounts = catalog.kind("account");
    account = accounts.id();
    state = accounts.field("state").id();
    scope = accounts.field("organisation").id();
    permission = accounts.field("permission").id();
    const catalog::Kind& windows = catalog.kind("window");
    window = windows.id();
    starts_at = windows.field("starts_at").id();
    ends_at = windows.field("ends_at").id();
    const catalog::Kind& devices = catalog.kind("device");
    device = devices.id();
    device_state = devices.field("state").id();
}

const Names& names() {
    static const Names known;
    return known;
}

const Founded& founded() {
    static const Founded made = [] {
        seed_libraries(founding_seed);
        return Founder{}.found();
    }();
    return made;
}

record::Change change_of(record::RecordKey key, Operation operation, Fields fields) {
    record::Change change{key, operation, {}};
    for (auto& [field, value] : fields) {
        change.fields.push_back({field, std::move(value), {}, {}});
    }
    std::ranges::sort(change.fields, {}, &record::FieldChange::field);
    return change;
}

std::string id_number(unsigned number) {
    const auto two = [](unsigned value) {
        return std::string{static_cast<char>('0' + value / 10 % 10)} +
               static_cast<char>('0' + value % 10);
    };
    const std::string first = "310101198705" + two(1 + number % 28) + two(number / 28) + "1";
    return first + rules::id_number_check(first);
}

}  // namespace zhibu::simulation
