#pragma once

#include "tests/support/Catch.h"
#include "tests/support/CliPerson.h"
#include "tests/support/ServerProcess.h"

#include <QTemporaryDir>

/// What the tests of impulse-cli share.
namespace impulse::test {

inline QString word(const char* text)
{
    return QString::fromUtf8(text);
}

inline QStringList words(const char* text)
{
    return word(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

/// A server with two people who do not know each other yet.
struct Town {
    explicit Town(const QStringList& serverOptions = {QStringLiteral("--registration"),
                                                      QStringLiteral("open")})
    {
        REQUIRE(server.start(serverOptions));
    }

    void registerBoth()
    {
        for (const auto* person : {&anna, &bob}) {
            const CliRun run = person->registerAt(server.url());
            INFO(run.errors.toStdString());
            REQUIRE(run.exitCode == 0);
        }
    }

    /// The same, and each has accepted the other.
    void acquaint()
    {
        registerBoth();
        REQUIRE(anna.run(words("send bob hello")).exitCode == 0);
        REQUIRE(bob.run(words("accept anna")).exitCode == 0);
    }

    QTemporaryDir dir;
    ServerProcess server{dir.filePath(QStringLiteral("server"))};
    CliPerson anna{QStringLiteral("anna"), dir.filePath(QStringLiteral("anna"))};
    CliPerson bob{QStringLiteral("bob"), dir.filePath(QStringLiteral("bob"))};
};

/// Sends and returns the message's id.
inline QString send(const CliPerson& from, const CliPerson& to, const QString& text)
{
    const CliRun run = from.run({word("send"), to.username(), text});
    INFO(run.errors.toStdString());
    REQUIRE(run.exitCode == 0);
    return run.field("sent", "id").toString();
}

/// A person's other computer, with its own password file.
inline CliPerson otherComputer(const CliPerson& person, const QString& folder,
                               const QByteArray& password)
{
    CliPerson result(person.username(), folder);
    result.setPassword(password);
    return result;
}

/// Checks a line against the table in client/cli/README.md: its type, and exactly its fields.
void checkDocumented(const std::vector<QJsonObject>& lines);

} // namespace impulse::test
