#pragma once

#include "shared/vault/disk.hpp"
#include "shared/vault/vfs.hpp"

namespace zhibu::vault {

/// One disk, by its names and small files, and as the VFS that seals the databases on it. Where a
/// place names none, the operating system's files are meant. Who gives another (the simulator's
/// stand in memory) answers for it that no other program opens what lies there: nothing is locked.
struct Volume {
    Disk& disk;
    Vfs& files;
};

}  // namespace zhibu::vault
