#pragma once

namespace zhibu::vault {

/// From now on memory that this process gives back is overwritten: what was held by containers and
/// strings (operator delete, replaced in programs that call this), by SQLite and by OpenSSL. So a
/// locked workbench holds no records, and a password does not survive the request that brought it.
/// What stands on a stack, or is freed by another library, is not reached.
/// To be called first in main(), before SQLite or OpenSSL has allocated anything (checked).
void cleanse_freed_memory();

}  // namespace zhibu::vault
