#include "tests/simulation/committee.hpp"

#include <optional>
#include <span>
#include <utility>

#include "shared/record/check.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "tests/simulation/simulated_catalog.hpp"

namespace zhibu::simulation {
namespace {

constexpr std::int64_t server_number = -1;

const std::filesystem::path store_file = "/space";
const std::filesystem::path copied_file = "/backup/space";
const std::filesystem::path waiting_file = "/restoring/space";

std::unique_ptr<server::StoreReader> reader_of(server::Store& store) {
    auto opened = store.open_reader();
    ZHIBU_CHECK(opened.has_value());
    return *std::move(opened);
}

/// Takes the copy away from the disk, to where nothing happens to it.
support::MemoryDisk carried_away(support::MemoryDisk& disk) {
    support::MemoryDisk medium;
    for (const std::string& name : disk.names()) {
        if (name.starts_with(copied_file.string())) {
            medium.set_content(name, disk.content(name));
            disk.remove(name);
        }
    }
    disk.sync_folder();
    return medium;
}

/// SQLite keeps VFSs by name until the process ends.
std::string unused_name() {
    static std::uint64_t made = 0;
    return "committee-" + std::to_string(++made);
}

}  // namespace

/// One run of the server's program; parts go in the reverse order.
struct Committee::Program {
    Program(EventLoop& loop, support::SeededRandom& random)
        : listener{loop, life, random.below(1U << 30U)},
          committing{loop, life, random.below(1U << 30U)},
          reading{loop, life, random.below(1U << 30U)} {}

    Life life = std::make_shared<bool>(true);
    Strand listener;
    Strand committing;
    Strand reading;
    std::unique_ptr<server::Store> store;
    /// Kept, since a connection of its own reads all tables' making first.
    std::unique_ptr<server::StoreReader> watcher;
    std::unique_ptr<server::Committer> committer;
    std::unique_ptr<server::ReadingDesk> desk;
    std::unique_ptr<server::SessionHost> host;
};

Committee::Committee(EventLoop& loop, Network& network, Trace& trace, const CommitteeKeys& keys,
                     support::MemoryDisk disk, std::uint64_t seed)
    : loop_{loop},
      network_{network},
      trace_{trace},
      keys_{keys},
      name_{unused_name()},
      disk_{std::move(disk)},
      random_{seed},
      clock_{loop},
      folder_{disk_},
      pages_{name_ + "-pages", disk_},
      sealed_{name_ + "-sealed", name_ + "-pages"},
      volume_{folder_, sealed_} {}

Committee::~Committee() { end_program(); }

void Committee::note(std::string_view what, std::uint64_t detail) {
    trace_.note(loop_.now(), what, server_number, detail);
}

server::SealedPlace Committee::place() { return {store_file, keys_.store, &random_, &volume_}; }

server::Committer::Parts Committee::committer_parts(server::Store& store) {
    server::Committer::Parts parts;
    parts.store = &store;
    parts.catalog = &simulated_catalog();
    parts.parameters = &rules_;
    parts.clock = &clock_;
    parts.random = &random_;
    parts.sign_receipt = [this](std::span<const std::uint8_t> bytes) {
        return keys_.receipts.sign(bytes);
    };
    parts.sign_group = [this](const record::Hash& hash) { return keys_.groups.sign(hash); };
    parts.server_device = keys_.server_device;
    parts.on_commit = [](const server::CommitNotice&) {};
    return parts;
}

void Committee::start() {
    if (program_) {
        return;
    }
    program_ = std::make_unique<Program>(loop_, random_);
    Program& program = *program_;
    program.store = open_store();
    auto parts = committer_parts(*program.store);
    parts.executor = &program.committing;
    parts.on_commit = [this, &program](const server::CommitNotice& notice) {
        if (*program.life && program.host) {
            note("committed", notice.head.position);
            program.host->on_commit(notice);
        }
    };
    auto committer = server::Committer::start(std::move(parts), {});
    ZHIBU_CHECK(committer.has_value());
    program.committer = *std::move(committer);
    program.desk =
        std::make_unique<server::ReadingDesk>(reader_of(*program.store), program.reading);
    server::SessionHost::Settings settings;
    settings.rules = rules_;
    program.host =
        std::make_unique<server::SessionHost>(program.store->identity(), host_parts(), settings);
    network_.serve({program.life, &program.listener},
                   [host = program.host.get()] { return host->accept(); });
    note("server_started");
}

server::SessionHost::Parts Committee::host_parts() {
    server::SessionHost::Parts parts;
    parts.executor = &program_->listener;
    parts.committer = program_->committer.get();
    parts.desk = program_->desk.get();
    parts.clock = &clock_;
    parts.random = &random_;
    parts.sign = [this](std::span<const std::uint8_t> bytes) { return keys_.receipts.sign(bytes); };
    parts.unbox = [this](std::span<const std::uint8_t> box) -> std::optional<record::SealedGroup> {
        auto opened = vault::open_for_server(box, keys_.box);
        return opened ? std::optional{std::move(opened->group)} : std::nullopt;
    };
    parts.log = [this](std::string_view event, std::string_view ids) {
        note("log", Trace::hash_of(event) ^ Trace::hash_of(ids));
        if (trace_.is_read()) {
            trace_.say(loop_.now(), std::string{event} + " " + std::string{ids});
        }
    };
    return parts;
}

std::unique_ptr<server::Store> Committee::open_store() {
    auto store = server::open_sqlite_store(place(), simulated_catalog());
    ZHIBU_CHECK(store.has_value());
    return *std::move(store);
}

std::vector<LoggedGroup> Committee::log() {
    ZHIBU_CHECK(!program_);
    return read_log(sealed_, place().file, keys_.store, random_);
}

void Committee::stop() {
    if (program_) {
        note("server_stopped");
        end_program();
    }
}

void Committee::end_program() {
    if (program_) {
        *program_->life = false;
        network_.server_is_gone();
        program_.reset();
    }
}

void Committee::lose_power(std::size_t in_changes) {
    if (!program_ || in_changes == 0) {
        auto image = disk_.after_power_cut(random_);
        end_program();
        disk_ = std::move(image);
        note("server_power_lost");
        return;
    }
    disk_.look_before(in_changes, [this, life = program_->life] {
        if (!*life) {
            return;
        }
        *life = false;
        auto image = std::make_shared<support::MemoryDisk>(disk_.after_power_cut(random_));
        loop_.at(loop_.now(), [this, image] {
            end_program();
            disk_ = std::move(*image);
            note("server_power_lost_in_write");
        });
    });
}

server::StoreAccess Committee::access() {
    return {folder_, [this](const std::filesystem::path& store) {
                auto at = place();
                at.file = store;
                return std::expected<server::SealedPlace, server::FoundingError>{std::move(at)};
            }};
}

Backup Committee::back_up() {
    stop();
    const auto through = server::back_up(access(), store_file, copied_file, simulated_catalog());
    ZHIBU_CHECK(through.has_value());
    note("backed_up", through->position);
    return {carried_away(disk_), *through, begun_};
}

void Committee::put_back(const Backup& backup) {
    end_program();
    disk_ = backup.medium.after_kill();
    const auto begins = server::put_back(access(), copied_file, waiting_file, store_file,
                                         simulated_catalog(), random_);
    ZHIBU_CHECK(begins == backup.through);
    static_cast<void>(carried_away(disk_));
    begun_ = backup.begun;
    begun_.push_back(*begins);
    note("put_back", begins->position);
}

void Committee::write(std::vector<record::Change> changes, std::function<void(bool)> done) {
    if (!program_) {
        return;
    }
    server::ServerWrite write;
    write.action = "set_up";
    write.changes = std::move(changes);
    program_->committer->write(std::move(write), [done = std::move(done)](const auto& result) {
        done(result.has_value());
    });
}

server::Committer& Committee::committer() { return *program_->committer; }

server::StoreReader& Committee::reader() {
    if (!program_->watcher) {
        program_->watcher = reader_of(*program_->store);
    }
    return *program_->watcher;
}

record::LogIndex Committee::head() {
    const auto newest = reader().head();
    ZHIBU_CHECK(newest.has_value());
    return *newest;
}

record::SpaceId Committee::space() const { return program_->store->identity().space; }

record::EpochId Committee::epoch() const { return program_->store->identity().epoch; }

}  // namespace zhibu::simulation
