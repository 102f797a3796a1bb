#include "tests/support/Catch.h"
#include "tests/vectors/VectorHarness.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>

#include <cstdio>
#include <optional>
#include <set>

using namespace impulse;
using namespace impulse::vectors;

namespace {

const std::set<std::string> requiredTopics{
    "notation", "content", "identity", "directory", "prekeys",  "password", "auth",
    "x3dh",     "ratchet", "sessions", "aad",       "envelope", "recovery", "safety_number"};
const std::set<std::string> requiredBlobs{"profile_seal", "profile_open", "row_seal",
                                          "row_open",     "ldk_seal",     "ldk_open"};
const std::set<std::string> requiredStates{"group_id", "make", "genesis", "transition"};

/// What has to pass; other topics and operations are reported, not failed.
bool isRequired(const std::string& topic, const std::string& operation)
{
    return requiredTopics.contains(topic) ||
           (topic == "blobs" && requiredBlobs.contains(operation)) ||
           (topic == "group_state" && requiredStates.contains(operation));
}

/// Empty if the case holds, else what is wrong.
std::string run(const Handler& handler, const QJsonObject& testCase)
{
    const In in(testCase.value(QLatin1String("in")).toObject());
    const auto expectedError = testCase.value(QLatin1String("error")).toString().toStdString();
    try {
        const auto out = handler(in);
        if (!expectedError.empty())
            return "expected " + expectedError + ", got a result";
        if (in.has("rng") && !in.rng().exactlyUsed())
            return "other random draws than listed, " + std::to_string(in.rng().left()) + " left";
        return difference(testCase.value(QLatin1String("out")).toObject(), out.object());
    } catch (crypto::CryptoError error) {
        if (expectedError == crypto::errorName(error))
            return {};
        return (expectedError.empty() ? "expected a result" : "expected " + expectedError) +
               ", got " + std::string(crypto::errorName(error));
    } catch (const Mismatch& mismatch) {
        return mismatch.what();
    }
}

struct Count {
    int passed = 0;
    int failed = 0;
    int notCovered = 0;
    /// Topics, and operations of blobs and group states, of which a case was run.
    std::set<std::string> met;
};

Count runFile(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    const auto document = QJsonDocument::fromJson(file.readAll()).object();
    const auto topic = document.value(QLatin1String("topic")).toString().toStdString();
    INFO(path.toStdString());
    // A file that is damaged would hold no case to fail.
    REQUIRE_FALSE(topic.empty());
    Count count;
    for (const auto& item : document.value(QLatin1String("cases")).toArray()) {
        const auto testCase = item.toObject();
        const auto operation = testCase.value(QLatin1String("op")).toString().toStdString();
        const auto where = topic + "/" + operation + " '" +
                           testCase.value(QLatin1String("name")).toString().toStdString() + "'";
        const auto* handler = findHandler(topic, operation);
        if (!handler && !isRequired(topic, operation)) {
            ++count.notCovered;
            continue;
        }
        count.met.insert(topic == "blobs" || topic == "group_state" ? operation : topic);
        const auto problem = handler ? run(*handler, testCase) : "no such operation";
        problem.empty() ? ++count.passed : ++count.failed;
        if (!problem.empty())
            FAIL_CHECK(where << ": " << problem);
    }
    std::printf("%-16s %4d passed  %4d failed  %4d not covered yet\n", topic.c_str(), count.passed,
                count.failed, count.notCovered);
    return count;
}

} // namespace

TEST_CASE("every known-answer vector holds")
{
    const auto given = qEnvironmentVariable("IMPULSE_VECTORS");
    const QDir dir(given.isEmpty() ? QStringLiteral(IMPULSE_SOURCE_DIR "/tests/vectors") : given);
    const auto files = dir.entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    REQUIRE(!files.isEmpty());
    Count total;
    for (const auto& file : files) {
        const auto count = runFile(file.filePath());
        total.passed += count.passed;
        total.failed += count.failed;
        total.notCovered += count.notCovered;
        total.met.insert(count.met.begin(), count.met.end());
    }
    std::printf("%-16s %4d passed  %4d failed  %4d not covered yet\n", "total", total.passed,
                total.failed, total.notCovered);
    CHECK(total.failed == 0);
    // Other files need not have everything; ours do.
    if (!given.isEmpty())
        return;
    for (const auto& wanted : {requiredTopics, requiredBlobs, requiredStates}) {
        for (const auto& name : wanted) {
            INFO("no case of " << name);
            CHECK(total.met.contains(name));
        }
    }
}

TEST_CASE("the harness notices a wrong vector")
{
    const auto* handler = findHandler("notation", "hash");
    REQUIRE(handler);
    const QJsonObject in{{QStringLiteral("label"), QStringLiteral("x")},
                         {QStringLiteral("parts"), QJsonArray()}};
    const QJsonObject wrongHash{{QStringLiteral("hash"), QStringLiteral("00")}};
    CHECK_FALSE(
        run(*handler, {{QStringLiteral("in"), in}, {QStringLiteral("out"), wrongHash}}).empty());
    CHECK_FALSE(run(*handler, {{QStringLiteral("in"), in},
                               {QStringLiteral("error"), QStringLiteral("Malformed")}})
                    .empty());
    const QJsonObject missing{{QStringLiteral("other"), 1}};
    CHECK_FALSE(
        run(*handler, {{QStringLiteral("in"), in}, {QStringLiteral("out"), missing}}).empty());
}
