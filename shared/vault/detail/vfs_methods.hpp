#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "shared/vault/detail/key_registry.hpp"
#include "shared/vault/detail/sealed_file.hpp"

namespace zhibu::vault::detail {

/// What a registered VFS is made of; pAppData of its sqlite3_vfs. Stays at one address.
struct VfsState {
    std::string name;
    sqlite3_vfs* base = nullptr;
    KeyRegistry registry;
    sqlite3_vfs vfs{};

    [[nodiscard]] int open(const char* path, sqlite3_file* file, int flags, int* flags_out);
    [[nodiscard]] int remove(const char* path, int sync_folder);
    [[nodiscard]] int access(const char* path, int question, int* answer);
};

/// Fills state.vfs from its name and base.
void fill_vfs(VfsState& state);

/// Fills `file`, whose lower file is open behind it, with the methods that serve `sealed`.
void serve(sqlite3_file* file, std::unique_ptr<SealedFile> sealed);

/// Where the lower file stands in the memory that SQLite gives for one.
[[nodiscard]] sqlite3_file* below(sqlite3_file* file);

/// What `file` needs in front of the lower one.
[[nodiscard]] int file_bytes();

}  // namespace zhibu::vault::detail
