#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/backup/making.hpp"
#include "server/backup/restoring.hpp"
#include "server/founding/store_place.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/system.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server::test {

/// Every row of every table, as SQL writes its values, in order.
using Tables = std::map<std::string, std::vector<std::string>>;

/// A court over a sealed store in files, which is backed up beside its work, and restored into
/// another folder.
class BackedUpSpace {
public:
    /// @param key_of  whose store key it has, too; none: one of its own
    explicit BackedUpSpace(std::uint8_t space = 5, const BackedUpSpace* key_of = nullptr);

    /// Backs up into the folder of that name: all, or what came after the backup in `since`.
    [[nodiscard]] std::expected<LogIndex, FoundingError> back_up(const std::string& name,
                                                                 const std::string& since = {});

    /// Into a folder that holds the store key alone; what was there before is taken away.
    [[nodiscard]] std::expected<LogIndex, FoundingError> restore(
        const std::vector<std::string>& names);

    /// Changes the store itself, with the committer stopped meanwhile.
    void write(const std::function<Stored<void>(StoreTransaction&)>& work);

    /// Of the store, and of what was restored; without what a restoring leaves out on purpose.
    [[nodiscard]] Tables tables();
    [[nodiscard]] Tables restored_tables();

    [[nodiscard]] std::filesystem::path folder_of(const std::string& name) const {
        return folder.path() / name;
    }

    /// The names of what is in the folder to which restore() restores, but the keys.
    [[nodiscard]] std::vector<std::string> left_behind() const;

    support::TemporaryDirectory folder;
    keys::SystemRandom random;
    StorePlace place{ServerFiles{folder.path() / "server"}};
    StorePlace other{ServerFiles{folder.path() / "restored"}};
    std::optional<OpenedStore> opened;
    std::optional<Court> court;
    /// Of persons.
    unsigned number = 0;
};

}  // namespace zhibu::server::test
