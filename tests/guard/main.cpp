#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>

#include "tests/guard/hot_paths.hpp"

/// Walks one hot path once. guard.py runs it under callgrind, which counts nothing but what happens
/// inside zhibu_hot_path().
///   zhibu_hot_path [NAME]   without a name: the names there are
extern "C" [[gnu::noinline]] void zhibu_hot_path(const std::function<void()>& work) { work(); }

int main(int count, char** words) {
    for (const zhibu::guard::HotPath& path : zhibu::guard::hot_paths()) {
        if (count < 2) {
            std::printf("%.*s\n", static_cast<int>(path.name.size()), path.name.data());
        } else if (path.name == words[1]) {
            const std::function<void()> work = path.prepare();
            zhibu_hot_path(work);
            return EXIT_SUCCESS;
        }
    }
    return count < 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
