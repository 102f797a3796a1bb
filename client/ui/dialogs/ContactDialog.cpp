#include "client/ui/dialogs/ContactDialog.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/AvatarView.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Card.h"
#include "client/ui/widgets/IconButton.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"
#include "client/ui/widgets/TagLabel.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QVBoxLayout>

namespace impulse::ui {

namespace {

constexpr int dialogWidth = 440;
constexpr int avatarSide = 96;

} // namespace

ContactDialog::ContactDialog(Theme& theme, QWidget* parent)
    : QDialog(parent), m_theme(theme), m_avatar(new AvatarView(theme, avatarSide, this)),
      m_name(new Label(theme, TextStyle::Heading, Token::TextPrimary, this)),
      m_presence(new Label(theme, TextStyle::Body, Token::TextSecondary, this)),
      m_status(new TagLabel(theme, this)),
      m_message(new Button(theme, Button::Kind::Tonal, this)),
      m_card(new Card(theme, Token::SurfaceBase, this)),
      m_block(new Button(theme, Button::Kind::DangerText, this))
{
    setWindowModality(Qt::WindowModal);
    m_name->setAlignment(Qt::AlignHCenter);
    m_name->setWordWrap(true);
    m_presence->setAlignment(Qt::AlignHCenter);
    m_message->setObjectName(QStringLiteral("message"));
    m_message->setButtonSize(Button::Size::Large);
    m_message->setIconName(QLatin1String("send"));
    m_block->setObjectName(QStringLiteral("block"));

    m_identityRow = infoRow(QLatin1String("shield-check"), m_identity, m_identityCaption);
    m_identityRow->setObjectName(QStringLiteral("identity"));
    m_identityIcon = m_identityRow->findChild<IconView*>();
    m_card->addRow(m_identityRow);
    QWidget* username = infoRow(QLatin1String("mention"), m_username, m_usernameCaption);
    m_copy = new IconButton(theme, QLatin1String("copy"), username);
    username->layout()->addWidget(m_copy);
    m_card->addRow(username);
    m_aboutRow = infoRow(QLatin1String("info"), m_about, m_aboutCaption);
    m_about->setWordWrap(true);
    m_card->addRow(m_aboutRow);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 32, 24, 16);
    column->setSpacing(0);
    column->addWidget(m_avatar, 0, Qt::AlignHCenter);
    column->addSpacing(14);
    column->addWidget(m_name);
    column->addWidget(m_presence);
    column->addSpacing(8);
    column->addWidget(m_status, 0, Qt::AlignHCenter);
    column->addSpacing(20);
    column->addWidget(m_message);
    column->addSpacing(16);
    column->addWidget(m_card);
    column->addSpacing(16);
    column->addStretch(1);
    auto* foot = new QHBoxLayout;
    m_block->setFlush(true);
    foot->addWidget(m_block);
    foot->addStretch(1);
    column->addLayout(foot);
    setMinimumWidth(theme.pxCapped(dialogWidth));
    connect(m_message, &QPushButton::clicked, this, [this] {
        Q_EMIT messageRequested();
        accept();
    });
    connect(m_copy, &QAbstractButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(QLatin1Char('@') + m_profile.username);
    });
    connect(m_block, &QPushButton::clicked, this,
            [this] { Q_EMIT blockRequested(!m_profile.blocked); });
    m_message->setDefault(true);
    retranslate();
}

QWidget* ContactDialog::infoRow(QLatin1String icon, Label*& value, Label*& caption)
{
    auto* row = new QWidget(m_card);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(16, 12, 16, 12);
    line->setSpacing(16);
    line->addWidget(new IconView(m_theme, icon, Token::TextSecondary, 22, row));
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    value = new Label(m_theme, TextStyle::Body, Token::TextPrimary, row);
    caption = new Label(m_theme, TextStyle::Small, Token::TextSecondary, row);
    words->addWidget(value);
    words->addWidget(caption);
    line->addLayout(words, 1);
    return row;
}

void ContactDialog::setProfile(const ContactProfile& profile)
{
    m_profile = profile;
    retranslate();
}

void ContactDialog::retranslate()
{
    const QString shown
        = m_profile.displayName.isEmpty() ? m_profile.username : m_profile.displayName;
    setWindowTitle(shown);
    m_avatar->setSpec({shown, m_profile.avatarSlot, false, false, m_profile.online});
    m_name->setText(shown);
    m_presence->setText(m_profile.presence);
    m_presence->setVisible(!m_profile.presence.isEmpty());
    m_status->setText(m_profile.status);
    m_status->setVisible(!m_profile.status.isEmpty());
    m_message->setText(tr("Message"));
    showIdentity();
    m_username->setText(QLatin1Char('@') + m_profile.username);
    m_usernameCaption->setText(tr("Username"));
    m_copy->setLabel(tr("Copy username"));
    m_about->setText(m_profile.about);
    m_aboutCaption->setText(tr("About"));
    m_aboutRow->setVisible(!m_profile.about.isEmpty());
    m_block->setKind(m_profile.blocked ? Button::Kind::Text : Button::Kind::DangerText);
    m_block->setText(m_profile.blocked ? tr("Unblock") : tr("Block…"));
    m_message->setEnabled(!m_profile.blocked);
}

/// Not compared is the normal state and not mentioned.
void ContactDialog::showIdentity()
{
    using client::IdentityState;
    const bool changed = m_profile.identity == IdentityState::Changed;
    m_identityRow->setVisible(m_profile.identity != IdentityState::Unverified);
    m_identityIcon->setIcon(QLatin1String(changed ? "shield-alert" : "shield-check"),
                            changed ? Token::Warning : Token::Success);
    m_identity->setText(changed ? tr("Safety number changed") : tr("Verified"));
    m_identityCaption->setText(changed ? tr("Someone may be posing as this person")
                                       : tr("You compared the numbers"));
}

void ContactDialog::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QDialog::changeEvent(event);
}

} // namespace impulse::ui
