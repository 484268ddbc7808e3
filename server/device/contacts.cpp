#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/device/errands.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

/// Who was here when, and what they are told of what lies above them.
namespace zhibu::server {
namespace {

using sync::ErrandReply;
using sync::ErrandSort;
using sync::RefusalReason;

/// Of what a program says its version is.
constexpr std::size_t version_bytes_max = 40;
/// As many as a reply holds.
constexpr std::size_t contacts_told_max = 5'000;

/// What a device says of itself is shown to officers.
std::string plain(std::string_view version) {
    const bool is_plain = version.size() <= version_bytes_max &&
                          std::ranges::all_of(version, [](char c) { return c > ' ' && c <= '~'; });
    return is_plain ? std::string{version} : std::string{};
}

ErrandReply failed(ErrandSort sort) {
    ErrandReply reply;
    reply.sort = sort;
    reply.refused = RefusalReason::server_storage_failed;
    return reply;
}

/// The organisations above, nearest first: their names and types, and nothing else of them.
Stored<std::vector<sync::OrganisationAbove>> read_above(const catalog::Catalog& catalog,
                                                        const Control& control,
                                                        const RecordId& scope,
                                                        StoreReader& reader) {
    const catalog::Kind& kind = catalog.kind("organisation");
    std::vector<sync::OrganisationAbove> found;
    std::optional<RecordId> at = control.superior(scope);
    while (at && found.size() < Control::levels_max) {
        ZHIBU_TRY(state, reader.find({kind.id(), *at}));
        if (!state) {
            break;
        }
        found.push_back({*at, record::to_text(state->value(kind.field("name").id())),
                         record::to_text(state->value(kind.field("type").id()))});
        at = control.superior(*at);
    }
    return found;
}

Stored<std::vector<sync::DeviceContact>> read_contacts(const std::vector<RecordId>& devices,
                                                       StoreReader& reader) {
    std::vector<sync::DeviceContact> found;
    for (const RecordId& each : devices) {
        const DeviceId device{each.uuid};
        ZHIBU_TRY(contact, reader.contact(device));
        if (!contact || found.size() == contacts_told_max) {
            continue;
        }
        ZHIBU_TRY(chain, reader.chain(device, contact->incarnation));
        const std::uint64_t held = chain.last.position;
        const std::uint64_t made = contact->newest.position;
        found.push_back({device, contact->at, false, std::move(contact->version),
                         made > held ? made - held : 0});
    }
    return found;
}

}  // namespace

void Errands::report_in(const sync::Errand& errand, const sync::Hello& hello, Answer answer) {
    Contact contact{hello.device, parts_->clock->now(), plain(errand.text), hello.incarnation,
                    errand.newest};
    parts_->committer->keep(
        [contact = std::move(contact)](StoreTransaction& transaction) {
            return transaction.set_contact(contact);
        },
        // What it is told does not hang on whether this could be kept.
        [](bool /*is_kept*/) {});
    const auto control = parts_->committer->control();
    const Account* account = control->account(hello.account);
    const RecordId scope = account == nullptr ? RecordId{} : account->scope;
    parts_->desk->ask([parts = parts_, control, scope, answer](StoreReader& reader) {
        auto above = read_above(*parts->catalog, *control, scope, reader);
        parts->executor->post([answer, above = std::move(above)]() mutable {
            if (!above) {
                answer(failed(ErrandSort::report_in));
                return;
            }
            ErrandReply reply;
            reply.sort = ErrandSort::report_in;
            reply.is_done = true;
            reply.above = *std::move(above);
            answer(std::move(reply));
        });
    });
}

void Errands::list_contacts(const RecordId& account, Answer answer) {
    const auto control = parts_->committer->control();
    const Account* asking = control->account(account);
    const auto devices =
        asking == nullptr ? std::vector<RecordId>{} : control->devices_within(asking->scope);
    parts_->desk->ask([parts = parts_, devices, answer](StoreReader& reader) {
        auto contacts = read_contacts(devices, reader);
        parts->executor->post([parts, answer, contacts = std::move(contacts)]() mutable {
            if (!contacts) {
                answer(failed(ErrandSort::list_contacts));
                return;
            }
            for (sync::DeviceContact& each : *contacts) {
                each.is_connected = parts->is_connected(each.device);
                if (each.is_connected) {
                    each.at = parts->clock->now();
                }
            }
            ErrandReply reply;
            reply.sort = ErrandSort::list_contacts;
            reply.is_done = true;
            reply.contacts = *std::move(contacts);
            answer(std::move(reply));
        });
    });
}

void Errands::note_end(const DeviceId& device) {
    parts_->committer->keep(
        [device, now = parts_->clock->now()](StoreTransaction& transaction) -> Stored<void> {
            ZHIBU_TRY(contact, transaction.contact(device));
            if (!contact) {
                return {};
            }
            contact->at = std::max(contact->at, now);
            return transaction.set_contact(*contact);
        },
        [](bool /*is_kept*/) {});
}

}  // namespace zhibu::server
