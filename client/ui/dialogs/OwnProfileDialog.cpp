#include "client/ui/dialogs/OwnProfileDialog.h"

#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/AvatarView.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Card.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/IconView.h"
#include "client/ui/widgets/Label.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QEvent>
#include <QGuiApplication>
#include <QLineEdit>
#include <QVBoxLayout>

namespace impulse::ui {

namespace {

// Characters; the encrypted profile has room for four bytes each.
constexpr int longestName = 64;
constexpr int longestStatus = 128;
constexpr int longestAbout = 512;
constexpr int dialogWidth = 620;
constexpr int avatarSide = 96;

} // namespace

OwnProfileDialog::OwnProfileDialog(Theme& theme, const OwnProfile& profile, const QString& link,
                                   QWidget* parent)
    : FormDialog(theme, parent), m_original(profile), m_link(link),
      m_title(new Label(theme, TextStyle::Title, Token::TextPrimary, this)),
      m_avatar(new AvatarView(theme, avatarSide, this)), m_name(new Field(theme, this)),
      m_status(new Field(theme, this)), m_about(new Field(theme, this)),
      m_usernameLabel(new Label(theme, TextStyle::Small, Token::TextSecondary, this)),
      m_copy(new Button(theme, Button::Kind::Tonal, this)),
      m_cancel(new Button(theme, Button::Kind::Tonal, this)),
      m_save(new Button(theme, Button::Kind::Primary, this))
{
    m_name->setObjectName(QStringLiteral("displayName"));
    m_name->setText(profile.displayName);
    m_name->edit().setMaxLength(longestName);
    m_status->setObjectName(QStringLiteral("status"));
    m_status->setText(profile.status);
    m_status->edit().setMaxLength(longestStatus);
    m_about->setObjectName(QStringLiteral("about"));
    m_about->setText(profile.about);
    m_about->edit().setMaxLength(longestAbout);
    m_copy->setButtonSize(Button::Size::Small);
    m_copy->setIconName(QLatin1String("copy"));
    m_copy->setVisible(!link.isEmpty());
    m_cancel->setObjectName(QStringLiteral("cancel"));
    m_save->setObjectName(QStringLiteral("save"));

    auto* fields = new QVBoxLayout;
    fields->setSpacing(16);
    for (Field* field : {m_name, m_status, m_about}) {
        fields->addWidget(field);
        connect(field, &Field::textChanged, this, &OwnProfileDialog::refresh);
    }
    auto* top = new QHBoxLayout;
    top->setSpacing(24);
    top->addWidget(m_avatar, 0, Qt::AlignTop);
    top->addLayout(fields, 1);

    auto* card = new Card(theme, Token::SurfaceBase, this);
    auto* row = new QWidget(card);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(16, 12, 16, 12);
    line->setSpacing(16);
    line->addWidget(new IconView(theme, QLatin1String("mention"), Token::TextSecondary, 22, row));
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    auto* username = new Label(theme, TextStyle::Body, Token::TextPrimary, row);
    username->setText(QLatin1Char('@') + profile.username);
    words->addWidget(username);
    words->addWidget(m_usernameLabel);
    line->addLayout(words, 1);
    line->addWidget(m_copy);
    card->addRow(row);

    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(m_save, QDialogButtonBox::AcceptRole);
    buttons->addButton(m_cancel, QDialogButtonBox::RejectRole);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(32, 24, 32, 24);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addSpacing(20);
    column->addLayout(top);
    column->addSpacing(16);
    column->addWidget(card);
    column->addSpacing(16);
    column->addStretch(1);
    column->addWidget(buttons);
    setMinimumWidth(std::min(theme.pxCapped(dialogWidth), 900));
    resize(minimumWidth(), 0);
    connect(this, &FormDialog::cancelRequested, this, [this] { QDialog::reject(); });
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(m_link);
        m_copied = true;
        retranslate();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &OwnProfileDialog::reject);
    connect(m_save, &QPushButton::clicked, this, [this] { Q_EMIT saveRequested(this->profile()); });
    m_save->setDefault(true);
    retranslate();
}

OwnProfile OwnProfileDialog::profile() const
{
    OwnProfile result = m_original;
    result.displayName = m_name->text().simplified();
    result.status = m_status->text().trimmed();
    result.about = m_about->text().trimmed();
    return result;
}

void OwnProfileDialog::retranslate()
{
    setWindowTitle(tr("Profile"));
    m_title->setText(tr("Profile"));
    m_name->setLabel(tr("Name shown to others"));
    m_status->setLabel(tr("Status"));
    m_about->setLabel(tr("About"));
    m_usernameLabel->setText(m_copied ? tr("Link copied") : tr("Username"));
    m_copy->setText(tr("Copy link"));
    m_cancel->setText(tr("Cancel"));
    m_save->setText(tr("Save"));
    refresh();
}

void OwnProfileDialog::refresh()
{
    const OwnProfile now = profile();
    m_avatar->setSpec({now.displayName, now.avatarSlot});
    const bool changed = now.displayName != m_original.displayName
        || now.status != m_original.status || now.about != m_original.about;
    m_save->setEnabled(isBusy() || (changed && !now.displayName.isEmpty()));
    m_save->setBusy(isBusy(), tr("Saving…"));
    if (m_failed) {
        m_about->setError(tr("This could not be saved. Try again."));
    } else {
        m_about->setHint(Field::Hint::Plain,
                         tr("Encrypted. Only people you talk to can see your name, status and "
                            "text"),
                         QLatin1String("lock"));
    }
}

void OwnProfileDialog::showBusy(bool busy)
{
    m_failed = false;
    for (Field* field : {m_name, m_status, m_about}) {
        field->setEnabled(!busy);
    }
    refresh();
}

void OwnProfileDialog::setFailed()
{
    setBusy(false);
    m_failed = true;
    refresh();
}

void OwnProfileDialog::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    FormDialog::changeEvent(event);
}

} // namespace impulse::ui
