#include "client/ui/signin/SignInPage.h"

#include "client/ui/signin/LanguageButton.h"
#include "client/ui/signin/ProblemText.h"
#include "client/ui/signin/ServerHint.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Checks.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Label.h"

#include <QLineEdit>
#include <QVBoxLayout>

namespace impulse::ui {

SignInPage::SignInPage(Theme& theme, LanguageSwitch& languages, QWidget* parent)
    : FormPage(theme, QMargins(72, 56, 72, 21), parent)
{
    build(languages);
    connect(m_server, &Field::editingFinished, this, &SignInPage::offerServer);
    connect(m_server, &Field::textChanged, this, [this] {
        setServerState(ServerState::Unknown);
        m_checkedServer.clear();
    });
    for (Field* field : {m_username, m_password}) {
        connect(field, &Field::textChanged, this, [this] {
            if (m_problem) {
                m_problem.reset();
                showProblem();
            }
        });
    }
    for (Field* field : {m_server, m_username, m_password}) {
        connect(field, &Field::returnPressed, this, &SignInPage::submit);
    }
    connect(m_signIn, &QPushButton::clicked, this, &SignInPage::submit);
    connect(m_create, &QPushButton::clicked, this, &SignInPage::createRequested);
    connect(m_recover, &QPushButton::clicked, this, &SignInPage::recoverRequested);
    retranslate();
}

void SignInPage::build(LanguageSwitch& languages)
{
    m_title = new Label(theme(), TextStyle::Heading, Token::TextPrimary, this);
    m_subtitle = new Label(theme(), TextStyle::Body, Token::TextSecondary, this);
    m_subtitle->setWordWrap(true);
    m_server = new Field(theme(), this);
    m_server->setObjectName(QStringLiteral("server"));
    m_server->setLeadingIcon(QLatin1String("server"));
    m_server->edit().setInputMethodHints(Qt::ImhUrlCharactersOnly | Qt::ImhNoAutoUppercase);
    m_username = new Field(theme(), this);
    m_username->setObjectName(QStringLiteral("username"));
    m_username->setLeadingIcon(QLatin1String("person"));
    m_username->edit().setMaxLength(32);
    m_username->edit().setInputMethodHints(Qt::ImhNoAutoUppercase | Qt::ImhNoPredictiveText);
    m_password = new Field(theme(), this);
    m_password->setObjectName(QStringLiteral("password"));
    m_password->setLeadingIcon(QLatin1String("key"));
    m_password->makePassword();
    m_keep = new CheckBox(theme(), this);
    m_keep->setObjectName(QStringLiteral("keepSignedIn"));
    m_keep->setChecked(true);
    m_signIn = new Button(theme(), Button::Kind::Primary, this);
    m_signIn->setObjectName(QStringLiteral("signIn"));
    m_signIn->setButtonSize(Button::Size::Large);
    m_create = new Button(theme(), Button::Kind::Text, this);
    m_create->setObjectName(QStringLiteral("createAccount"));
    m_recover = new Button(theme(), Button::Kind::Text, this);
    m_recover->setObjectName(QStringLiteral("useRecoveryCode"));

    QVBoxLayout& c = column();
    c.addWidget(m_title);
    c.addSpacing(4);
    c.addWidget(m_subtitle);
    c.addSpacing(24);
    for (QWidget* widget : {static_cast<QWidget*>(m_server), static_cast<QWidget*>(m_username),
                            static_cast<QWidget*>(m_password)}) {
        c.addWidget(widget);
        c.addSpacing(16);
    }
    c.addWidget(m_keep);
    c.addSpacing(24);
    c.addWidget(m_signIn);
    c.addSpacing(12);
    m_ways = new QBoxLayout(QBoxLayout::LeftToRight);
    m_ways->setSpacing(8);
    m_create->setFlush(true);
    m_recover->setFlush(true);
    m_ways->addWidget(m_create, 0, Qt::AlignLeft);
    m_ways->addStretch(1);
    m_ways->addWidget(m_recover, 0, Qt::AlignLeft);
    c.addLayout(m_ways);
    c.addStretch(1);
    c.addSpacing(16);
    c.addWidget(new LanguageButton(theme(), languages, this), 0, Qt::AlignRight);
}

void SignInPage::retranslate()
{
    m_title->setText(tr("Sign in", "title"));
    m_subtitle->setText(tr("Welcome back. Enter your server and account."));
    m_server->setLabel(tr("Server"));
    m_username->setLabel(tr("Username"));
    m_password->setLabel(tr("Password"));
    m_keep->setText(tr("Keep me signed in on this computer"));
    m_signIn->setText(tr("Sign in"));
    m_create->setText(tr("Create an account"));
    m_recover->setText(tr("Use recovery code"));
    showServerState();
    showProblem();
    setBusy(m_stage);
    arrangeWays();
}

// Two long labels stand below each other where they do not fit side by side.
void SignInPage::arrangeWays()
{
    const QMargins margins = column().contentsMargins();
    const int room = width() - margins.left() - margins.right();
    const int needed = m_create->sizeHint().width() + m_recover->sizeHint().width() + 24;
    m_ways->setDirection(needed > room ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void SignInPage::resizeEvent(QResizeEvent* event)
{
    FormPage::resizeEvent(event);
    arrangeWays();
}

void SignInPage::showEvent(QShowEvent* event)
{
    FormPage::showEvent(event);
    Field* first = m_server->text().isEmpty() ? m_server
        : m_username->text().isEmpty()        ? m_username
                                              : m_password;
    first->setFocus(Qt::OtherFocusReason);
}

void SignInPage::setServer(const QString& server)
{
    m_server->setText(server);
    offerServer();
}

QString SignInPage::server() const
{
    return m_server->text().trimmed();
}

void SignInPage::setUsername(const QString& username)
{
    m_username->setText(username);
}

QString SignInPage::username() const
{
    return m_username->text().trimmed().toLower();
}

SecretText SignInPage::password() const
{
    return m_password->secret();
}

void SignInPage::wipe()
{
    m_password->wipe();
}

void SignInPage::offerServer()
{
    const QString text = server();
    if (text.isEmpty() || text == m_checkedServer) {
        return;
    }
    m_checkedServer = text;
    Q_EMIT serverEntered(text);
}

void SignInPage::setServerState(ServerState state, const QString& shownName)
{
    m_serverState = state;
    m_shownName = shownName;
    showServerState();
}

void SignInPage::showServerState()
{
    showServerHint(*m_server, m_serverState, m_shownName);
    m_signIn->setEnabled(!m_stage && m_serverState != ServerState::KeyChanged);
}

void SignInPage::submit()
{
    if (m_stage || m_serverState == ServerState::KeyChanged) {
        return;
    }
    m_problem.reset();
    showProblem();
    // The first empty field gets the focus; what is missing is plain to see.
    for (Field* field : {m_server, m_username, m_password}) {
        if (field->text().trimmed().isEmpty()) {
            field->setFocus(Qt::OtherFocusReason);
            return;
        }
    }
    Q_EMIT signInRequested({server(), username(), m_keep->isChecked()});
}

void SignInPage::setBusy(std::optional<BusyStage> stage)
{
    m_stage = stage;
    const bool busy = stage.has_value();
    if (busy) {
        busyFocus().hold();
    }
    for (QWidget* widget : {static_cast<QWidget*>(m_server), static_cast<QWidget*>(m_username),
                            static_cast<QWidget*>(m_password), static_cast<QWidget*>(m_keep),
                            static_cast<QWidget*>(m_create), static_cast<QWidget*>(m_recover)}) {
        widget->setEnabled(!busy);
    }
    m_signIn->setEnabled(busy || m_serverState != ServerState::KeyChanged);
    m_signIn->setBusy(busy, tr("Signing in…"));
    if (!busy) {
        busyFocus().giveBack();
    }
}

void SignInPage::setProblem(SignInProblem problem)
{
    setBusy(std::nullopt);
    m_problem = problem;
    showProblem();
    const bool atServer = problem == SignInProblem::ServerDown
        || problem == SignInProblem::ServerKey || problem == SignInProblem::ServerTooOld;
    Field* field = atServer ? m_server : m_password;
    field->setFocus(Qt::OtherFocusReason);
    field->edit().selectAll();
}

void SignInPage::showProblem()
{
    if (!m_problem) {
        m_password->clearHint();
        return;
    }
    switch (*m_problem) {
    case SignInProblem::ServerDown:
        setServerState(ServerState::Unreachable);
        break;
    case SignInProblem::ServerKey:
        setServerState(ServerState::KeyChanged);
        break;
    case SignInProblem::ServerTooOld:
        m_server->setError(ProblemText::of(*m_problem));
        break;
    default:
        m_password->setError(ProblemText::of(*m_problem));
        break;
    }
}

} // namespace impulse::ui
