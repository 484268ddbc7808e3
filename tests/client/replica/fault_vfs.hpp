#pragma once

namespace zhibu::client::test {

/// SQLite's file system with a fault at the n-th write, truncation or sync: everything before goes
/// through, the fault and (for errors) everything after does not, as on a full disk.
enum class Fault { none, disk_full, write_error, sync_error, process_dies };

/// From now on, the `nth` (from 1) such call meets `fault`. Fault::none heals.
void arm(Fault fault, int nth);
/// Whether the armed fault was met.
bool was_met();

}  // namespace zhibu::client::test
