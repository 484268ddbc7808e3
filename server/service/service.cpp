#include "server/service/service.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "server/account/ending.hpp"
#include "server/backup/backup_desk.hpp"
#include "server/committer/committer.hpp"
#include "server/device/derivation_desk.hpp"
#include "server/device/enrolment.hpp"
#include "server/device/errands.hpp"
#include "server/founding/store_place.hpp"
#include "server/inspection/inspection_desk.hpp"
#include "server/ledger/incident.hpp"
#include "server/listener/listener.hpp"
#include "server/metrics/metrics.hpp"
#include "server/rekey/rekeyer.hpp"
#include "server/service/cluster_follower.hpp"
#include "server/service/open_files.hpp"
#include "server/session/reading_desk.hpp"
#include "shared/keys/system.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/outbox_entry.hpp"

namespace zhibu::server {
namespace {

/// Each takes a quarter of a gigabyte for a second.
constexpr unsigned derivation_threads = 2;
constexpr std::size_t derivations_waiting_max = 64;

ListenerSettings listener_settings(const Config& config, const ServerKeys& keys) {
    ListenerSettings settings;
    settings.address = config.listen_address;
    settings.port = static_cast<std::uint16_t>(config.listen_port);
    settings.connections_max = static_cast<std::size_t>(config.connections_max);
    settings.handshakes_max = static_cast<std::size_t>(config.handshakes_max);
    settings.server_chain = server_chain(keys);
    settings.trusted_for_devices = to_pem(keys.root) + to_pem(keys.device_authority.certificate);
    return settings;
}

FoundingError explain_listening(const ListenError& error) {
    if (error.fault == ListenError::Fault::address_unusable) {
        return {"监听地址或端口不可用：" + error.detail + "。请检查配置 listen。",
                "The address or port to listen on cannot be used: " + error.detail +
                    ". Check the section listen of the configuration."};
    }
    return {"服务器证书不可用：" + error.detail,
            "The server's certificate cannot be used: " + error.detail};
}

/// The parts of a running server, made in order and dropped in reverse.
class Service {
public:
    Service(ServerFiles files, const Config& config, const catalog::Catalog& catalog, LogLine log,
            ServerKeys keys, OpenedStore opened, std::unique_ptr<Listener> listener)
        : config_{config},
          files_{std::move(files)},
          catalog_{catalog},
          log_{std::move(log)},
          keys_{std::move(keys)},
          opened_{std::move(opened)},
          listener_{std::move(listener)} {}

    ~Service() { end_committing(); }

    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    Stored<void> prepare() {
        ZHIBU_TRY(reader, opened_.store->open_reader());
        ZHIBU_TRY(head, reader->head());
        head_.store(head.position);
        ZHIBU_TRY(backed_up, reader->backed_up());
        backed_up_.store(backed_up.position);
        if (opened_.sealed != nullptr) {
            rekeyer_.emplace(rekeyer_parts(), files_);
            backups_.emplace(backup_parts(), files_);
            inspections_.emplace(
                InspectionDesk::Parts{opened_.store.get(), &keys_, &catalog_, &clock_, log_},
                files_);
        }
        Committer::Settings settings;
        settings.groups_max = static_cast<std::uint32_t>(config_.groups_per_commit_max);
        settings.queued_bytes_max = static_cast<std::size_t>(config_.waiting_bytes_max);
        tail_hours_ =
            std::max({config_.tail_days * 24, config_.lease_hours, config_.lease_hours_temporary});
        settings.tail_kept = std::chrono::hours{tail_hours_};
        settings.group_bytes_max = static_cast<std::uint64_t>(config_.group_bytes_max);
        settings.staged_bytes_max = static_cast<std::uint64_t>(config_.staged_bytes_max);
        settings.waiting_groups_max = static_cast<std::uint64_t>(config_.quarantine_groups_max);
        settings.waiting_bytes_max = static_cast<std::uint64_t>(config_.quarantine_bytes_max);
        ZHIBU_TRY(committer, Committer::start(committer_parts(), settings));
        desk_ = std::make_unique<ReadingDesk>(std::move(reader));
        derivations_ =
            std::make_unique<DerivationDesk>(derivation_threads, derivations_waiting_max);
        committer_ = std::move(committer);
        host_ =
            std::make_unique<SessionHost>(opened_.store->identity(), host_parts(), host_settings());
        ending_ = std::make_unique<AccountEnding>(AccountEnding::Parts{
            &listener_->executor(), committer_.get(), &catalog_, &clock_, log_});
        host_ready_.store(host_.get());
        return {};
    }

    std::expected<std::uint16_t, ListenError> serve_health() {
        if (config_.health_port == 0) {
            return std::uint16_t{0};
        }
        return listener_->serve_health(static_cast<std::uint16_t>(config_.health_port),
                                       [this](const std::string& path) { return monitored(path); });
    }

    /// From here on a signal ends run(), which may still be to come.
    void heed_signals(const RereadConfig& reread) {
        listener_->on_reload_signal([this, reread] {
            take_config(reread());
            take_certificate();
        });
        listener_->on_stop_signal([this] {
            log_("stopping", "");
            is_stopping_ = true;
            ending_->stop();
            host_->stop();
            listener_->stop(std::chrono::seconds{config_.stop_seconds});
        });
    }

    void run() {
        if (opened_.cluster) {
            follower_ = std::make_unique<ClusterFollower>(
                ClusterFollower::Parts{*opened_.cluster, [this] { committer_->follow(); }, log_});
        }
        listener_->executor().post([this] {
            set_limits();
            ending_->look();
        });
        const auto enrolments = std::make_shared<const EnrolmentParts>(enrolment_parts());
        errands_ = std::make_unique<Errands>(enrolments);
        listener_->run(Listener::Accepts{[this] { return host_->accept(); },
                                         [enrolments] { return make_enrolment(enrolments); }});
        end_committing();
    }

    [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

private:
    void take_config(std::expected<Config, std::string> wanted) {
        if (!wanted) {
            log_("config_refused", wanted.error());
            return;
        }
        // The log's tail, which a longer lease would outlast, is measured at the start.
        if (std::max(wanted->lease_hours, wanted->lease_hours_temporary) > tail_hours_) {
            log_("config_needs_restart", "leases");
            wanted->lease_hours = config_.lease_hours;
            wanted->lease_hours_temporary = config_.lease_hours_temporary;
        }
        const ConfigTaken result = take_while_running(config_, *wanted);
        for (const std::string& place : result.needs_restart) {
            log_("config_needs_restart", place);
        }
        for (const std::string& place : result.taken) {
            log_("config_taken", place);
        }
        set_limits();
        host_->set_sessions_max(static_cast<std::size_t>(config_.sessions_max));
        host_->set_leases(lease_lengths());
    }

    /// On the executor.
    void set_limits() {
        const auto wanted = static_cast<std::size_t>(config_.connections_max);
        const std::size_t connections = connections_within_open_files(wanted);
        if (connections < wanted) {
            log_("open_files_too_few",
                 "connections " + std::to_string(connections) + " of " + std::to_string(wanted));
        }
        listener_->set_limits(connections, static_cast<std::size_t>(config_.handshakes_max));
    }

    void take_certificate() {
        auto now = load_server_keys(files_);
        if (!now) {
            log_("certificate_refused", now.error().place);
            return;
        }
        if (now->server.certificate == keys_.server.certificate) {
            return;
        }
        const std::string chain = server_chain(*now);
        const auto taken = now->root == keys_.root
                               ? listener_->use_certificate(chain, now->server.key.to_pem())
                               : std::unexpected{ListenError{
                                     ListenError::Fault::certificate_unusable, "another root"}};
        if (!taken) {
            log_("certificate_refused", taken.error().detail);
            return;
        }
        keys_.server = std::move(now->server);
        log_("certificate_taken", "");
    }

    [[nodiscard]] LeaseLengths lease_lengths() const {
        return {config_.lease_hours, config_.lease_hours_temporary};
    }

    /// The committer finishes what is queued; its notices find no host any more.
    void end_committing() {
        host_ready_.store(nullptr);
        follower_.reset();
        if (backups_) {
            backups_->stop();
            inspections_->stop();
        }
        committer_.reset();
    }

    /// On the executor, as the sessions are.
    std::optional<Monitored> monitored(const std::string& path) {
        const LogIndex head{head_.load()};
        if (path == "/metrics") {
            return Monitored{200, "text/plain; version=0.0.4; charset=utf-8",
                             metrics_.text(gauges(head))};
        }
        if (path != "/health" && path != "/ready") {
            return std::nullopt;
        }
        // Whoever drains, or waits for its store, is well, and takes no more.
        const bool has_store = follower_ == nullptr || follower_->is_linked();
        const bool is_ready = path == "/health" || (!is_stopping_ && has_store);
        const std::string status = is_stopping_ ? "stopping" : has_store ? "ok" : "store_lost";
        return Monitored{is_ready ? 200U : 503U, "application/json",
                         R"({"status":")" + status + R"(","sessions":)" +
                             std::to_string(host_->open_sessions()) + R"(,"log_index":)" +
                             std::to_string(head.position) + "}\n"};
    }

    [[nodiscard]] Gauges gauges(LogIndex head) const {
        Gauges gauges;
        gauges.sessions = host_->open_sessions();
        gauges.head = head;
        gauges.backed_up = LogIndex{backed_up_.load()};
        gauges.now = clock_.now();
        const ListenerCounts counts = listener_->counts();
        gauges.connections = counts.connections;
        gauges.handshakes = counts.handshakes;
        gauges.connections_waiting = counts.waiting;
        for (std::size_t end = 0; end < gate_ends.size(); ++end) {
            gauges.handshake_ends.emplace_back(gate_ends.at(end), counts.left.at(end));
        }
        gauges.put_off = host_->put_off();
        gauges.gave_way = host_->gave_way();
        gauges.lags = host_->lags(head);
        return gauges;
    }

    Rekeyer::Parts rekeyer_parts() {
        Rekeyer::Parts parts;
        parts.store = opened_.sealed;
        parts.keys = &opened_.keys;
        parts.clock = &clock_;
        parts.random = &random_;
        parts.log = log_;
        return parts;
    }

    BackupDesk::Parts backup_parts() {
        BackupDesk::Parts parts;
        parts.means = {
            opened_.sealed, &catalog_, &clock_,
            [this](std::span<const std::uint8_t> bytes) { return keys_.signing_key.sign(bytes); }};
        parts.keys = &opened_.keys;
        parts.random = &random_;
        parts.note_backup = [this](LogIndex through) { committer_->note_backup(through); };
        parts.log = log_;
        return parts;
    }

    Committer::Parts committer_parts() {
        Committer::Parts parts;
        parts.store = opened_.store.get();
        parts.catalog = &catalog_;
        parts.parameters = &config_.rules;
        parts.clock = &clock_;
        parts.random = &random_;
        parts.sign_receipt = [this](std::span<const std::uint8_t> bytes) {
            return keys_.signing_key.sign(bytes);
        };
        parts.sign_group = [this](const Hash& hash) { return keys_.group_key.sign(hash); };
        parts.server_device = keys_.server_device;
        parts.on_commit = [this](const CommitNotice& notice) {
            if (notice.head > LogIndex{}) {
                head_.store(notice.head.position);
            }
            if (notice.backed_up > LogIndex{}) {
                backed_up_.store(notice.backed_up.position);
            }
            if (SessionHost* host = host_ready_.load()) {
                host->on_commit(notice);
                if (notice.control_changed) {
                    listener_->executor().post([this] { ending_->look(); });
                }
            }
        };
        parts.measured = [this](const CommitMeasure& measure) { metrics_.note(measure); };
        parts.stopwatch = [] {
            return std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now().time_since_epoch());
        };
        if (rekeyer_) {
            parts.upkeep = [this] {
                const auto rest = rekeyer_->upkeep();
                // A copy's end is told to the committer, which is not there from the first moment.
                return host_ready_.load() == nullptr
                           ? rest
                           : std::min({rest, backups_->upkeep(), inspections_->upkeep()});
            };
        }
        return parts;
    }

    SessionHost::Parts host_parts() {
        SessionHost::Parts parts;
        parts.executor = &listener_->executor();
        parts.committer = committer_.get();
        parts.desk = desk_.get();
        parts.clock = &clock_;
        parts.random = &random_;
        parts.sign = [this](std::span<const std::uint8_t> bytes) {
            return keys_.signing_key.sign(bytes);
        };
        parts.unbox =
            [this](std::span<const std::uint8_t> box) -> std::optional<record::SealedGroup> {
            auto opened = vault::open_for_server(box, keys_.box_key);
            return opened ? std::optional{std::move(opened->group)} : std::nullopt;
        };
        parts.keep_incident = [this](const sync::IncidentReport& report, const sync::Hello& hello) {
            keep(report, hello);
        };
        parts.do_errand = [this](sync::Errand errand, const sync::Hello& hello,
                                 std::function<void(sync::ErrandReply)> answer) {
            errands_->run(std::move(errand), hello, std::move(answer));
        };
        parts.session_over = [this](const DeviceId& device) {
            if (!is_stopping_) {
                errands_->note_end(device);
            }
        };
        parts.log = log_;
        return parts;
    }

    void keep(const sync::IncidentReport& report, const sync::Hello& hello) {
        log_("incident", to_text(hello.device) + " sort " +
                             std::to_string(static_cast<int>(report.sort)) + " log index " +
                             std::to_string(report.at.position));
        auto write =
            incident_write(report, {hello.device, hello.account}, keys_.signing_key.public_key(),
                           *committer_->control(), catalog_, clock_.now());
        if (!write) {
            return;
        }
        committer_->write(*std::move(write), [this](const auto& written) {
            // One that is kept already is refused.
            if (!written && written.error().fault != ServerWriteFault::refused) {
                log_("incident_not_kept", "");
            }
        });
    }

    SessionHost::Settings host_settings() const {
        SessionHost::Settings settings;
        settings.leases = lease_lengths();
        settings.sessions_max = static_cast<std::size_t>(config_.sessions_max);
        settings.rules = config_.rules;
        return settings;
    }

    EnrolmentParts enrolment_parts() {
        EnrolmentParts parts;
        parts.executor = &listener_->executor();
        parts.committer = committer_.get();
        parts.desk = desk_.get();
        parts.derivations = derivations_.get();
        parts.clock = &clock_;
        parts.random = &random_;
        parts.catalog = &catalog_;
        parts.device_authority = &keys_.device_authority;
        parts.root = keys_.root;
        parts.space = opened_.store->identity().space;
        parts.server_key = keys_.signing_key.public_key();
        parts.server_box_key = keys_.box_key.public_key();
        parts.password_cost =
            keys::Argon2Cost{static_cast<std::uint32_t>(config_.password_memory_kib),
                             static_cast<std::uint32_t>(config_.password_passes),
                             static_cast<std::uint32_t>(config_.password_lanes)};
        parts.is_connected = [this](const DeviceId& device) { return host_->is_connected(device); };
        parts.log = log_;
        return parts;
    }

    /// What a running server can take of another is the executor's.
    Config config_;
    ServerFiles files_;
    /// For how long the log's tail is kept.
    std::int64_t tail_hours_ = 0;
    const catalog::Catalog& catalog_;
    LogLine log_;
    ServerKeys keys_;
    keys::SystemClock clock_;
    keys::SystemRandom random_;
    OpenedStore opened_;
    /// None where the store is no file.
    std::optional<Rekeyer> rekeyer_;
    std::optional<BackupDesk> backups_;
    std::optional<InspectionDesk> inspections_;
    std::unique_ptr<Listener> listener_;
    Metrics metrics_;
    std::atomic<std::uint64_t> head_{0};
    std::atomic<std::uint64_t> backed_up_{0};
    /// The executor's.
    bool is_stopping_ = false;
    std::atomic<SessionHost*> host_ready_{nullptr};
    std::unique_ptr<Committer> committer_;
    std::unique_ptr<ClusterFollower> follower_;
    std::unique_ptr<ReadingDesk> desk_;
    std::unique_ptr<DerivationDesk> derivations_;
    std::unique_ptr<SessionHost> host_;
    std::unique_ptr<AccountEnding> ending_;
    std::unique_ptr<Errands> errands_;
};

}  // namespace

std::expected<void, FoundingError> serve(
    const ServerFiles& files, const Config& config, const catalog::Catalog& catalog, LogLine log,
    const RereadConfig& reread,
    const std::function<void(std::uint16_t port, std::uint16_t health_port)>& ready) {
    auto keys = load_server_keys(files);
    if (!keys) {
        return std::unexpected{explain(keys.error())};
    }
    keys::SystemRandom random;
    ZHIBU_TRY(opened, open_store({files, config.store_key, config.store_cluster},
                                 ClusterUse::shared, catalog, random));
    auto listener = Listener::open(listener_settings(config, *keys), keys->server.key.to_pem());
    if (!listener) {
        return std::unexpected{explain_listening(listener.error())};
    }
    Service service{files,
                    config,
                    catalog,
                    std::move(log),
                    *std::move(keys),
                    std::move(opened),
                    *std::move(listener)};
    if (const auto prepared = service.prepare(); !prepared) {
        return std::unexpected{explain(prepared.error())};
    }
    const auto health = service.serve_health();
    if (!health) {
        return std::unexpected{explain_listening(health.error())};
    }
    service.heed_signals(reread);
    ready(service.port(), *health);
    service.run();
    return {};
}

}  // namespace zhibu::server
