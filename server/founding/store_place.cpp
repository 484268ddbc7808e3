#include "server/founding/store_place.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/founding/store_key.hpp"
#include "server/store/postgres/postgres_store.hpp"
#include "server/store/postgres/postgres_watch.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "shared/keys/private_file.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"

namespace zhibu::server {
namespace {

std::unexpected<FoundingError> cannot_write(const std::filesystem::path& file) {
    return std::unexpected{explain(KeyFilesError{KeyFilesFault::storage_failed, file.string()})};
}

/// The space whose rows in the cluster are this folder's.
std::expected<record::SpaceId, FoundingError> read_space(const ServerFiles& files) {
    const auto text = keys::read_private_file(files.cluster_space());
    if (!text) {
        const bool is_missing = text.error().fault == keys::FileFault::not_there;
        return std::unexpected{explain(
            KeyFilesError{is_missing ? KeyFilesFault::not_there : KeyFilesFault::storage_failed,
                          files.cluster_space().string()})};
    }
    const std::span<const std::uint8_t> bytes = text->span();
    const auto id = record::parse_uuid(
        std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!id) {
        return std::unexpected{
            explain(KeyFilesError{KeyFilesFault::damaged, files.cluster_space().string()})};
    }
    return record::SpaceId{*id};
}

std::expected<void, FoundingError> write_space(const ServerFiles& files,
                                               const record::SpaceId& space) {
    const std::string text = to_text(space);
    const std::span bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    if (!keys::replace_private_file(files.cluster_space(), bytes)) {
        return cannot_write(files.cluster_space());
    }
    return {};
}

std::expected<void, FoundingError> check_address(const StorePlace& place) {
    if (is_cluster_address(place.cluster)) {
        return {};
    }
    return std::unexpected{FoundingError{
        "配置中的 store.cluster "
        "不是可用的连接串，或其中写有密码。没有作任何更改。密码请放在只有本用户可读的文件中，"
        "用 passfile=文件 指明，或用 service=名称。",
        "The setting store.cluster is no connection string, or has a password in it. Nothing was "
        "changed. Put the password into a file that this user alone can read, and name it by "
        "passfile=FILE, or use service=NAME."}};
}

ClusterPlace cluster_place(const StorePlace& place, const record::SpaceId& space,
                           const vault::KeptKeys& keys, record::Random& random) {
    return {place.cluster, space,
            std::make_shared<const keys::SecretBytes>(keys.ring()->newest().database.span()),
            &random};
}

std::filesystem::path keys_of(const StorePlace& place) {
    return place.is_in_cluster() ? place.files.cluster_keys() : place.files.data_keys();
}

std::expected<OpenedStore, FoundingError> in_file(vault::KeptKeys keys,
                                                  Stored<std::unique_ptr<SealedStore>> store) {
    if (!store) {
        return std::unexpected{explain(store.error())};
    }
    SealedStore* sealed = store->get();
    return OpenedStore{std::move(keys), *std::move(store), sealed, std::nullopt};
}

std::expected<OpenedStore, FoundingError> in_cluster(ClusterPlace cluster, vault::KeptKeys keys,
                                                     Stored<std::unique_ptr<ErasableStore>> store) {
    if (!store) {
        FoundingError explained = explain_cluster(store.error());
        explained.cause = store.error();
        return std::unexpected{std::move(explained)};
    }
    return OpenedStore{std::move(keys), *std::move(store), nullptr, std::move(cluster)};
}

}  // namespace

std::expected<OpenedStore, FoundingError> make_store(const StorePlace& place,
                                                     keys::SecretBytes store_key,
                                                     const SpaceIdentity& identity,
                                                     const catalog::Catalog& catalog,
                                                     record::Random& random) {
    // A space that was moved out of its cluster comes back under the key that it had there.
    const bool has_keys = place.is_in_cluster() && std::filesystem::exists(keys_of(place));
    auto keys = has_keys ? load_data_keys(keys_of(place), std::move(store_key))
                         : make_data_keys(keys_of(place), std::move(store_key), random);
    if (!keys) {
        return std::unexpected{explain(keys.error())};
    }
    if (!place.is_in_cluster()) {
        auto store =
            create_sqlite_store({place.files.store(), keys->ring(), &random}, identity, catalog);
        return in_file(*std::move(keys), std::move(store));
    }
    ZHIBU_TRY_VOID(write_space(place.files, identity.space));
    ClusterPlace cluster = cluster_place(place, identity.space, *keys, random);
    auto store = create_postgres_store(cluster, identity, catalog, ClusterUse::alone);
    return in_cluster(std::move(cluster), *std::move(keys), std::move(store));
}

std::expected<OpenedStore, FoundingError> open_store(const StorePlace& place, ClusterUse use,
                                                     const catalog::Catalog& catalog,
                                                     record::Random& random) {
    auto store_key = read_store_key(place.files, place.store_key);
    if (!store_key) {
        return std::unexpected{explain(store_key.error())};
    }
    return open_store(place, *std::move(store_key), use, catalog, random);
}

std::expected<OpenedStore, FoundingError> open_store(const StorePlace& place,
                                                     keys::SecretBytes store_key, ClusterUse use,
                                                     const catalog::Catalog& catalog,
                                                     record::Random& random) {
    auto keys = load_data_keys(keys_of(place), std::move(store_key));
    if (!keys) {
        return std::unexpected{explain(keys.error())};
    }
    if (!place.is_in_cluster()) {
        auto store = open_sqlite_store({place.files.store(), keys->ring(), &random}, catalog);
        return in_file(*std::move(keys), std::move(store));
    }
    ZHIBU_TRY_VOID(check_address(place));
    ZHIBU_TRY(space, read_space(place.files));
    ClusterPlace cluster = cluster_place(place, space, *keys, random);
    auto store = open_postgres_store(cluster, catalog, use);
    return in_cluster(std::move(cluster), *std::move(keys), std::move(store));
}

std::expected<void, FoundingError> check_place(const StorePlace& place, record::Random& random) {
    if (!place.is_in_cluster()) {
        return {};
    }
    ZHIBU_TRY_VOID(check_address(place));
    keys::SecretBytes any{32};
    const ClusterPlace cluster{
        place.cluster, {}, std::make_shared<const keys::SecretBytes>(std::move(any)), &random};
    if (const auto answers = open_postgres_watch(cluster); !answers) {
        return std::unexpected{explain_cluster(answers.error())};
    }
    return {};
}

std::expected<void, FoundingError> expect_files(const StorePlace& place) {
    if (!place.is_in_cluster()) {
        return {};
    }
    return std::unexpected{FoundingError{
        "存储在 PostgreSQL 中（配置 store.cluster），此命令只用于文件。没有作任何更改。备份请用 "
        "PostgreSQL 自己的工具，并用 zhibu-server backed-up 记录；恢复后运行 zhibu-server "
        "new-epoch。",
        "The store lies in PostgreSQL (setting store.cluster), and this command is for files. "
        "Nothing was changed. Make backups with PostgreSQL's own tools, and note them with "
        "zhibu-server backed-up; after one was put back, run zhibu-server new-epoch."}};
}

FoundingError explain_cluster(const StoreError& error) {
    const std::string place = " (" + error.place + ")";
    switch (error.fault) {
        case StoreFault::in_use:
            return {
                "该组织空间正被另一个 zhibu-server 程序使用，没有作任何更改。请先停止它。" + place,
                "Another zhibu-server program uses this space; nothing was changed. Stop it "
                "first." +
                    place};
        case StoreFault::not_there:
            if (error.place == retired_place) {
                return {
                    "该组织空间已从 PostgreSQL 移走（zhibu-server "
                    "move），没有作任何更改。请改正配置 store.cluster。",
                    "This space was moved out of PostgreSQL (zhibu-server move); nothing was "
                    "changed. Correct the setting store.cluster."};
            }
            return {"PostgreSQL 中没有这个组织空间。请检查配置 store.cluster 指的是哪个数据库。" +
                        place,
                    "This space is not in that PostgreSQL database. Check which one the setting "
                    "store.cluster names." +
                        place};
        case StoreFault::damaged:
            return {"PostgreSQL 中的内容已损坏，或不是用此密钥封存的；没有作任何更改。" + place,
                    "What lies in PostgreSQL is damaged, or was not sealed with this key; nothing "
                    "was changed." +
                        place};
        case StoreFault::storage_failed:
            return {
                "PostgreSQL 不可用。已确认的内容不受影响。请检查数据库是否运行、配置 store.cluster "
                "以及所用的角色（不得是超级用户）。" +
                    place,
                "PostgreSQL cannot be used. What was acknowledged is safe. Check that it runs, the "
                "setting store.cluster, and its role, which must be no superuser." +
                    place};
        case StoreFault::already_there:
        case StoreFault::other_version:
        case StoreFault::other_sort:
        case StoreFault::storage_full:
            break;
    }
    return explain(error);
}

}  // namespace zhibu::server
