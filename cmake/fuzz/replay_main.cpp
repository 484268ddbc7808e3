#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

std::vector<std::uint8_t> read_all(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

/// Feeds every file of the folder argv[1] to the fuzz target once. Used where libFuzzer is not.
int main(int argument_count, char** arguments) {
    if (argument_count != 2 || !std::filesystem::is_directory(arguments[1])) {
        std::cerr << "usage: " << arguments[0] << " CORPUS_FOLDER\n";
        return 2;
    }
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
        const std::vector<std::uint8_t> input = read_all(entry.path());
        LLVMFuzzerTestOneInput(input.data(), input.size());
        ++inputs;
    }
    std::cout << inputs << " inputs replayed\n";
    // An empty corpus would be a test that cannot fail.
    return inputs == 0 ? 1 : 0;
}
