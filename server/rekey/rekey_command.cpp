#include "server/rekey/rekey_command.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "server/founding/store_key.hpp"
#include "server/rekey/rekey_note.hpp"
#include "server/request/asking.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/wrapped_keys.hpp"

namespace zhibu::server {
namespace {

using Outcome = std::expected<RekeyOutcome, FoundingError>;

/// A server looks twice a second, and finishes a change that is under way before it takes a new
/// store key.
constexpr std::chrono::seconds patience{15};

/// The absolute name of the new store key's file, which is there then and good; empty for none.
std::expected<std::filesystem::path, FoundingError> prepare_store_key(const ServerFiles& files,
                                                                      const RekeyWords& words,
                                                                      record::Random& random) {
    if (words.store_key_file.empty()) {
        return std::filesystem::path{};
    }
    std::error_code failure;
    const std::filesystem::path file = std::filesystem::absolute(words.store_key_file, failure);
    auto key = read_store_key(files, file.string());
    if (!key && key.error().fault == KeyFilesFault::not_there) {
        key = make_store_key(files, file.string(), random);
    }
    if (!key) {
        return std::unexpected{explain(key.error())};
    }
    return file;
}

/// Steps until the older key is gone; the store is nobody else's.
std::expected<void, FoundingError> change(SealedStore& store, vault::KeptKeys& keys,
                                          std::optional<keys::SecretBytes> next) {
    auto done = store.begin_rekeying(keys, std::move(next));
    while (done) {
        const auto step = store.rekey();
        if (!step) {
            done = std::unexpected{step.error()};
        } else if (*step == vault::RekeyStep::done) {
            return {};
        }
    }
    return std::unexpected{explain(done.error())};
}

Outcome change_here(const ServerFiles& files, const RekeyWords& words,
                    const std::filesystem::path& store_key_file, const catalog::Catalog& catalog,
                    record::Random& random) {
    auto store_key = read_store_key(files, words.store_key);
    if (!store_key) {
        return std::unexpected{explain(store_key.error())};
    }
    auto keys = load_data_keys(files.data_keys(), *std::move(store_key));
    if (!keys) {
        return std::unexpected{explain(keys.error())};
    }
    const auto store = open_sqlite_store({files.store(), keys->ring(), &random}, catalog);
    if (!store) {
        return std::unexpected{explain(store.error())};
    }
    const bool went_on = keys->holds_two();
    if (went_on) {
        ZHIBU_TRY_VOID(change(**store, *keys, {}));
    }
    std::optional<keys::SecretBytes> next;
    if (!store_key_file.empty()) {
        auto read = read_store_key(files, store_key_file.string());
        if (!read) {
            return std::unexpected{explain(read.error())};
        }
        next = *std::move(read);
    }
    if (!went_on || next) {
        ZHIBU_TRY_VOID(change(**store, *keys, std::move(next)));
    }
    rekey_note(files).forget();
    return RekeyOutcome::done;
}

FoundingError server_ended() {
    return {"服务器在更换密钥期间停止了。什么也没有丢失：服务器下次启动时会自动继续。",
            "The server ended while the key was being changed. Nothing is lost: it goes on by "
            "itself when the server starts."};
}

Outcome wait_for_end(const ServerFiles& files) {
    vault::SystemDisk disk;
    for (;;) {
        const auto count = vault::count_wrapped_keys(disk, files.data_keys());
        if (!count) {
            return std::unexpected{
                explain(KeyFilesError{KeyFilesFault::storage_failed, files.data_keys().string()})};
        }
        if (*count == 1) {
            return RekeyOutcome::done;
        }
        if (const auto runs = is_sqlite_store_in_use(files.store()); !runs || !*runs) {
            return std::unexpected{server_ended()};
        }
        std::this_thread::sleep_for(look_again);
    }
}

Outcome outcome_of(RekeyAnswer given, const ServerFiles& files, const RekeyWords& words) {
    switch (given) {
        case RekeyAnswer::begun:
        case RekeyAnswer::under_way:
            if (words.waits) {
                return wait_for_end(files);
            }
            return given == RekeyAnswer::begun ? RekeyOutcome::begun : RekeyOutcome::under_way;
        case RekeyAnswer::store_key_unusable:
            return std::unexpected{explain(
                KeyFilesError{KeyFilesFault::storage_failed, words.store_key_file.string()})};
        case RekeyAnswer::storage_failed:
            return std::unexpected{
                explain(KeyFilesError{KeyFilesFault::storage_failed, files.data_keys().string()})};
    }
    std::unreachable();
}

Unanswered unanswered() {
    return {server_ended(),
            {"服务器还没有答复。请求已留下：服务器正在完成的更换结束后，或下次启动时，会照办。",
             "The server has not answered yet. The request stays: it is heeded when a change that "
             "is under way has ended, or when the server starts again."},
            patience};
}

Outcome ask(const ServerFiles& files, const RekeyWords& words,
            const std::filesystem::path& store_key_file, record::Random& random) {
    ZHIBU_TRY(text,
              ask_server(files, rekey_note(files), {{}, store_key_file}, unanswered(), random));
    return outcome_of(to_rekey_answer(text).value_or(RekeyAnswer::storage_failed), files, words);
}

}  // namespace

std::expected<RekeyOutcome, FoundingError> rekey(const ServerFiles& files, const RekeyWords& words,
                                                 const catalog::Catalog& catalog,
                                                 record::Random& random) {
    ZHIBU_TRY_VOID(check_owner(files));
    const auto runs = is_sqlite_store_in_use(files.store());
    if (!runs) {
        return std::unexpected{explain(runs.error())};
    }
    ZHIBU_TRY(store_key_file, prepare_store_key(files, words, random));
    return *runs ? ask(files, words, store_key_file, random)
                 : change_here(files, words, store_key_file, catalog, random);
}

}  // namespace zhibu::server
