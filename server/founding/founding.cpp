#include "server/founding/founding.hpp"

#include <cstdint>
#include <expected>
#include <future>
#include <span>
#include <string_view>
#include <utility>

#include "server/committer/committer.hpp"
#include "server/committer/genesis.hpp"
#include "server/founding/key_files.hpp"
#include "server/founding/store_key.hpp"
#include "server/founding/store_place.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"
#include "shared/record/random.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::server {
namespace {

FoundingError refused(const ServerWriteError& error) {
    FoundingError explained{"没有建立组织空间：", "The space was not founded: "};
    for (const record::Reason& reason : error.reasons) {
        explained.zh += rules::message(reason.rule, catalog::Language::zh, reason.parameters);
        explained.en += rules::message(reason.rule, catalog::Language::en, reason.parameters);
    }
    if (error.reasons.empty()) {
        explained.zh += "存储出错。";
        explained.en += "the store failed.";
    }
    return explained;
}

record::FieldChange set(const catalog::Kind& kind, std::string_view field, record::Value value) {
    record::FieldChange change;
    change.field = kind.field(field).id();
    change.value = std::move(value);
    return change;
}

/// The record of a code for the first administrator.
ServerWrite code_write(const catalog::Catalog& catalog, const FoundedSpace& founded,
                       const keys::EnrolmentCode& code, record::Instant now,
                       record::Random& random) {
    const catalog::Kind& kind = catalog.kind("enrolment_code");
    record::Change change;
    change.record = RecordKey{kind.id(), RecordId{record::make_uuid_v7(now, random)}};
    change.operation = record::Operation::create;
    change.fields = {
        set(kind, "account", founded.account), set(kind, "organisation", founded.organisation),
        set(kind, "number", *keys::enrolment_code_hash(keys::secret_text(code))),
        set(kind, "expires_at",
            record::Instant{now.milliseconds + keys::enrolment_code_minutes_max * 60'000}),
        set(kind, "activates", true)};
    ServerWrite write;
    write.action = "invite";
    write.changes.push_back(std::move(change));
    return write;
}

std::expected<void, ServerWriteError> write_and_wait(Committer& committer, ServerWrite write) {
    std::promise<std::expected<LogIndex, ServerWriteError>> done;
    committer.write(std::move(write),
                    [&done](auto written) { done.set_value(std::move(written)); });
    auto written = done.get_future().get();
    if (!written) {
        return std::unexpected{std::move(written).error()};
    }
    return {};
}

}  // namespace

std::expected<std::string, FoundingError> found(const StorePlace& place, const FoundingWords& words,
                                                const catalog::Catalog& catalog,
                                                record::Clock& clock, record::Random& random) {
    const record::Instant now = clock.now();
    // Before anything is written: what is no good leaves the folder as it was.
    ZHIBU_TRY_VOID(check_place(place, random));
    auto store_key = read_store_key(place.files, place.store_key);
    const bool makes_store_key = !store_key &&
                                 store_key.error().fault == KeyFilesFault::not_there &&
                                 names_a_file(place.store_key);
    if (!store_key && !makes_store_key) {
        return std::unexpected{explain(store_key.error())};
    }
    const auto keys = make_server_keys(place.files, words.space_name, words.hosts, now, random);
    if (!keys) {
        return std::unexpected{explain(keys.error())};
    }
    if (makes_store_key) {
        store_key = make_store_key(place.files, place.store_key, random);
    }
    const SpaceIdentity identity{record::SpaceId{record::make_uuid_v7(now, random)},
                                 record::EpochId{record::make_uuid_v4(random)}, words.space_name};
    if (!store_key) {
        return std::unexpected{explain(store_key.error())};
    }
    ZHIBU_TRY(made, make_store(place, *std::move(store_key), identity, catalog, random));
    const rules::Parameters parameters;
    Committer::Parts parts;
    parts.store = made.store.get();
    parts.catalog = &catalog;
    parts.parameters = &parameters;
    parts.clock = &clock;
    parts.random = &random;
    parts.sign_receipt = [&](std::span<const std::uint8_t> bytes) {
        return keys->signing_key.sign(bytes);
    };
    parts.sign_group = [&](const Hash& hash) { return keys->group_key.sign(hash); };
    parts.server_device = keys->server_device;
    parts.on_commit = [](const CommitNotice&) {};
    const auto founded = found_space(parts, words.founding);
    if (!founded) {
        return std::unexpected{refused(founded.error())};
    }
    const keys::EnrolmentCode code =
        keys::make_enrolment_code(keys::sha256(keys->root.der), random);
    auto committer = Committer::start(parts, Committer::Settings{});
    if (!committer) {
        return std::unexpected{explain(committer.error())};
    }
    const auto written =
        write_and_wait(**committer, code_write(catalog, *founded, code, now, random));
    if (!written) {
        return std::unexpected{refused(written.error())};
    }
    return to_text(code);
}

FoundingError explain(const StoreError& error) {
    const std::string place = " (" + error.place + ")";
    switch (error.fault) {
        case StoreFault::not_there:
            return {
                "此文件夹中没有组织空间，请先用 zhibu-server init 建立。" + place,
                "There is no space in this folder. Found one first: zhibu-server init." + place};
        case StoreFault::already_there:
            return {"此文件夹中已有组织空间，没有作任何更改。" + place,
                    "There is a space in this folder already; nothing was changed." + place};
        case StoreFault::in_use:
            return {"另一个 zhibu-server 正在使用该存储，请先停止它。" + place,
                    "Another zhibu-server is using this store. Stop it first." + place};
        case StoreFault::damaged:
            return {"存储文件已损坏，没有作任何更改。请从备份恢复。" + place,
                    "The store is damaged; nothing was changed. Restore it from a backup." + place};
        case StoreFault::other_version:
            return {"存储由较新版本写成，没有作任何更改。请升级 zhibu-server。" + place,
                    "The store was written by a newer version; nothing was changed. Upgrade "
                    "zhibu-server." +
                        place};
        case StoreFault::other_sort:
            return {"备份的增量不是完整的存储：请先写完整备份，再依次写各个增量。没有作任何更改。" +
                        place,
                    "An increment of a backup is no whole store: name the whole backup first, then "
                    "its increments in their order. Nothing was changed." +
                        place};
        case StoreFault::storage_full:
            return {"磁盘已满。已确认的内容不受影响。请腾出空间后重新启动。" + place,
                    "The disk is full. What was acknowledged is safe. Make room and start again." +
                        place};
        case StoreFault::storage_failed:
            return {"读写存储出错。已确认的内容不受影响。请检查磁盘和权限。" + place,
                    "The store cannot be read or written. What was acknowledged is safe. Check the "
                    "disk and its permissions." +
                        place};
    }
    return {};
}

FoundingError explain(const KeyFilesError& error) {
    const std::string place = " (" + error.place + ")";
    switch (error.fault) {
        case KeyFilesFault::not_there:
            return {
                "缺少密钥文件。没有作任何更改。请从备份恢复该文件；如果还没有建立组织空间，请先用 "
                "zhibu-server init，或用 --data 指明其文件夹。" +
                    place,
                "A key file is missing; nothing was changed. Restore it from a backup. If no space "
                "was founded here yet, found one with zhibu-server init, or name its folder with "
                "--data." +
                    place};
        case KeyFilesFault::already_there:
            return {"文件夹不是空的，没有作任何更改。请换一个空文件夹。" + place,
                    "The folder is not empty; nothing was changed. Name an empty one." + place};
        case KeyFilesFault::damaged:
            return {
                "密钥文件已损坏。没有作任何更改。请从备份恢复该文件。" + place,
                "A key file is damaged; nothing was changed. Restore it from a backup." + place};
        case KeyFilesFault::open_to_others:
            return {"该密钥文件其他用户也能读，没有作任何更改。请将其权限改为0600。" + place,
                    "Other users may read this key file; nothing was changed. Give it the mode "
                    "0600." +
                        place};
        case KeyFilesFault::wrong_key:
            return {
                "存储密钥不对，没有作任何更改。请提供建立此空间时所用的存储密钥；若后来用 "
                "zhibu-server rekey 更换过，请提供更换后的。" +
                    place,
                "This is not the store's key; nothing was changed. Give the one that the space "
                "was founded with, or the one that zhibu-server rekey has put in its place." +
                    place};
        case KeyFilesFault::storage_failed:
            return {"密钥文件无法读写。请检查磁盘和权限。" + place,
                    "A key file cannot be read or written. Check the disk and its permissions." +
                        place};
    }
    return {};
}

FoundingError explain_renewal(const KeyFilesError& error) {
    if (error.fault != KeyFilesFault::wrong_key) {
        return explain(error);
    }
    return {
        "这不是此空间的根密钥，没有作任何更改。请提供建立此空间时的根密钥。 (" + error.place + ")",
        "This is not the root key of this space; nothing was changed. Give the one that was "
        "made with it. (" +
            error.place + ")"};
}

}  // namespace zhibu::server
