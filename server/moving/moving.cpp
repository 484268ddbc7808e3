#include "server/moving/moving.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "server/copying/copying.hpp"
#include "server/founding/store_key.hpp"
#include "server/founding/store_place.hpp"
#include "server/store/postgres/postgres_store.hpp"
#include "server/store/store.hpp"
#include "shared/keys/private_file.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

using Path = std::filesystem::path;

std::unexpected<FoundingError> failed(const StoreError& error) {
    return std::unexpected{explain(error)};
}

std::unexpected<FoundingError> cannot_write(const Path& place) {
    return failed({StoreFault::storage_failed, place.string()});
}

/// The files of a store, its own last or first: a store without its own file is none.
enum class OwnFile : std::uint8_t { first, last };

std::expected<void, FoundingError> move_files(const ServerFiles& from, const ServerFiles& to,
                                              OwnFile own) {
    std::vector<std::string> names;
    const std::string name = from.store().filename().string();
    for (const char* suffix : beside_store_file) {
        names.push_back(name + suffix);
    }
    names.insert(own == OwnFile::first ? names.begin() : names.end(), name);
    if (!keys::make_private_folder(to.folder)) {
        return cannot_write(to.folder);
    }
    for (const std::string& each : names) {
        std::error_code failure;
        if (std::filesystem::exists(from.folder / each, failure)) {
            std::filesystem::rename(from.folder / each, to.folder / each, failure);
        }
        if (failure || !keys::sync_folder(to.folder) || !keys::sync_folder(from.folder)) {
            return cannot_write(to.folder / each);
        }
    }
    return {};
}

std::optional<StoreFault> fault_of(const FoundingError& error) {
    return error.cause.transform([](const StoreError& cause) { return cause.fault; });
}

/// One move: where from, where to, and the key that opens both.
class Move {
public:
    Move(const StorePlace& from, StorePlace to, keys::SecretBytes store_key,
         const catalog::Catalog& catalog, record::Random& random)
        : from_{from},
          to_{std::move(to)},
          store_key_{std::move(store_key)},
          catalog_{catalog},
          random_{random} {}

    std::expected<LogIndex, FoundingError> into_cluster() {
        ZHIBU_TRY(source, open(from_));
        ZHIBU_TRY(target, make_or_go_on(source.store->identity()));
        ZHIBU_TRY(head, copy_and_compare(*source.store, *target.store));
        target.store.reset();
        source.store.reset();
        ZHIBU_TRY_VOID(
            move_files(from_.files, ServerFiles{from_.files.folder / "moved"}, OwnFile::first));
        return head;
    }

    std::expected<LogIndex, FoundingError> into_files() {
        const ServerFiles& final = from_.files;
        std::error_code ignored;
        if (std::filesystem::exists(final.store(), ignored)) {
            return failed({StoreFault::already_there, final.store().string()});
        }
        auto source = open(from_);
        if (!source) {
            return finish_or(source.error());
        }
        // Of an attempt that was cut short while the store in the cluster still was the one.
        std::filesystem::remove_all(to_.files.folder, ignored);
        if (!keys::make_private_folder(to_.files.folder)) {
            return cannot_write(to_.files.folder);
        }
        ZHIBU_TRY(target, make_store(to_, clone(), source->store->identity(), catalog_, random_));
        ZHIBU_TRY(head, copy_and_compare(*source->store, *target.store));
        target.store.reset();
        source->store.reset();
        if (auto retired = retire_postgres_store(*source->cluster); !retired) {
            return std::unexpected{explain_cluster(retired.error())};
        }
        ZHIBU_TRY_VOID(take_final_place());
        return head;
    }

private:
    [[nodiscard]] keys::SecretBytes clone() const { return keys::SecretBytes{store_key_.span()}; }

    [[nodiscard]] std::expected<OpenedStore, FoundingError> open(const StorePlace& place) {
        return open_store(place, clone(), ClusterUse::alone, catalog_, random_);
    }

    /// The store in the cluster: an empty one, or the one that an attempt before this has made.
    std::expected<OpenedStore, FoundingError> make_or_go_on(const SpaceIdentity& identity) {
        std::error_code ignored;
        if (std::filesystem::exists(to_.files.cluster_keys(), ignored)) {
            auto opened = open(to_);
            if (opened && opened->store->identity().epoch != identity.epoch) {
                return failed({StoreFault::already_there, "cluster"});
            }
            if (opened || fault_of(opened.error()) != StoreFault::not_there) {
                return opened;
            }
        }
        return make_store(to_, clone(), identity, catalog_, random_);
    }

    /// Copies where nothing is yet.
    std::expected<LogIndex, FoundingError> copy_and_compare(Store& source, Store& target) {
        const auto moved = [&]() -> Stored<std::pair<LogIndex, std::vector<std::string>>> {
            ZHIBU_TRY(from, source.open_reader());
            ZHIBU_TRY(to, target.open_reader());
            ZHIBU_TRY(there, to->head());
            if (there == LogIndex{}) {
                ZHIBU_TRY_VOID(copy_space(*from, target, catalog_));
            }
            ZHIBU_TRY(differing, differences(*from, *to));
            ZHIBU_TRY(head, from->head());
            return std::pair{head, std::move(differing)};
        }();
        if (!moved) {
            return std::unexpected{explain_cluster(moved.error())};
        }
        if (source.identity().restored_at != target.identity().restored_at) {
            return failed({StoreFault::damaged, "restored_at"});
        }
        if (!moved->second.empty()) {
            return failed({StoreFault::damaged, moved->second.front()});
        }
        return moved->first;
    }

    std::expected<void, FoundingError> take_final_place() {
        ZHIBU_TRY_VOID(move_files(to_.files, from_.files, OwnFile::last));
        std::error_code ignored;
        std::filesystem::remove_all(to_.files.folder, ignored);
        return {};
    }

    /// Where the cluster's store was retired and its copy is not in its place yet.
    std::expected<LogIndex, FoundingError> finish_or(const FoundingError& error) {
        if (!error.cause || error.cause->place != retired_place) {
            return std::unexpected{error};
        }
        LogIndex head;
        {
            ZHIBU_TRY(copy, open(to_));
            const auto reader = copy.store->open_reader();
            const auto found = reader ? (*reader)->head() : std::unexpected{reader.error()};
            if (!found) {
                return failed(found.error());
            }
            head = *found;
        }
        ZHIBU_TRY_VOID(take_final_place());
        return head;
    }

    const StorePlace& from_;
    StorePlace to_;
    keys::SecretBytes store_key_;
    const catalog::Catalog& catalog_;
    record::Random& random_;
};

}  // namespace

std::expected<LogIndex, FoundingError> move_space(const StorePlace& from,
                                                  const std::string& cluster,
                                                  const catalog::Catalog& catalog,
                                                  record::Random& random) {
    if (from.is_in_cluster() == !cluster.empty()) {
        return std::unexpected{FoundingError{
            "存储已在那里（见配置 store.cluster）。没有作任何更改。",
            "The store lies there already, as the setting store.cluster says; nothing was "
            "changed."}};
    }
    StorePlace to = from;
    to.cluster = cluster;
    if (!to.is_in_cluster()) {
        to.files.folder = from.files.folder / "moving";
    }
    ZHIBU_TRY_VOID(check_place(to, random));
    auto store_key = read_store_key(from.files, from.store_key);
    if (!store_key) {
        return std::unexpected{explain(store_key.error())};
    }
    Move move{from, std::move(to), *std::move(store_key), catalog, random};
    return from.is_in_cluster() ? move.into_files() : move.into_cluster();
}

}  // namespace zhibu::server
