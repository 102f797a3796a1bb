#pragma once

#include "tests/support/Processes.h"

#include <QJsonObject>
#include <QProcess>
#include <QStringList>

#include <memory>
#include <vector>

/// impulse-cli as a test uses it. Blocking; for test drivers only.
namespace impulse::test {

/// How one command ended.
struct CliRun {
    int exitCode = -1;
    /// Killed or crashed.
    bool crashed = false;
    std::vector<QJsonObject> lines;
    QByteArray errors;

    /// A field of the first line of this type; undefined if there is none.
    QJsonValue field(const char* type, const char* name) const;
    std::vector<QJsonObject> all(const char* type) const;
};

/// A person with a profile folder, a password file and no keychain.
class CliPerson {
public:
    CliPerson(QString username, QString folder);

    const QString& username() const { return m_username; }
    QString home() const { return m_folder + QStringLiteral("/home"); }
    QString recoveryFile() const { return m_folder + QStringLiteral("/recovery"); }
    QString passwordFile() const { return m_folder + QStringLiteral("/password"); }

    /// Runs a command to its end.
    CliRun run(const QStringList& command, const QByteArray& input = {}, int ms = 60'000) const;
    /// Starts `listen`; the caller stops it.
    std::unique_ptr<JsonProcess> listen() const;
    /// Starts a command; finish() collects it.
    std::unique_ptr<QProcess> start(const QStringList& command) const;
    static CliRun finish(QProcess& process, int ms = 60'000);

    /// What its password file holds from now on.
    void setPassword(const QByteArray& password) const;
    CliRun registerAt(const QString& server) const;
    /// Kinds and texts of the conversation's lines with a text, oldest first, own ones with "> ".
    QStringList history(const QString& with) const;

private:
    QStringList line(const QStringList& command) const;

    QString m_username;
    QString m_folder;
};

} // namespace impulse::test
