#include "tests/support/Catch.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// The label registry (encryption.md, appendix A) against the code, and who may touch what.

namespace {

namespace fs = std::filesystem;

const fs::path root = IMPULSE_SOURCE_DIR;

std::string readFile(const fs::path& path)
{
    std::ifstream file(path);
    REQUIRE(file);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Function → labels, as listed in appendix A.
using Registry = std::map<std::string, std::set<std::string>>;

Registry readRegistry()
{
    auto text = readFile(root / "common/crypto/encryption.md");
    const auto begin = text.find("## Appendix A");
    REQUIRE(begin != std::string::npos);
    text = text.substr(text.find('\n', begin));
    text = text.substr(0, text.find("Limits:"));
    Registry registry;
    std::string function;
    bool inSeal = false;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (word == "H:" || word == "KDF32:" || word == "KDF64:" || word == "SIGN:") {
            function = word.substr(0, word.size() - 1);
            continue;
        }
        if (word == "ENC") {
            std::string rest;
            std::getline(words, rest, ':'); // "only (ad, pwhash input)"
            function = "ENC";
            continue;
        }
        if (word.starts_with("seal/{")) {
            inSeal = true;
            word = word.substr(6);
        }
        auto target = inSeal ? "SEAL" : function;
        if (word.ends_with("}")) {
            inSeal = false;
            word.pop_back();
        }
        if (word.ends_with("(16)")) {
            target = "H16";
            word.resize(word.size() - 4);
        }
        registry[target].insert(word);
    }
    return registry;
}

struct CodeLabel {
    std::string function;
    std::string name;
};

std::vector<CodeLabel> readCode()
{
    static const std::map<std::string, std::string> functions{
        {"HashLabel", "H"},      {"Hash16Label", "H16"}, {"Kdf32Label", "KDF32"},
        {"Kdf64Label", "KDF64"}, {"SealLabel", "SEAL"},  {"EncLabel", "ENC"},
        {"SignLabel", "SIGN"}};
    const auto text = readFile(root / "common/crypto/Labels.h");
    static const std::regex definition(R"re(constexpr (\w+Label) \w+\{"([^"]+)"\})re");
    std::vector<CodeLabel> labels;
    for (std::sregex_iterator it(text.begin(), text.end(), definition), end; it != end; ++it)
        labels.push_back({functions.at((*it)[1]), (*it)[2]});
    return labels;
}

/// All C++ files of the product, with their paths from the root.
std::vector<std::string> productFiles()
{
    std::vector<std::string> files;
    for (const auto* room : {"common", "client", "server"})
        for (const auto& entry : fs::recursive_directory_iterator(root / room))
            if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
                files.push_back(fs::relative(entry.path(), root).generic_string());
    return files;
}

} // namespace

TEST_CASE("every label of the code is in the registry, under its function")
{
    const auto registry = readRegistry();
    REQUIRE(registry.size() == 7);
    const auto labels = readCode();
    CHECK(labels.size() > 40);
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& [function, name] : labels) {
        INFO(function << " " << name);
        CHECK(registry.at(function).contains(name));
        CHECK(seen.insert({function, name}).second);
    }
}

TEST_CASE("no label is used with two functions")
{
    // A sealed text and an associated data carry prefixes or suffixes of their own ("seal/…").
    std::map<std::string, std::string> owner;
    for (const auto& [function, names] : readRegistry())
        for (const auto& name : names) {
            const auto full = function == "SEAL" ? "seal/" + name : name;
            INFO(full << " of " << function);
            CHECK(owner.emplace(full, function).second);
        }
}

TEST_CASE("labels are made in one header only")
{
    static const std::regex construction(
        R"re(\b(Hash|Hash16|Kdf32|Kdf64|Seal|Enc|Sign)Label\s*[({]\s*")re");
    for (const auto& file : productFiles()) {
        if (file == "common/crypto/Primitives.cpp") // puts "seal/" before a label
            continue;
        INFO(file);
        CHECK_FALSE(std::regex_search(readFile(root / file), construction));
    }
}

TEST_CASE("primitives of libsodium are called in one file only")
{
    static const std::regex call(R"re(\bcrypto_[a-z0-9_]+\s*\()re");
    int callers = 0;
    for (const auto& file : productFiles()) {
        if (!std::regex_search(readFile(root / file), call))
            continue;
        ++callers;
        CHECK(file == "common/crypto/Primitives.cpp");
    }
    CHECK(callers == 1);
}

TEST_CASE("raw secrets are not touched by the server's and the windows' code")
{
    for (const auto& file : productFiles()) {
        if (!file.starts_with("server/core") && !file.starts_with("server/net") &&
            !file.starts_with("server/app") && !file.starts_with("client/ui") &&
            !file.starts_with("client/net"))
            continue;
        if (file == "server/app/DataFolder.cpp") // reads and writes the server's key files
            continue;
        INFO(file);
        CHECK(readFile(root / file).find("SecretAccess") == std::string::npos);
    }
}
