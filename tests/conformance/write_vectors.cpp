#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/conformance/vectors.hpp"

namespace {

/// Writes the files that are missing; false if one could not be written.
bool write_missing(const std::filesystem::path& folder) {
    for (const auto& [name, vectors] : zhibu::conformance::made_vectors()) {
        const std::filesystem::path path = folder / name;
        if (std::filesystem::exists(path)) {
            std::cout << name << " is there already and stays as it is\n";
            continue;
        }
        std::ofstream file(path, std::ios::binary);
        file << zhibu::conformance::render(vectors);
        if (!file.flush()) {
            std::cerr << "cannot write " << path << '\n';
            return false;
        }
        std::cout << name << " written\n";
    }
    return true;
}

}  // namespace

/// Writes the vector files that the folder argv[1] lacks. Existing ones are the protocol's promise
/// and are never overwritten: who means to change one deletes it first.
int main(int argument_count, char** arguments) {
    if (argument_count != 2 || !std::filesystem::is_directory(arguments[1])) {
        std::cerr << "usage: " << arguments[0] << " FOLDER\n";
        return 2;
    }
    try {
        return write_missing(arguments[1]) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
