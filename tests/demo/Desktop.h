#pragma once

#include "tests/support/Processes.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <stdexcept>

namespace impulse::demo {

/// Something a person would see did not happen; ends the demonstration with its text.
struct Stuck : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One person at one computer: the real desktop client in a process of its own, used through its
/// widgets only. Blocking.
class Desktop {
public:
    Desktop(QString username, QString home, QString server);

    void start();
    /// SIGKILL.
    void kill();
    /// Closes the program as a person does; true if it left cleanly.
    bool close();

    const QString& username() const { return m_username; }
    qint64 pid() const { return m_process->pid(); }

    void registerAccount(const QString& displayName, const QString& password);
    /// After a restart: the password is asked, because the demonstration has no keychain.
    void unlock();
    void setStatus(const QString& status);
    void startChat(const QString& username);
    /// Opens the chat whose row speaks of `text`, accepts it if it is a request.
    void openChat(const QString& text);
    void acceptRequest();
    void write(const QString& text);
    /// Up in the empty composer, then the new text.
    void editLast(const QString& text);
    void deleteMessage(const QString& text);
    /// The spoken text of every row of the open conversation.
    QStringList rows();
    /// Waits until the conversation speaks of `text`.
    bool sees(const QString& text, int ms = 20'000);
    bool seesNot(const QString& text, int ms = 20'000);
    /// Waits until the conversation's header shows `text`, in the name or in the line below.
    bool headerSays(const QString& text);
    void grab(const QString& file);

private:
    QJsonObject tell(QJsonObject command);
    /// Without throwing.
    QJsonObject ask(const QJsonObject& command);
    void confirmRecoveryCode();

    QString m_username;
    QString m_home;
    QString m_server;
    QString m_password;
    std::unique_ptr<test::JsonProcess> m_process;
};

} // namespace impulse::demo
