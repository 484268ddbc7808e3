#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "shared/record/random.hpp"
#include "shared/vault/head_record.hpp"
#include "shared/vault/kept_keys.hpp"
#include "shared/vault/reseal_journal.hpp"
#include "shared/vault/vault_error.hpp"
#include "shared/vault/vfs.hpp"

struct sqlite3;

namespace zhibu::vault {

/// What a step of a change of the data key leaves to do.
enum class RekeyStep : std::uint8_t {
    /// More, at once.
    again,
    /// A reader still needs the log; nothing can be done before it has gone on.
    later,
    /// Nothing: no page of the older key is in database or log, and the key is gone.
    done,
};

/// Changes the data key of a sealed database while it is in use. Both keys are held at first; what
/// is written is sealed by the new one. Steps seal the database's other pages anew in their places,
/// empty the log, look through the whole file whether any is left, and only then drop the key.
///
/// After a crash in any step the database opens with the keys that the file of wrapped keys holds
/// (after ResealJournal::replay()), and a Rekeying made anew goes on. Nothing is lost by it: pages
/// keep their content. Threads: the writer's, between its transactions; readers may be in theirs.
class Rekeying {
public:
    /// All outlive it.
    struct Parts {
        /// The one connection that writes.
        sqlite3* writer = nullptr;
        KeyedFile* keyed = nullptr;
        HeadFile* head = nullptr;
        KeptKeys* keys = nullptr;
        record::Random* random = nullptr;
    };

    /// Pages looked at in a step, and those sealed anew in it: a step takes milliseconds.
    static constexpr std::uint32_t looks_max = 4096;
    static constexpr std::uint32_t reseals_max = ResealJournal::pages_max;

    /// Puts a new data key before the present one, both wrapped by `next` if that is given.
    /// Errors: storage_failed: nothing has changed.
    [[nodiscard]] static std::expected<Rekeying, VaultError> begin(
        Parts parts, ResealJournal journal, std::optional<keys::SecretBytes> next);

    /// Goes on with a change that `parts.keys`, which hold two, say is under way.
    Rekeying(Parts parts, ResealJournal journal);

    /// Errors: storage_failed, and damaged for a page that no key opens: the change can go no
    /// further, the database is as good as it was. A failed sync ends the process.
    [[nodiscard]] std::expected<RekeyStep, VaultError> step();

private:
    enum class Phase : std::uint8_t { heads, resealing, emptying, looking, dropping };

    [[nodiscard]] std::expected<RekeyStep, VaultError> write_heads();
    [[nodiscard]] std::expected<RekeyStep, VaultError> reseal();
    [[nodiscard]] std::expected<RekeyStep, VaultError> empty_log();
    [[nodiscard]] std::expected<RekeyStep, VaultError> look();
    [[nodiscard]] std::expected<RekeyStep, VaultError> drop_key();
    [[nodiscard]] std::expected<void, VaultError> write_head();

    Parts parts_;
    ResealJournal journal_;
    Phase phase_ = Phase::heads;
    std::uint32_t page_ = 1;
    /// The log has been moved into the database once, so that every page stands there whole.
    bool log_was_empty_ = false;
};

}  // namespace zhibu::vault
