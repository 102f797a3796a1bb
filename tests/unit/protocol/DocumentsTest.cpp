#include "tests/support/Catch.h"
#include "tests/support/Cddl.h"
#include "tests/unit/protocol/Describe.h"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace impulse::protocol;
using namespace impulse::protocol::describe;

namespace {

std::string readFile(const std::string& path)
{
    std::ifstream file(std::string(IMPULSE_SOURCE_DIR) + "/" + path);
    REQUIRE(file);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Tables of PROTOCOL.md by the struct they describe: lines "| key | field | type |".
std::map<std::string, std::vector<std::string>> documentTables(const std::string& document)
{
    static const std::regex request("### (\\d+) (\\w+) → (\\d+) (\\w+)");
    static const std::regex push("### (\\d+) (\\w+)");
    static const std::regex part("### (\\w+)( \\(array part\\))?");
    static const std::regex answer("Answer `(\\w+)`.*");
    static const std::regex row("\\| (\\d+) \\| (\\w+) \\| ([^|]+) \\|.*");
    std::map<std::string, std::vector<std::string>> result;
    std::string current;
    std::istringstream lines(document);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, request) || std::regex_match(line, match, push))
            current = match[2];
        else if (std::regex_match(line, match, part) || std::regex_match(line, match, answer))
            current = match[1];
        else if (line == "## Error")
            current = "Error";
        else if (line.starts_with("| code | name |") || line.starts_with("## "))
            current = "";
        else if (!current.empty() && std::regex_match(line, match, row))
            result[current].push_back(match[1].str() + " " + match[2].str() + ": " + match[3].str());
    }
    return result;
}

std::string cddlOf(const StructText& text, std::optional<std::uint64_t> kind, bool hasId)
{
    std::string result = text.asArray ? "[" : "{";
    if (kind)
        result += " 0: " + std::to_string(*kind) + ",";
    if (hasId)
        result += " 1: uint53,";
    for (const auto& field : text.fields) {
        const auto key = text.asArray ? ruleName(field.name) : std::to_string(field.key);
        result += std::string(field.optional ? " ? " : " ") + key + ": " + field.cddl + ",";
    }
    return result + (text.asArray ? " ]" : " * uint => any, }");
}

} // namespace

TEST_CASE("PROTOCOL.md has every message, field number, type and limit, and none beside them")
{
    const auto tables = documentTables(readFile("common/protocol/PROTOCOL.md"));
    const auto known = structs();
    for (const auto& [name, text] : known) {
        INFO(name);
        std::vector<std::string> expected;
        for (const auto& field : text.fields)
            expected.push_back(std::to_string(field.key) + " " + field.name + ": "
                               + (field.optional ? "optional " : "") + field.type);
        const auto table = tables.find(name);
        CHECK((table == tables.end() ? std::vector<std::string>{} : table->second) == expected);
    }
    for (const auto& [name, rows] : tables) {
        INFO("in PROTOCOL.md only: " << name);
        CHECK(known.contains(name));
    }
}

TEST_CASE("PROTOCOL.md has every kind, and none beside them")
{
    static const std::regex heading("### (\\d+) (\\w+)(?: → (\\d+) (\\w+))?");
    std::set<std::string> found;
    std::istringstream lines(readFile("common/protocol/PROTOCOL.md"));
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, heading))
            found.insert(match[1].str() + " " + match[2].str() + " " + match[3].str() + " "
                         + match[4].str());
    }
    std::set<std::string> expected;
    for (const auto& message : messages())
        expected.insert(std::to_string(message.kind) + " " + message.name + " "
                        + (message.isPush ? "" : std::to_string(message.kind + answerOffset)) + " "
                        + message.answer);
    CHECK(found == expected);
}

TEST_CASE("PROTOCOL.md has every error code, and none beside them")
{
    const auto document = readFile("common/protocol/PROTOCOL.md");
    const auto start = document.find("| code | name | meaning |");
    REQUIRE(start != std::string::npos);
    static const std::regex row("\\| (\\d+) \\| (\\w+) \\| .*");
    std::set<std::string> found;
    std::istringstream lines(document.substr(start));
    std::smatch match;
    for (std::string line; std::getline(lines, line) && !line.empty();) {
        if (std::regex_match(line, match, row))
            found.insert(match[1].str() + " " + match[2].str());
    }
    std::set<std::string> expected;
#define X(number, name) expected.insert(#number " " #name);
    IMPULSE_ERROR_CODES(X)
#undef X
    CHECK(found == expected);
}

TEST_CASE("impulse.cddl has every message, field number and limit, and none beside them")
{
    const impulse::test::Cddl cddl(readFile("common/protocol/impulse.cddl"));
    REQUIRE(cddl.error().empty());
    const auto known = structs();
    std::map<std::string, std::string> expected;
    std::string requests, answers, pushes;
    const auto append = [](std::string& list, const std::string& rule) {
        list += (list.empty() ? "" : " / ") + rule;
    };
    std::set<std::string> ownKinds{"Error", "Done"};
    for (const auto& message : messages()) {
        const auto rule = ruleName(message.name);
        expected[rule] = cddlOf(known.at(message.name), message.kind, !message.isPush);
        append(message.isPush ? pushes : requests, rule);
        ownKinds.insert(message.name);
        if (message.isPush)
            continue;
        append(answers, rule + "-answer");
        expected[rule + "-answer"]
            = cddlOf(known.at(message.answer), message.kind + answerOffset, true);
    }
    for (const auto* part : {"PasswordParameters", "UserEntry", "ServerLimits", "ContactEntry",
                             "Presence", "Wrap", "HandedList", "LogPosition", "ConversationHead",
                             "GroupHead", "ControlEnvelope", "LogEvent", "MailboxEntry"})
        expected[ruleName(part)] = cddlOf(known.at(part), std::nullopt, false);
    expected["error"] = cddlOf(known.at("Error"), errorKind, true);
    expected["frame"] = "request / answer / error / push";
    expected["uint53"] = "0..9007199254740991";
    expected["request"] = requests;
    expected["answer"] = answers;
    expected["push"] = pushes;
    for (const auto& [rule, text] : expected) {
        INFO(rule);
        CHECK((cddl.rules().contains(rule) ? cddl.rules().at(rule) : "missing") == text);
    }
    for (const auto& [rule, text] : cddl.rules()) {
        INFO("in impulse.cddl only: " << rule);
        CHECK(expected.contains(rule));
    }
}
