#include "tests/simulation/device.hpp"

#include <algorithm>
#include <string>

#include "shared/record/check.hpp"
#include "tests/simulation/sealed_reading.hpp"
#include "tests/simulation/simulated_catalog.hpp"

namespace zhibu::simulation {
namespace {

using client::Access;
using client::AccessFault;
using client::ReplicaError;
using client::Safe;

client::IdentityFiles files() { return {"/zhibu"}; }

/// SQLite keeps VFSs by name until the process ends, and many devices live in one.
std::string unused_name() {
    static std::uint64_t made = 0;
    return "device-" + std::to_string(++made);
}

/// Whether a new replica, filled by the server, puts it right.
bool is_lost(const ReplicaError& error) {
    return error.fault == client::ReplicaFault::damaged ||
           error.fault == client::ReplicaFault::not_there;
}

/// Why a report has the program erase what opens the replica, as client/cli has it.
std::optional<vault::LeaseEnding> ending_for(const client::SyncReport& report) {
    if (report.phase != client::SyncPhase::ended) {
        return std::nullopt;
    }
    if (report.replica_error && report.replica_error->fault == client::ReplicaFault::forked) {
        return vault::LeaseEnding::damaged;
    }
    if (!report.refusal || !client::ends_work(report.refusal->reason)) {
        return std::nullopt;
    }
    using enum sync::RefusalReason;
    const auto reason = report.refusal->reason;
    return reason == account_disabled || reason == account_deleted
               ? vault::LeaseEnding::account_disabled
               : vault::LeaseEnding::over;
}

/// A program looks four times a second whether it is to lock.
constexpr Micros tick = 250 * millisecond;

constexpr std::size_t password_key_bytes = 32;

}  // namespace

DeviceState DeviceState::copy() const {
    return {disk.after_kill(), keys::SecretBytes{kept.span()}, saved};
}

/// One run of the client's program.
struct Device::Program {
    Program(EventLoop& loop, support::SeededRandom& random)
        : wires{loop, life, random.below(1U << 30U)},
          desk_thread{loop, life, random.below(1U << 30U)} {}

    Life life = std::make_shared<bool>(true);
    Strand wires;
    Strand desk_thread;
    std::shared_ptr<Access> access;
    std::shared_ptr<client::DeviceOutbox> outbox;
    std::shared_ptr<client::ServerHistory> history;
    record::IncarnationId incarnation;
    std::optional<record::Instant> lease_ends;
    std::unique_ptr<client::ReplicaDesk> desk;
    /// Goes first: its session's work refers to the desk.
    std::unique_ptr<client::SyncAgent> agent;
};

Device::Device(EventLoop& loop, Network& network, Trace& trace, std::size_t number,
               const DeviceKit& kit, DeviceState state, std::uint64_t seed)
    : loop_{loop},
      network_{network},
      trace_{trace},
      number_{number},
      kit_{kit},
      name_{unused_name()},
      state_{std::move(state)},
      random_{seed},
      clock_{loop},
      folder_{state_.disk},
      pages_{name_ + "-pages", state_.disk},
      sealed_{name_ + "-sealed", name_ + "-pages"},
      volume_{folder_, sealed_} {}

Device::~Device() { end_program(); }

void Device::note(std::string_view what, std::uint64_t detail) {
    trace_.note(loop_.now(), what, static_cast<std::int64_t>(number_), detail);
}

void Device::start(bool renewal) {
    obey_lease();
    if (program_) {
        return;
    }
    program_ = std::make_unique<Program>(loop_, random_);
    auto replica = open_replica(renewal);
    const auto status = replica ? replica->status()
                                : std::expected<client::ReplicaStatus, ReplicaError>{std::unexpect};
    if (!status) {
        note("locked");
        end_program();
        return;
    }
    program_->incarnation = status->incarnation;
    if (status->lease) {
        program_->lease_ends = status->lease->expires_at;
    }
    program_->desk =
        std::make_unique<client::ReplicaDesk>(std::move(replica), program_->desk_thread);
    note("opened", Trace::hash_of(status->incarnation.uuid.bytes));
}

/// As client/cli does it, without the questions.
std::unique_ptr<client::Replica> Device::open_replica(bool renewal) {
    Safe safe{files(), folder_, random_};
    if (!safe.erase_if_over(clock_.now())) {
        note("no_lease_file");
        return nullptr;
    }
    auto kept = safe.open_kept(state_.kept, kit_.identity);
    if (!kept) {
        // A lease without its data key: the person would be asked for the password.
        kept.emplace();
        kept->password_key = {keys::SecretBytes{state_.kept.span().first(password_key_bytes)},
                              kit_.identity.password_salt,
                              {}};
        kept->sealed_because = AccessFault::damaged;
    }
    program_->access = std::make_shared<Access>(*std::move(kept));
    auto outbox =
        client::DeviceOutbox::open(files(), kit_.identity, program_->access, folder_, random_);
    if (!outbox) {
        note("no_outbox");
        return nullptr;
    }
    program_->outbox = *std::move(outbox);
    program_->history = std::make_shared<client::ServerHistory>(files(), folder_);
    const auto place = [&] {
        return client::SealedPlace{files().replica(), program_->access->ring(), program_->outbox,
                                   &volume_};
    };
    const catalog::Catalog& catalog = simulated_catalog();
    if (program_->access->data_key) {
        auto replica = client::Replica::open(place(), catalog, clock_, random_);
        if (replica) {
            const auto status = (*replica)->status();
            const bool is_known = status && safe.know(status->latest_time);
            if (!status || !safe.over_at(status->latest_time)) {
                return is_known ? *std::move(replica) : nullptr;
            }
            note("over_by_its_time");
            replica->reset();
            if (!safe.erase_if_over(clock_.now())) {
                return nullptr;
            }
        } else {
            note("not_opened", static_cast<std::uint64_t>(replica.error().fault));
            trace_.say(loop_.now(), replica.error().place);
            if (!is_lost(replica.error())) {
                return nullptr;
            }
        }
    }
    if (!renewal || !safe.start_anew(*program_->access)) {
        return nullptr;
    }
    const client::Identity& identity = kit_.identity;
    auto made = client::Replica::create(
        place(), {identity.space, identity.device, identity.account}, catalog, clock_, random_);
    if (!made) {
        note("not_made", static_cast<std::uint64_t>(made.error().fault));
        trace_.say(loop_.now(), made.error().place);
        return nullptr;
    }
    if (*program_->life) {
        state_.kept = Safe::kept(*program_->access);
    }
    note("renewed");
    return *std::move(made);
}

bool Device::is_synchronising() const {
    return program_ && program_->agent && report_.phase != client::SyncPhase::ended;
}

bool Device::has_lasting_lease() const {
    constexpr std::int64_t minute_ms = 60'000;
    return program_ && program_->lease_ends &&
           clock_.now().milliseconds + minute_ms < program_->lease_ends->milliseconds;
}

bool Device::has_deliveries(const record::EpochId& epoch) const {
    return program_ && std::ranges::any_of(program_->outbox->deliveries(program_->incarnation),
                                           [&](const sync::Delivery& each) {
                                               return each.epoch != epoch || each.after < each.last;
                                           });
}

void Device::synchronise() {
    start(true);
    if (!program_ || is_synchronising()) {
        return;
    }
    report_ = {};
    Program& program = *program_;
    program.agent =
        std::make_unique<client::SyncAgent>(agent_parts(), client::SyncAgent::Mode::follow);
    program.wires.post([&program] { program.agent->start(); });
}

client::SyncAgent::Parts Device::agent_parts() {
    Program& program = *program_;
    client::SyncAgent::Parts parts;
    parts.executor = &program.wires;
    parts.desk = program.desk.get();
    parts.random = &random_;
    parts.connect = [this, &program](sync::WireEvents& events) {
        network_.connect(number_, kit_.identity.device, {program.life, &program.wires}, events);
    };
    auto key = client::account_key(*program.access);
    ZHIBU_CHECK(key.has_value());
    parts.prove = [proof = std::make_shared<const keys::Ed25519Key>(*std::move(key))](
                      std::span<const std::uint8_t> bytes) { return proof->sign(bytes); };
    parts.keep_lease =
        [this, &program](
            const sync::Lease& lease,
            std::span<const std::uint8_t> secret) -> std::expected<void, ReplicaError> {
        const auto taken = Safe{files(), folder_, random_}.take_lease(*program.access, lease,
                                                                      secret, clock_.now());
        if (!taken) {
            ReplicaError error;
            error.fault = taken.error() == AccessFault::storage_failed
                              ? client::ReplicaFault::storage_failed
                              : client::ReplicaFault::lease_over;
            error.place = "lease";
            return std::unexpected{std::move(error)};
        }
        if (*program.life) {
            state_.kept = Safe::kept(*program.access);
            program.lease_ends = lease.expires_at;
            program.wires.post([this] { look_at_clock(); });
        }
        return {};
    };
    parts.deliveries = [outbox = program.outbox](const record::IncarnationId& current) {
        return outbox->deliveries(current);
    };
    parts.boxed = [outbox = program.outbox](const sync::client_effect::ReadBoxed& wish) {
        return outbox->boxed(wish);
    };
    parts.boxed_part = [outbox = program.outbox](const sync::client_effect::ReadPart& wish) {
        return outbox->boxed_part(wish);
    };
    parts.handed_in = [outbox = program.outbox](const sync::client_effect::StoreHandedIn& done) {
        outbox->handed_in(done);
    };
    parts.ledger = [history = program.history] { return history->pin(); };
    parts.keep_pin = [history = program.history](const sync::LedgerPin& pin) {
        history->keep(pin);
    };
    parts.note_finding = [this, history = program.history](const sync::LedgerFinding& finding) {
        history->note(finding, clock_.now());
    };
    parts.head_seen = [outbox = program.outbox](const sync::client_effect::StoreHead& seen) {
        outbox->head_seen(seen);
    };
    parts.backed_up = [outbox = program.outbox](
                          const sync::client_effect::StoreWatermark& watermark,
                          const record::GroupName& covered) {
        outbox->backed_up(watermark, covered);
    };
    parts.server_key = kit_.identity.server_key;
    parts.catalog_version = simulated_catalog().version();
    parts.protocol_newest = protocol_newest_;
    parts.report = [this](const client::SyncReport& report) { take_report(report); };
    parts.replica_changed = [] {};
    return parts;
}

void Device::take_report(const client::SyncReport& report) {
    report_ = report;
    if (report.refusal) {
        refused_ = report.refusal->reason;
    } else if (report.phase == client::SyncPhase::caught_up) {
        refused_.reset();
    }
    note("report",
         static_cast<std::uint64_t>(report.phase) << 32U |
             (report.refusal ? static_cast<std::uint64_t>(report.refusal->reason) + 1 : 0U));
    const auto ending = ending_for(report);
    if (!ending) {
        return;
    }
    loop_.at(loop_.now() + tick, [this, life = program_->life, why = *ending] {
        if (*life) {
            end_program();
            note("erased");
            static_cast<void>(Safe{files(), folder_, random_}.erase(why));
        }
    });
}

void Device::look_at_clock() {
    if (program_) {
        loop_.at(loop_.now() + tick, [this, life = program_->life] {
            if (*life) {
                obey_lease();
            }
        });
    }
}

void Device::set_clock(std::int64_t milliseconds) {
    clock_.set_offset(milliseconds);
    look_at_clock();
}

void Device::obey_lease() {
    if (program_ && program_->lease_ends && clock_.now() >= *program_->lease_ends) {
        note("lease_over");
        end_program();
        static_cast<void>(Safe{files(), folder_, random_}.erase_if_over(clock_.now()));
    }
}

void Device::stop_synchronising() {
    if (is_synchronising()) {
        program_->wires.post([agent = program_->agent.get()] { agent->stop(); });
    }
}

void Device::close() {
    if (program_) {
        note("closed");
        end_program();
    }
}

void Device::end_program() {
    if (!program_) {
        return;
    }
    *program_->life = false;
    network_.client_is_gone(number_);
    report_ = {};
    report_.phase = client::SyncPhase::ended;
    program_.reset();
}

void Device::lose_power(std::size_t in_changes) {
    if (!program_ || in_changes == 0) {
        auto image = state_.disk.after_power_cut(random_);
        end_program();
        state_.disk = std::move(image);
        note("power_lost");
        return;
    }
    state_.disk.look_before(in_changes, [this, life = program_->life] {
        if (!*life) {
            return;
        }
        *life = false;
        auto image = std::make_shared<support::MemoryDisk>(state_.disk.after_power_cut(random_));
        loop_.at(loop_.now(), [this, life, image] {
            ZHIBU_CHECK(!program_ || program_->life == life);
            end_program();
            state_.disk = std::move(*image);
            note("power_lost_in_write");
        });
    });
}

void Device::with_replica(std::function<void(client::Replica&)> work) {
    if (program_) {
        program_->desk->ask(std::move(work));
    }
}

void Device::commit(std::function<client::Draft(client::Replica&)> draft) {
    if (!program_) {
        return;
    }
    Program& program = *program_;
    program.desk->ask([this, &program, draft = std::move(draft)](client::Replica& replica) {
        record::Hash hash{};
        const auto done = replica.commit(draft(replica), [&](const record::Hash& signed_hash) {
            hash = signed_hash;
            return kit_.key->sign(signed_hash);
        });
        if (!*program.life) {
            return;  // nobody was told
        }
        note(done ? "saved" : "refused",
             done ? done->sequence.position : static_cast<std::uint64_t>(done.error().fault));
        if (!done && trace_.is_read()) {
            for (const auto& finding : done.error().findings) {
                trace_.say(loop_.now(), finding.rule);
            }
        }
        if (done && done->sequence.position != 0) {
            state_.saved.insert(
                {{kit_.identity.device, program.incarnation, done->sequence}, hash});
            program.wires.post([&program, last = done->sequence] {
                if (program.agent) {
                    program.agent->group_made(last);
                }
            });
        }
    });
}

std::vector<client::NotedFinding> Device::findings() {
    return client::ServerHistory{files(), folder_}.findings();
}

DeviceState Device::copy_state() const { return state_.copy(); }

void Device::put_back(DeviceState state) {
    end_program();
    state_ = std::move(state);
    note("put_back");
}

std::vector<std::uint8_t> Device::pages() {
    ZHIBU_CHECK(!program_);
    const auto kept = Safe{files(), folder_, random_}.open_kept(state_.kept, kit_.identity);
    if (!kept || !kept->data_key || !folder_.has(files().replica())) {
        return {};
    }
    return read_pages(sealed_, files().replica(), kept->ring(), random_);
}

}  // namespace zhibu::simulation
