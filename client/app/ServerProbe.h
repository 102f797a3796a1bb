#pragma once

#include "client/core/Accounts.h"
#include "client/ui/signin/SignInTypes.h"

#include <QObject>

#include <optional>

namespace impulse::app {

/// Follows what is typed into a server field: reads the link, asks the server and reports what is
/// known. Only the answer to the latest text counts. Main thread.
class ServerProbe : public QObject {
    Q_OBJECT

public:
    explicit ServerProbe(client::Accounts& accounts, QObject* parent = nullptr);

    void probe(const QString& text);
    /// Whether `username` is free there; answered by nameChecked(). Nothing happens before a link
    /// was read.
    void checkName(const QString& username);

    /// The link of `text`, with the key that was found where the text names none.
    std::optional<client::ServerLink> linkFor(const QString& text) const;
    const std::optional<client::ServerInfo>& info() const { return m_info; }

Q_SIGNALS:
    void stateChanged(impulse::ui::ServerState state);
    void nameChecked(const QString& username, impulse::ui::NameState state);

private:
    void ask(int generation);
    void askName(int generation, const QString& username, int triesLeft);

    client::Accounts& m_accounts;
    QString m_text;
    std::optional<client::ServerLink> m_link;
    std::optional<client::ServerInfo> m_info;
    int m_generation = 0;
    int m_nameGeneration = 0;
};

} // namespace impulse::app
