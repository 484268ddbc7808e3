#pragma once

namespace zhibu::server::test {

/// A layer over SQLite's own VFS, the default one of this program, that can fail one call while an
/// object of this class lives.
/// Threads: not synchronised.
class FaultVfs {
public:
    enum class Call { write, sync };

    FaultVfs();
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    /// The `nth` such call from now on, from 1, fails with `code`, once. 0: none.
    void fail(Call call, int nth, int code);
    /// Whether it came to that.
    [[nodiscard]] bool has_failed() const;
};

}  // namespace zhibu::server::test
