#include "common/core/Bytes.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// Replays a fuzz target without libFuzzer: every file of the corpus, every file cut short at each
// length, and seeded mutations of it. A failure is a crash or an abort of the target.
namespace {

constexpr int mutationsPerFile = 200;
constexpr std::size_t longestForCuts = 4096;

impulse::Bytes readFile(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int replay(const impulse::Bytes& input, std::mt19937& random)
{
    int runs = 1;
    LLVMFuzzerTestOneInput(input.data(), input.size());
    for (std::size_t length = 0; length < std::min(input.size(), longestForCuts); ++length, ++runs)
        LLVMFuzzerTestOneInput(input.data(), length);
    for (int i = 0; i < mutationsPerFile && !input.empty(); ++i, ++runs) {
        auto mutated = input;
        for (auto changes = 1 + random() % 4; changes > 0; --changes)
            mutated[random() % mutated.size()] = static_cast<std::uint8_t>(random());
        LLVMFuzzerTestOneInput(mutated.data(), mutated.size());
    }
    return runs;
}

} // namespace

int main(int argc, char** argv)
{
    const unsigned seed = argc > 2 ? static_cast<unsigned>(std::stoul(argv[2])) : 1;
    std::mt19937 random(seed);
    int files = 0;
    int runs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(argc > 1 ? argv[1] : ".")) {
        runs += replay(readFile(entry.path()), random);
        ++files;
    }
    std::printf("%d corpus files, %d runs, seed %u\n", files, runs, seed);
    return files > 0 ? 0 : 1;
}
