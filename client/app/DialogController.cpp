#include "client/app/DialogController.h"

#include "client/core/Client.h"
#include "client/ui/chat/ChatWords.h"
#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/dialogs/ContactDialog.h"
#include "client/ui/dialogs/OwnProfileDialog.h"
#include "client/ui/dialogs/StartChatDialog.h"
#include "client/ui/theme/Avatar.h"

namespace impulse::app {

using client::ClientError;
using client::ClientErrorCode;
using client::PersonItem;
using ui::StartChatDialog;

namespace {

int slotOf(const UserId& id)
{
    return ui::avatarSlot(
        QByteArrayView(reinterpret_cast<const char*>(id.data()), qsizetype(UserId::size())));
}

StartChatDialog::Problem problemOf(const ClientError& error)
{
    switch (error.code) {
    case ClientErrorCode::NotFound:
    case ClientErrorCode::InvalidUsername:
        return StartChatDialog::Problem::NotFound;
    case ClientErrorCode::InvalidLink:
        return StartChatDialog::Problem::BadLink;
    case ClientErrorCode::NotThisServer:
        return StartChatDialog::Problem::OtherServer;
    case ClientErrorCode::Blocked:
        return StartChatDialog::Problem::Blocked;
    default:
        return client::kindOf(error) == client::ErrorKind::Network
                   ? StartChatDialog::Problem::Offline
                   : StartChatDialog::Problem::Failed;
    }
}

/// What was last heard of a presence is old without a connection.
ui::ContactProfile shown(const PersonItem& person, bool connected)
{
    const bool online = person.online && connected;
    return {person.name(),
            person.username,
            ui::ChatWords::presence(online, person.lastSeenMs),
            person.statusText,
            person.about,
            slotOf(person.id),
            online,
            person.status == client::ContactStatus::Blocked,
            person.identity};
}

} // namespace

DialogController::DialogController(ui::Theme& theme, client::Client& client, QWidget& window,
                                   QObject* parent)
    : QObject(parent), m_theme(theme), m_client(client), m_window(window)
{
}

bool DialogController::isConnected() const
{
    const client::ConnectionState state = m_client.connection().state();
    return state == client::ConnectionState::Online || state == client::ConnectionState::Updating;
}

QString DialogController::sentence(const ClientError& error)
{
    switch (error.code) {
    case ClientErrorCode::DiskFull:
        return tr("This disk is full. Free some space to keep receiving messages.");
    case ClientErrorCode::DatabaseCorrupt:
    case ClientErrorCode::DatabaseNewer:
    case ClientErrorCode::StorageUnavailable:
        return tr("Nothing can be written on this computer. Messages wait until it works again.");
    case ClientErrorCode::ServerKeyChanged:
        return tr("This server’s key has changed. Ask whoever runs it before you go on.");
    case ClientErrorCode::DeviceRemoved:
        return tr("This device was removed from your account.");
    case ClientErrorCode::AccountGone:
        return tr("This account is not on the server any more. What you have here stays until you "
                  "sign out.");
    case ClientErrorCode::AccountDisabled:
        return tr("Whoever runs this server has disabled your account. Nothing of it was deleted.");
    case ClientErrorCode::UnsupportedVersion:
        return tr("This server and this version of Impulse do not understand each other. Update "
                  "the older one.");
    case ClientErrorCode::AccountNotRestored:
    case ClientErrorCode::RestoreUnconfirmed:
        return tr("The server was restored from an older backup.");
    case ClientErrorCode::SecurityCheckFailed:
    case ClientErrorCode::DirectoryForked:
        return tr("The server’s answer failed a security check. Ask whoever runs it.");
    case ClientErrorCode::InvalidText:
        return tr("This message is too long. Send it in parts.");
    case ClientErrorCode::Blocked:
        return tr("You blocked this person. Unblock them in their profile first.");
    case ClientErrorCode::RateLimited:
        return tr("Too many attempts. Wait a few minutes and try again.");
    default:
        break;
    }
    return client::kindOf(error) == client::ErrorKind::Network
               ? tr("You’re offline. Try again when the connection is back.")
               : tr("This did not work. Try again.");
}

void DialogController::startChat(const QString& usernameOrLink)
{
    if (!m_start) {
        m_start = new StartChatDialog(m_theme, m_client.accounts().username(),
                                      m_client.people().ownLink(), &m_window);
        m_start->setObjectName(QStringLiteral("startChatDialog"));
        m_start->setAttribute(Qt::WA_DeleteOnClose);
        connect(m_start, &StartChatDialog::startRequested, this, &DialogController::find);
        m_start->open();
    }
    if (!usernameOrLink.isEmpty()) {
        m_start->setText(usernameOrLink);
        find(usernameOrLink);
    }
}

void DialogController::find(const QString& usernameOrLink)
{
    m_start->setBusy(true);
    const auto found = [this](Result<PersonItem, ClientError> result) {
        if (!m_start) {
            return;
        }
        if (!result) {
            m_start->setProblem(problemOf(result.error()));
        } else if (result->id == m_client.accounts().userId()) {
            m_start->setProblem(StartChatDialog::Problem::Yourself);
        } else if (result->status == client::ContactStatus::Blocked) {
            m_start->setProblem(StartChatDialog::Problem::Blocked);
        } else {
            openWith(result->id);
        }
    };
    m_client.people().find(usernameOrLink, client::whileAlive(this, found));
}

void DialogController::openWith(const UserId& person)
{
    const auto started = [this](Result<ConversationId, ClientError> result) {
        if (!result) {
            if (m_start) {
                m_start->setProblem(problemOf(result.error()));
            } else {
                showError(result.error());
            }
            return;
        }
        if (m_start) {
            m_start->accept();
        }
        Q_EMIT conversationWanted(*result);
    };
    m_client.chats().start(person, client::whileAlive(this, started));
}

void DialogController::showContact(const UserId& id)
{
    const auto person = m_client.people().person(id);
    if (!person) {
        return;
    }
    delete m_contact;
    m_contactId = id;
    m_contact = new ui::ContactDialog(m_theme, &m_window);
    m_contact->setObjectName(QStringLiteral("contactDialog"));
    m_contact->setAttribute(Qt::WA_DeleteOnClose);
    m_contact->setProfile(shown(*person, isConnected()));
    connect(m_contact, &ui::ContactDialog::messageRequested, this, [this, id] { openWith(id); });
    connect(m_contact, &ui::ContactDialog::blockRequested, this, [this, id](bool block) {
        const auto now = m_client.people().person(id);
        if (block && now) {
            askToBlock(*now);
            return;
        }
        const auto done = [this](Result<void, ClientError> result) {
            if (!result) {
                showError(result.error());
            }
        };
        m_client.people().unblock(id, client::whileAlive(this, done));
    });
    m_contact->open();
}

void DialogController::refreshContact(const PersonItem& person)
{
    if (m_contact && person.id == m_contactId) {
        m_contact->setProfile(shown(person, isConnected()));
    }
}

void DialogController::askToBlock(const PersonItem& person)
{
    auto* dialog = new ui::ConfirmDialog(
        m_theme,
        {tr("Block %1?").arg(person.name()),
         tr("They can no longer write to you or see when you are online. They are not told."),
         tr("Block")},
        true, m_contact ? static_cast<QWidget*>(m_contact) : &m_window);
    connect(dialog, &QDialog::accepted, this, [this, id = person.id] {
        const auto done = [this](Result<void, ClientError> result) {
            if (!result) {
                showError(result.error());
            }
        };
        m_client.people().block(id, client::whileAlive(this, done));
    });
    dialog->open();
}

void DialogController::showOwnProfile()
{
    const client::OwnProfile now = m_client.people().ownProfile();
    auto* dialog =
        new ui::OwnProfileDialog(m_theme,
                                 {m_client.accounts().username(), now.displayName, now.statusText,
                                  now.about, slotOf(m_client.accounts().userId())},
                                 m_client.people().ownLink(), &m_window);
    dialog->setObjectName(QStringLiteral("ownProfileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ui::OwnProfileDialog::saveRequested, this,
            [this, dialog](const ui::OwnProfile& profile) {
                dialog->setBusy(true);
                const auto done = [dialog](Result<void, ClientError> result) {
                    if (result) {
                        dialog->accept();
                    } else {
                        dialog->setFailed();
                    }
                };
                m_client.people().setOwnProfile(
                    {profile.displayName, profile.status, profile.about},
                    client::whileAlive(dialog, done));
            });
    dialog->open();
}

void DialogController::askToSignOut()
{
    const bool codeSaved = m_client.accounts().recoveryConfirmed();
    auto* dialog = new ui::ConfirmDialog(
        m_theme,
        {tr("Sign out on this computer?"),
         codeSaved ? tr("What Impulse keeps here is deleted. To sign in again you need your "
                        "password and your recovery code.")
                   : tr("No recovery code is saved. Without it you cannot sign in again, and what "
                        "Impulse keeps here is deleted."),
         tr("Sign out")},
        true, &m_window);
    connect(dialog, &QDialog::accepted, this, [this] {
        const auto done = [this](Result<void, ClientError> result) {
            if (!result) {
                showError(result.error());
            }
        };
        m_client.accounts().signOut(client::whileAlive(this, done));
    });
    dialog->open();
}

void DialogController::notice(const QString& title, const QString& text)
{
    if (m_notice && m_notice->accessibleDescription() == text) {
        return;
    }
    m_notice = new ui::ConfirmDialog(m_theme, {title, text, QString()}, false, &m_window);
    m_notice->setObjectName(QStringLiteral("notice"));
    m_notice->open();
}

void DialogController::showError(const ClientError& error)
{
    notice(tr("Something did not work"), sentence(error));
}

void DialogController::showWarning(const QString& text)
{
    notice(tr("Security warning"), text);
}

} // namespace impulse::app
