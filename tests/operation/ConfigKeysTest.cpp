#include "tests/support/Catch.h"
#include "tests/support/Processes.h"

#include "server/app/ConfigReader.h"
#include "server/app/ConfigTable.h"

#include <QFile>
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>

#include <unistd.h>

using namespace impulse;
using namespace impulse::server;

namespace {

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

QStringList words(const char* text)
{
    return word(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

using Shown = std::function<QString(const ServerConfig&)>;

template <auto Member> QString shown(const ServerConfig& config)
{
    const auto& value = config.*Member;
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<T, QString>)
        return value;
    else if constexpr (std::is_same_v<T, QHostAddress>)
        return value.toString();
    else
        return QString::number(static_cast<qulonglong>(value));
}

template <Limit limit> QString shownLimit(const ServerConfig& config)
{
    const auto& rule = config.limits[limit];
    return QStringLiteral("%1 in %2 ms").arg(rule.most).arg(rule.windowMs);
}

QString shownHost(const ServerConfig& config)
{
    return QStringLiteral("%1 %2").arg(config.publicHost).arg(config.publicPort);
}

QString shownStorage(const ServerConfig& config)
{
    // The path of the usual file follows from the data folder, which is another key.
    return config.storage.isPostgreSql() ? config.storage.name() : QString();
}

QString shownPasswordFile(const ServerConfig& config)
{
    return config.storage.passwordFile;
}

QString shownSocket(const ServerConfig& config)
{
    return config.controlSocket.section(QLatin1Char('/'), -1);
}

/// One key with a value that is not its default, and what it must become.
struct Sample {
    const char* key;
    const char* value;
    Shown shown;
    const char* becomes;
    /// Other keys that it cannot be without, as options.
    const char* companions = "";
};

using C = ServerConfig;

const Sample samples[] = {
    {"data", "/elsewhere", shown<&C::dataFolder>, "/elsewhere"},
    {"storage", "postgresql://who@where:99/what", shownStorage, "postgresql://who@where:99/what"},
    {"storage-password-file", "/pw", shownPasswordFile, "/pw"},
    {"address", "127.9.9.9", shown<&C::address>, "127.9.9.9"},
    {"port", "4711", shown<&C::port>, "4711"},
    {"host", "chat.example.org:99", shownHost, "chat.example.org 99"},
    {"registration", "closed", shown<&C::registration>, "2"},
    {"certificate", "/c.pem", shown<&C::certificateFile>, "/c.pem", "--key /k.pem"},
    {"key", "/k.pem", shown<&C::keyFile>, "/k.pem", "--certificate /c.pem"},
    {"behind-proxy", "on", shown<&C::behindProxy>, "1", "--proxy-certificate /p.pem"},
    {"proxy-certificate", "/p.pem", shown<&C::proxyCertificateFile>, "/p.pem", "--behind-proxy on"},
    {"max-connections", "101", shown<&C::maxConnections>, "101"},
    {"max-connections-per-address", "102", shown<&C::maxConnectionsPerAddress>, "102"},
    {"max-unauthenticated-connections", "103", shown<&C::maxUnauthenticatedConnections>, "103"},
    {"handshake-timeout", "104ms", shown<&C::handshakeTimeoutMs>, "104"},
    {"io-threads", "5", shown<&C::ioThreads>, "5"},
    {"dispatcher", "qt", shown<&C::dispatcher>, "1"},
    {"group-commit", "off", shown<&C::groupCommit>, "0"},
    {"mailbox-entries", "106", shown<&C::mailboxEntries>, "106"},
    {"mailbox-bytes", "7M", shown<&C::mailboxBytes>, "7340032"},
    {"push-limit-bytes", "300K", shown<&C::pushLimitBytes>, "307200"},
    {"queue-limit-bytes", "9M", shown<&C::queueLimitBytes>, "9437184"},
    {"limit-logins", "11/1s", shownLimit<Limit::FailuresPerAccountAndAddress>, "11 in 1000 ms"},
    {"limit-logins-per-address", "12/2s", shownLimit<Limit::FailuresPerAddress>, "12 in 2000 ms"},
    {"limit-logins-per-account", "13/3s", shownLimit<Limit::FailuresPerAccount>, "13 in 3000 ms"},
    {"limit-username-checks", "14/4s", shownLimit<Limit::UsernameChecks>, "14 in 4000 ms"},
    {"limit-registrations", "15/5s", shownLimit<Limit::Registrations>, "15 in 5000 ms"},
    {"limit-resolves", "16/6s", shownLimit<Limit::Resolves>, "16 in 6000 ms"},
    {"limit-bundles", "17/7s", shownLimit<Limit::Bundles>, "17 in 7000 ms"},
    {"limit-controls", "18/8s", shownLimit<Limit::Controls>, "18 in 8000 ms"},
    {"limit-transients", "19/9s", shownLimit<Limit::Transients>, "19 in 9000 ms"},
    {"limit-invites", "20/10s", shownLimit<Limit::Invites>, "20 in 10000 ms"},
    {"limit-profile-changes", "21/11s", shownLimit<Limit::ProfileChanges>, "21 in 11000 ms"},
    {"limit-contact-changes", "22/12s", shownLimit<Limit::ContactChanges>, "22 in 12000 ms"},
    {"limit-new-groups", "23/13s", shownLimit<Limit::NewGroups>, "23 in 13000 ms"},
    {"limit-requests", "24/14s", shownLimit<Limit::Requests>, "24 in 14000 ms"},
    {"limit-stored-bytes", "2M/15s", shownLimit<Limit::StoredBytes>, "2097152 in 15000 ms"},
    {"log-level", "error", shown<&C::logLevel>, "3"},
    {"log-format", "json", shown<&C::logFormat>, "2"},
    {"restore-wait", "16s", shown<&C::restoreWaitMs>, "16000"},
    {"control-socket", "/run/other.sock", shownSocket, "other.sock"},
    {"health-address", "::1", shown<&C::healthAddress>, "::1"},
    {"health-port", "4712", shown<&C::healthPort>, "4712"},
};

/// What every key has become.
QMap<QString, QString> all(const ServerConfig& config)
{
    QMap<QString, QString> result;
    for (const auto& sample : samples)
        result[word(sample.key)] = sample.shown(config);
    return result;
}

/// The key has become what it must, and no other has changed but its companions.
void checkSample(const Sample& sample, const Result<ServerConfig, QStringList>& config,
                 const ServerConfig& usual)
{
    INFO((config ? QString() : config.error().join(QLatin1Char('\n'))).toStdString());
    REQUIRE(config);
    CHECK(config->values[word(sample.key)] == word(sample.value));
    CHECK(sample.shown(*config) == word(sample.becomes));
    const auto before = all(usual);
    const auto after = all(*config);
    for (auto i = after.begin(); i != after.end(); ++i) {
        CAPTURE(i.key().toStdString());
        const bool mayDiffer = i.key() == word(sample.key) ||
                               words(sample.companions).contains(QStringLiteral("--") + i.key());
        CHECK((i.value() != before[i.key()]) == mayDiffer);
    }
}

struct Ran {
    int code = -1;
    QByteArray output;
    QByteArray errors;
};

/// A shell in a mount namespace of its own, in which /etc/impulse/server.conf is `config`.
Ran runWithConfig(const QTemporaryDir& dir, const QByteArray& config, const QStringList& arguments)
{
    QFile file(dir.filePath(word("server.conf")));
    REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(config);
    file.close();
    // All of /etc is a copy, so that nothing is made in the real one.
    const auto script = word("set -e\n"
                             "mkdir -p \"$1/etc\"\n"
                             "cp -a /etc/. \"$1/etc/\"\n"
                             "mkdir -p \"$1/etc/impulse\"\n"
                             "cp \"$1/server.conf\" \"$1/etc/impulse/server.conf\"\n"
                             "mount --bind \"$1/etc\" /etc\n"
                             "shift\n"
                             "exec \"$@\"\n");
    QProcess process;
    process.start(word("unshare"),
                  QStringList{word("--mount"), word("--propagation"), word("private"), word("sh"),
                              word("-c"), script, word("sh"), dir.path(), test::serverCommands()} +
                      arguments);
    REQUIRE(process.waitForFinished());
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

TEST_CASE("every key is an option, an environment variable and a line of the file")
{
    QStringList sampled;
    for (const auto& sample : samples)
        sampled << word(sample.key);
    REQUIRE(sampled == configKeyNames());

    QTemporaryDir dir;
    const auto path = dir.filePath(word("server.conf"));
    const auto write = [&](const QByteArray& text) {
        QFile file(path);
        REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        REQUIRE(file.write(text) == text.size());
    };
    write("");
    const QStringList common{word("--config"), path};
    const QStringList data{word("--data"), word("/d")};
    const auto usual = readConfig(common + data, QProcessEnvironment());
    REQUIRE(usual);
    for (const auto& sample : samples) {
        CAPTURE(sample.key);
        REQUIRE(sample.shown(*usual) != word(sample.becomes));
        const auto name = word(sample.key);
        // An option, which goes before the others, would hide its key.
        const auto options =
            common + (name == word("data") ? QStringList() : data) + words(sample.companions);
        {
            INFO("by option");
            write("");
            const QStringList option{QStringLiteral("--") + name, word(sample.value)};
            checkSample(sample, readConfig(options + option, QProcessEnvironment()), *usual);
        }
        {
            INFO("by environment");
            QProcessEnvironment environment;
            environment.insert(environmentName(*findConfigKey(name)), word(sample.value));
            checkSample(sample, readConfig(options, environment), *usual);
        }
        {
            INFO("by file");
            write(QByteArray(sample.key) + " = " + sample.value + '\n');
            checkSample(sample, readConfig(options, QProcessEnvironment()), *usual);
        }
    }
}

TEST_CASE("/etc/impulse/server.conf is read unless another is named (needs root)")
{
    REQUIRE(word(defaultConfigFile) == word("/etc/impulse/server.conf"));
    CHECK(usageText().contains(word(defaultConfigFile)));
    QTemporaryDir dir;
    if (::geteuid() != 0)
        IMPULSE_SKIP("a mount namespace for /etc/impulse/server.conf needs root");
    QProcess probe;
    probe.start(word("unshare"), words("--mount --propagation private true"));
    if (!probe.waitForFinished() || probe.exitCode() != 0)
        IMPULSE_SKIP("no mount namespaces here");

    const auto check = words("--check-config");
    const auto good = runWithConfig(dir, "data = /d\nport = 4711\n", check);
    INFO(good.errors.toStdString());
    CHECK(good.code == 0);
    CHECK(good.output.trimmed() == "the configuration is good: /etc/impulse/server.conf");
    const auto bad = runWithConfig(dir, "data = /d\nprot = 4711\n", check);
    CHECK(bad.code == 2);
    CHECK(bad.errors.contains("/etc/impulse/server.conf:2: unknown key prot"));
    // Another file in its place.
    const auto other = dir.filePath(word("other.conf"));
    QFile file(other);
    REQUIRE(file.open(QIODevice::WriteOnly));
    file.write("data = /d\n");
    file.close();
    const auto named =
        runWithConfig(dir, "prot = 4711\n", check + QStringList{word("--config"), other});
    INFO(named.errors.toStdString());
    CHECK(named.code == 0);
    CHECK(named.output.contains("other.conf"));
}
