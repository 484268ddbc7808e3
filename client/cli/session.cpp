#include "client/cli/session.hpp"

#include <boost/json.hpp>

#include "client/cli/text_table.hpp"
#include "client/cli/unlocking.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

void print_error(Console& console, std::string_view text) {
    if (console.json) {
        console.out << boost::json::serialize(boost::json::object{{"error", text}}) << '\n';
    } else {
        console.err << printable(text) << '\n';
    }
}

Exit exit_for(ReplicaFault fault) {
    switch (fault) {
        case ReplicaFault::no_lease:
        case ReplicaFault::lease_over:
        case ReplicaFault::outside_window:
        case ReplicaFault::read_only:
        case ReplicaFault::clock_went_back:
        case ReplicaFault::refused:
        case ReplicaFault::wrong_value:
            return Exit::refused;
        case ReplicaFault::unknown_kind:
        case ReplicaFault::unknown_field:
        case ReplicaFault::unknown_record:
        case ReplicaFault::record_exists:
        case ReplicaFault::record_retired:
        case ReplicaFault::named_twice:
            return Exit::usage;
        case ReplicaFault::not_there:
        case ReplicaFault::already_there:
        case ReplicaFault::in_use:
        case ReplicaFault::damaged:
        case ReplicaFault::other_version:
        case ReplicaFault::storage_full:
        case ReplicaFault::storage_failed:
        case ReplicaFault::group_too_large:
        case ReplicaFault::contradiction:
        case ReplicaFault::forked:
            return Exit::failed;
    }
    return Exit::failed;
}

std::string_view text_of(IdentityFault fault, Language language) {
    const bool zh = language == Language::zh;
    switch (fault) {
        case IdentityFault::not_enrolled:
            return zh ? "本机尚未登记。请先用党委给的登记码登记：zhibu enrol。"
                      : "This machine is not enrolled. Enrol it with your committee's code: zhibu "
                        "enrol.";
        case IdentityFault::already_enrolled:
            return zh ? "此文件夹已登记过一个账号，没有作任何更改。如要另设账号，请用 --data "
                        "指定另一个文件夹。"
                      : "This folder is enrolled already; nothing was changed. For another "
                        "account, "
                        "name another folder with --data.";
        case IdentityFault::damaged:
            return zh ? "登记文件已损坏。副本未受影响。请联系党委管理员重新登记。"
                      : "The enrolment's file is damaged. The replica is safe. Ask your committee "
                        "to enrol this device anew.";
        case IdentityFault::storage_failed:
            return zh ? "读写登记文件出错，没有作任何更改。请检查磁盘和权限。"
                      : "The enrolment's files cannot be read or written; nothing was changed. "
                        "Check the disk and its permissions.";
    }
    return {};
}

}  // namespace

Exit fail(Console& console, const ReplicaError& error) {
    print_error(console, explain(error, console.language));
    return exit_for(error.fault);
}

Exit fail(Console& console, const IdentityError& error) {
    std::string text{text_of(error.fault, console.language)};
    if (!error.place.empty()) {
        text += " (" + error.place + ")";
    }
    print_error(console, text);
    return Exit::failed;
}

std::string explain(Console& console, AccessFault fault, Language language) {
    const bool zh = language == Language::zh;
    std::string words = explain(fault, language);
    const auto next =
        Safe{console.files, console.disk, console.random}.opens_next(console.clock.now());
    if (fault == AccessFault::lease_over && next) {
        words += (zh ? "下次维护时段：" : " The edit window opens next at ") + local_minute(*next) +
                 (zh ? "。" : ".");
    }
    return words;
}

Exit fail(Console& console, AccessFault fault) {
    print_error(console, explain(console, fault, console.language));
    const bool is_refusal = fault != AccessFault::damaged && fault != AccessFault::storage_failed &&
                            fault != AccessFault::out_of_memory;
    return is_refusal ? Exit::refused : Exit::failed;
}

Exit fail(Console& console, Exit exit, std::string_view zh, std::string_view en) {
    print_error(console, console.language == Language::zh ? zh : en);
    return exit;
}

namespace {

/// Whether a new replica, filled by the server, puts it right.
bool is_lost(const ReplicaError& error) {
    return error.fault == ReplicaFault::damaged || error.fault == ReplicaFault::not_there;
}

std::expected<OpenReplica, Exit> open_by_words(Console& console, Renewal renewal) {
    auto identity = load_identity(console.files);
    if (!identity) {
        return std::unexpected{fail(console, identity.error())};
    }
    auto access = unlock_device(console, *identity);
    if (!access) {
        return std::unexpected{access.error()};
    }
    auto opened = open_with(console, *std::move(identity), *std::move(access), renewal);
    if (!opened) {
        return std::unexpected{
            std::visit([&](const auto& error) { return fail(console, error); }, opened.error())};
    }
    return *std::move(opened);
}

/// A replica knows of its changes and contacts how late it was, whatever became of the file beside
/// it that says so. Where its lease was over by then, both are erased; the value is why. Errors:
/// what keeps that file from being read or written.
std::expected<std::optional<AccessFault>, AccessFault> erased_by_its_time(
    Console& console, std::unique_ptr<Replica>& replica) {
    const auto status = replica->status();
    if (!status) {
        return std::nullopt;
    }
    Safe safe{console.files, console.disk, console.random};
    const auto known = safe.know(status->latest_time);
    if (!safe.over_at(status->latest_time)) {
        ZHIBU_TRY_VOID(known);
        return std::nullopt;
    }
    replica.reset();
    ZHIBU_TRY_VOID(safe.erase_if_over(console.clock.now()));
    return safe.over_at(console.clock.now());
}

}  // namespace

std::expected<OpenReplica, OpeningError> open_with(Console& console, Identity identity,
                                                   std::shared_ptr<Access> access,
                                                   Renewal renewal) {
    auto outbox = DeviceOutbox::open(console.files, identity, access, console.disk, console.random);
    if (!outbox) {
        return std::unexpected{OpeningError{outbox.error()}};
    }
    auto history = std::make_shared<ServerHistory>(console.files, console.disk);
    const auto place = [&] {
        return SealedPlace{console.files.replica(), access->ring(), *outbox};
    };
    const catalog::Catalog& catalog = catalog::standard_catalog();
    AccessFault lost = access->sealed_because;
    if (access->data_key) {
        auto replica = Replica::open(place(), catalog, console.clock, console.random);
        if (!replica && !is_lost(replica.error())) {
            return std::unexpected{OpeningError{std::move(replica).error()}};
        }
        lost = AccessFault::damaged;
        if (replica) {
            const auto over = erased_by_its_time(console, *replica);
            if (!over) {
                return std::unexpected{OpeningError{over.error()}};
            }
            if (!*over) {
                return OpenReplica{std::move(identity), std::move(access), *std::move(outbox),
                                   *std::move(replica), std::move(history)};
            }
            lost = **over;
        }
    }
    if (renewal == Renewal::refused) {
        return std::unexpected{OpeningError{lost}};
    }
    Safe safe{console.files, console.disk, console.random};
    if (const auto anew = safe.start_anew(*access); !anew) {
        return std::unexpected{OpeningError{anew.error()}};
    }
    auto made = Replica::create(place(), {identity.space, identity.device, identity.account},
                                catalog, console.clock, console.random);
    if (!made) {
        return std::unexpected{OpeningError{std::move(made).error()}};
    }
    return OpenReplica{std::move(identity), std::move(access), *std::move(outbox), *std::move(made),
                       std::move(history)};
}

std::expected<OpenReplica, Exit> open_replica(Console& console) {
    return open_by_words(console, Renewal::refused);
}

std::expected<OpenReplica, Exit> open_or_renew_replica(Console& console) {
    return open_by_words(console, Renewal::allowed);
}

std::expected<SignHash, Exit> load_signer(Console& console) {
    const auto pem = load_device_key(console.files);
    if (!pem) {
        return std::unexpected{fail(console, pem.error())};
    }
    auto key = keys::P256Key::from_pem(*pem);
    if (!key) {
        return std::unexpected{
            fail(console, IdentityError{IdentityFault::damaged, console.files.device_key()})};
    }
    auto shared = std::make_shared<keys::P256Key>(*std::move(key));
    return SignHash{[shared](const record::Hash& hash) { return shared->sign(hash); }};
}

}  // namespace zhibu::client
