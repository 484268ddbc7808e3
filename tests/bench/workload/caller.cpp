#include <algorithm>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/system.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/bench/workload/fleet.hpp"

namespace zhibu::bench {
namespace {

Moment now() { return std::chrono::steady_clock::now(); }

/// What the session waits for the replica to have done.
template <class Effect>
constexpr bool wants_done = std::is_same_v<Effect, sync::client_effect::AdoptEpoch> ||
                            std::is_same_v<Effect, sync::client_effect::StageTailPart> ||
                            std::is_same_v<Effect, sync::client_effect::ApplyTailParts> ||
                            std::is_same_v<Effect, sync::client_effect::Stage> ||
                            std::is_same_v<Effect, sync::client_effect::SwapIn> ||
                            std::is_same_v<Effect, sync::client_effect::BeginRepair> ||
                            std::is_same_v<Effect, sync::client_effect::StoreLease>;

}  // namespace

Caller::Caller(std::shared_ptr<const FleetWords> words, const record::RecordId& account,
               const record::RecordId& scope, const record::DeviceId& device,
               std::unique_ptr<keys::P256Key> key, client::DeviceCredentials credentials)
    : words_{std::move(words)}, key_{std::move(key)}, credentials_{std::move(credentials)} {
    keys::SystemRandom random;
    position_.space = words_->space;
    position_.device = device;
    position_.incarnation.uuid = record::make_uuid_v4(random);
    position_.account = account;
    position_.epoch = words_->epoch;
    position_.scope = scope;
    position_.catalog_version = catalog::standard_catalog().version();
}

void Caller::make_group(record::Change change) {
    for (record::FieldChange& field : change.fields) {
        field.base = record::confirmed_base(position_.confirmed);
    }
    record::Group group;
    position_.last_sequence.position += 1;
    group.name = {position_.device, position_.incarnation, position_.last_sequence};
    group.previous = last_hash_;
    group.author = position_.account;
    group.made_at = record::next_hybrid_time({}, keys::SystemClock{}.now());
    group.catalog_version = position_.catalog_version;
    group.action = "edit";
    group.changes.push_back(std::move(change));
    record::SealedGroup sealed;
    sealed.bytes = sync::encode(group);
    last_hash_ = keys::sha256(sealed.bytes);
    sealed.signature = key_->sign(last_hash_);
    made_bytes_.push_back(sealed.bytes.size() + sealed.signature.size());
    waiting_.push_back(std::move(sealed));
}

void Caller::send_group(record::Change change) {
    make_group(std::move(change));
    step(sync::client_event::GroupMade{position_.last_sequence});
}

void Caller::call(client::WireClient& wires, std::function<void()> told) {
    told_ = std::move(told);
    session_.emplace(position_, words_->server_key, sync::ClientSession::Settings{});
    last_ = {};
    ended_.reset();
    if (!moments_.called) {
        moments_.called = now();
    }
    wires.connect(words_->endpoint, words_->trust, &credentials_, *this);
}

void Caller::on_open(sync::Wire& wire, const sync::PeerIdentity& peer) {
    wire_ = &wire;
    step(sync::client_event::Opened{peer.channel_binding});
}

void Caller::on_message(std::vector<std::uint8_t> message) {
    step(sync::client_event::Received{std::move(message)});
    if (session_->is_open() && !moments_.admitted) {
        moments_.admitted = now();
        told_();
    }
}

void Caller::on_closed(const sync::WireError& error) {
    wire_ = nullptr;
    if (error.fault != sync::WireFault::closed_here && trouble_.empty()) {
        trouble_ = "closed: " + error.detail;
    }
    last_.wire_error = error;
    ended_ = last_;
    told_();
}

void Caller::step(sync::ClientEvent event) {
    if (wire_ == nullptr) {
        return;
    }
    for (sync::ClientEffect& effect : session_->step(std::move(event))) {
        std::visit([this](auto& each) { perform(each); }, effect);
    }
}

void Caller::perform(sync::client_effect::Send& effect) { wire_->send(std::move(effect.frame)); }

void Caller::perform(const sync::client_effect::Prove& effect) {
    step(sync::client_event::Proved{words_->account_key->sign(effect.transcript)});
}

void Caller::perform(const sync::client_effect::ReadWaiting& effect) {
    sync::client_event::WaitingRead read{{}, effect.after};
    const std::uint64_t before = position_.last_sequence.position - waiting_.size();
    std::size_t bytes = 0;
    while (read.last < position_.last_sequence) {
        const record::SealedGroup& group =
            waiting_.at(static_cast<std::size_t>(read.last.position - before));
        bytes += sync::encoded_size_hint(group);
        if (bytes > effect.bytes_max && !read.groups.empty()) {
            break;
        }
        read.groups.push_back(group);
        read.last.position += 1;
    }
    step(std::move(read));
}

void Caller::perform(const sync::client_effect::StoreVerdicts& effect) {
    for (const record::Receipt& receipt : effect.receipts) {
        const auto verdict = sync::decode_verdict(receipt.verdict);
        if (!verdict || verdict->outcome != record::Outcome::accepted) {
            trouble_ = "a group was not accepted: not a figure";
            continue;
        }
        waiting_.pop_front();
        position_.last_verdict = verdict->name.sequence;
    }
    if (waiting_.empty()) {
        moments_.acknowledged = now();
    }
    told_();
    step(sync::client_event::Done{});
}

void Caller::perform(const sync::client_effect::ApplyTail& effect) {
    for (const sync::TailEntry& entry : effect.entries) {
        if (!entry.own) {
            heard_.push_back(now());
        }
    }
    position_.confirmed = std::max(position_.confirmed, effect.through);
    told_();
    step(sync::client_event::Done{});
}

void Caller::perform(const sync::client_effect::CaughtUp& /*effect*/) {
    moments_.caught_up = now();
    told_();
}

void Caller::perform(const sync::client_effect::Compare& effect) {
    step(sync::client_event::Compared{effect.reply});
}

void Caller::perform(const sync::client_effect::KeepPin& effect) { position_.ledger = effect.pin; }

void Caller::perform(const sync::client_effect::End& effect) {
    last_.refusal = effect.refusal;
    last_.fault = effect.fault;
    if (effect.refusal || effect.fault) {
        trouble_ =
            "the session was ended: " +
            (effect.refusal ? "refusal " + std::to_string(static_cast<int>(effect.refusal->reason))
                            : "fault " + std::to_string(static_cast<int>(*effect.fault))) +
            " " + effect.detail;
    }
    wire_->close();
}

template <class Effect>
void Caller::perform(const Effect& /*effect*/) {
    if constexpr (wants_done<Effect>) {
        step(sync::client_event::Done{});
    }
}

void drive(client::WireClient& wires, const std::function<void()>& begin,
           const std::function<bool()>& is_over, std::chrono::seconds patience) {
    bool in_time = true;
    const auto timer = wires.executor().after(patience, [&] {
        in_time = false;
        wires.stop();
    });
    wires.executor().post(begin);
    wires.run();
    if (!in_time && !is_over()) {
        throw std::runtime_error("the callers did not come to an end in time");
    }
}

}  // namespace zhibu::bench
