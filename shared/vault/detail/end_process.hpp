#pragma once

namespace zhibu::vault::detail {

/// After a refused sync: aborts, and says no more than where. What the sync covered may be lost,
/// and the kernel would report the next one as done. Source: vault.md.
[[noreturn]] void end_process();

}  // namespace zhibu::vault::detail
