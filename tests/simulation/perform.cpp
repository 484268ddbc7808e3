#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "shared/rules/id_number.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/simulation/world.hpp"

/// What each operation does to the world.
namespace zhibu::simulation {
namespace {

using client::Draft;
using client::DraftChange;
using client::Replica;
using record::Operation;
using record::Value;

constexpr std::int64_t day_ms = day / millisecond;
/// Few persons, so that devices meet on them, and fewer numbers than that, so that two persons get
/// the same.
constexpr std::uint64_t persons_max = 24;
constexpr std::uint32_t id_numbers = 200;
constexpr std::size_t machines_max = 10;

Value text(std::string words) { return Value{std::move(words)}; }

Value full_name(std::string_view family, std::size_t choice) {
    constexpr std::array<std::string_view, 8> given{"伟", "芳", "娜", "敏", "静", "强", "磊", "洋"};
    return text(std::string{family} + std::string{given[choice % 8]} +
                std::string{given[choice / 8 % 8]});
}

/// Draws one edit on what the replica shows.
class Editor {
public:
    Editor(Replica& replica, std::uint64_t seed, const record::RecordId& own_scope)
        : replica_{replica}, random_{seed}, scope_{own_scope} {}

    Draft draw() {
        Draft draft{"edit", {}};
        const std::size_t sort = random_.below(100);
        const auto found = some_person();
        if (!found || (sort < 12 && persons_ < persons_max)) {
            draft.changes.push_back(creation());
            return draft;
        }
        draft.changes.push_back(change_of_person(*found, sort));
        if (sort >= 92) {
            const auto other = some_person();
            if (other && other->key != found->key && !other->retired) {
                draft.changes.push_back({other->key, Operation::update, {a_field()}});
            }
        }
        return draft;
    }

private:
    std::optional<record::RecordState> some_person() {
        client::ListQuery query;
        query.kind = names().person;
        query.with_retired = true;
        query.limit = 1;
        for (const std::uint64_t offset :
             {std::uint64_t{random_.below(persons_max)}, std::uint64_t{0}}) {
            query.offset = offset;
            const auto page = replica_.list(query);
            if (page) {
                persons_ = page->total;
            }
            if (page && !page->records.empty()) {
                return page->records.front();
            }
        }
        return std::nullopt;
    }

    /// A branch, any; the account's own where that is one.
    record::RecordId some_branch() {
        const auto& all = founded().organisations;
        const bool is_branch = std::find(all.begin() + 2, all.end(), scope_) != all.end();
        return is_branch ? scope_ : all[2 + random_.below(all.size() - 2)];
    }

    DraftChange creation() {
        const Names& known = names();
        const std::string identity =
            id_number(100 + static_cast<unsigned>(random_.below(id_numbers)));
        return {{known.person, replica_.new_record_id()},
                Operation::create,
                {{known.name, full_name("刘", random_.below(64))},
                 {known.sex, text("1")},
                 {known.birth_date, Value{*rules::id_number_birth(identity)}},
                 {known.id_number, text(identity)},
                 {known.branch, Value{some_branch()}},
                 {known.stage, text("10")},
                 {known.applied_on, Value{record::Date{2020, 1, 6}}}}};
    }

    DraftChange change_of_person(const record::RecordState& person, std::size_t sort) {
        if (person.retired) {
            return {person.key, Operation::restore, {}};
        }
        if (sort < 20) {
            return {person.key, Operation::retire, {}};
        }
        if (sort < 28) {
            const auto& all = founded().organisations;
            return {person.key,
                    Operation::update,
                    {{names().branch, Value{all[2 + random_.below(all.size() - 2)]}}}};
        }
        DraftChange change{person.key, Operation::update, {a_field()}};
        return change;
    }

    client::DraftField a_field() {
        const Names& known = names();
        switch (random_.below(5)) {
            case 0:
                return {known.name, full_name("张", random_.below(64))};
            case 1:
                return {known.phones,
                        Value{record::make_text_set({std::to_string(10'000 + random_.below(6)),
                                                     std::to_string(10'000 + random_.below(6))})}};
            case 2:
                return {
                    known.paid_until,
                    Value{record::Date{2026, static_cast<std::uint8_t>(1 + random_.below(5)), 28}}};
            case 3:
                return {known.mobile,
                        text("1390000" + std::to_string(1'000 + random_.below(9'000)))};
            default:
                return {known.remark, text("备注" + std::to_string(random_.below(1'000)))};
        }
    }

    Replica& replica_;
    support::SeededRandom random_;
    record::RecordId scope_;
    std::uint64_t persons_ = 0;
};

/// The machine that an operation names.
Device& device_of(World& world, const Step& step) {
    return *world.devices[step.device % world.devices.size()];
}

/// An officer's machine makes one change of the account, its window or the device.
void administer(World& world, DraftChange change) {
    Device& officer = *world.devices.front();
    officer.start(false);
    officer.commit(
        [change = std::move(change)](Replica&) { return Draft{"administer", {change}}; });
}

void set_account(World& world, const Device& device, client::DraftField field) {
    if (device.kit().identity.account == world.devices.front()->kit().identity.account) {
        return;  // nobody takes away the last right to manage
    }
    administer(
        world,
        {{names().account, device.kit().identity.account}, Operation::update, {std::move(field)}});
}

void set_window(World& world, const Schedule& schedule, const Step& step, std::int64_t ends_in_ms) {
    const std::size_t at = step.device % world.devices.size();
    const record::RecordId window =
        at < schedule.cast.size() ? founded().windows[schedule.cast[at]] : record::RecordId{};
    if (window.is_none()) {
        return;
    }
    const std::int64_t now = world.devices.front()->clock().now().milliseconds;
    administer(world, {{names().window, window},
                       Operation::update,
                       {{names().ends_at, Value{record::Instant{now + ends_in_ms}}}}});
}

void suspend(World& world, const Device& device) {
    if (device.number() != 0) {
        administer(world, {{names().device, record::RecordId{device.kit().identity.device.uuid}},
                           Operation::update,
                           {{names().device_state, text("1")}}});
    }
}

void edit(World& world, const Step& step) {
    Device& device = device_of(world, step);
    device.start(false);
    const std::uint64_t seed = std::uint64_t{step.a} << 30U | step.b;
    device.commit([seed, scope = device.kit().scope](Replica& replica) {
        return Editor{replica, seed, scope}.draw();
    });
}

/// Up to 30 days, either way; sometimes only a little.
std::int64_t jump_of(const Step& step) {
    const std::int64_t reach = step.a % 3 == 0 ? 30 * day_ms : 10 * 60'000;
    return static_cast<std::int64_t>(step.b) % (2 * reach) - reach;
}

void clone(World& world, const Step& step) {
    if (world.devices.size() >= machines_max) {
        return;
    }
    Device& device = device_of(world, step);
    world.add_device(device.kit(), device.copy_state());
}

void put_copy_back(World& world, const Step& step) {
    const auto found = world.copies.find(step.device % world.devices.size());
    if (found != world.copies.end()) {
        world.devices[found->first]->put_back(found->second.state->copy());
    }
}

/// Mostly in the midst of writing.
std::size_t changes_until_power_goes(const Step& step) {
    return step.a % 4 == 0 ? 0 : 1 + step.b % 40;
}

void back_up(World& world) {
    world.backups.push_back(std::make_shared<const Backup>(world.committee->back_up()));
    world.committee->start();
}

/// Mostly the newest backup is whole.
std::size_t backup_of(const World& world, const Step& step) {
    const std::size_t newest = world.backups.size() - 1;
    return step.a % 4 == 0 ? step.b % world.backups.size() : newest;
}

void pass_days(World& world, const Step& step) {
    for (const auto& device : world.devices) {
        device->close();
    }
    world.pass(minute);
    world.pass(static_cast<Micros>(1 + step.a % 100) * hour);
}

}  // namespace

void lose_server(World& world, std::size_t backup) {
    Committee& committee = *world.committee;
    committee.stop();
    const record::LogIndex held = world.backups[backup]->through;
    const record::LogIndex held_by_lost_one = world.backups.back()->through;
    for (const LoggedGroup& logged : committee.log()) {
        const auto verdict = sync::decode_verdict(logged.receipt.verdict);
        if (!verdict || logged.index <= held) {
            continue;
        }
        const SavedGroup group{verdict->name, verdict->group_hash};
        // It may be judged otherwise when it comes again.
        world.overheard.erase(group);
        world.lost.insert(group);
        world.brought_back.erase(group);
        if (logged.index <= held_by_lost_one) {
            world.lost_with_backups.insert(group);
        }
    }
    committee.put_back(*world.backups[backup]);
    world.backups.resize(backup + 1);
    committee.start();
}

void perform(World& world, const Schedule& schedule, const Step& step) {
    Device& device = device_of(world, step);
    const std::size_t machine = device.number();
    switch (step.action) {
        case Action::edit:
            return edit(world, step);
        case Action::synchronise:
            return device.synchronise();
        case Action::go_offline:
            return device.stop_synchronising();
        case Action::close_program:
            return device.close();
        case Action::lose_device_power:
            return device.lose_power(changes_until_power_goes(step));
        case Action::lose_server_power:
            return world.committee->lose_power(changes_until_power_goes(step));
        case Action::restart_server:
            return world.committee->start();
        case Action::back_up:
            return back_up(world);
        case Action::lose_server:
            return lose_server(world, backup_of(world, step));
        case Action::cut_wires:
            return world.network.cut(machine);
        case Action::partition:
            return world.network.set_reachable(machine, false);
        case Action::reconnect:
            return world.network.set_reachable(machine, true);
        case Action::set_clock:
            return device.set_clock(jump_of(step));
        case Action::set_server_clock:
            return world.committee->clock().set_offset(jump_of(step));
        case Action::right_clock:
            world.committee->clock().set_offset(0);
            return device.set_clock(0);
        case Action::disable_account:
            return set_account(world, device, {names().state, text("2")});
        case Action::enable_account:
            return set_account(world, device, {names().state, text("1")});
        case Action::change_scope:
            return set_account(
                world, device,
                {names().scope,
                 Value{
                     founded().organisations[1 + step.a % (founded().organisations.size() - 1)]}});
        case Action::close_window:
            return set_window(world, schedule, step, 0);
        case Action::extend_window:
            return set_window(world, schedule, step, 10 * day_ms);
        case Action::suspend_device:
            return suspend(world, device);
        case Action::keep_copy:
            world.copies[machine] = {&device.kit(), device.copy_state()};
            return;
        case Action::put_copy_back:
            return put_copy_back(world, step);
        case Action::clone:
            return clone(world, step);
        case Action::fill_disk:
            return device.disk().set_full(true);
        case Action::empty_disk:
            return device.disk().set_full(false);
        case Action::pass_time:
            return world.pass(static_cast<Micros>(1 + step.a % 30) * minute);
        case Action::pass_days:
            return pass_days(world, step);
        case Action::heal:
            return heal(world, schedule);
    }
}

}  // namespace zhibu::simulation
