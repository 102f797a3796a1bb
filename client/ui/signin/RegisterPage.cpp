#include "client/ui/signin/RegisterPage.h"

#include "client/ui/signin/NewPasswordFields.h"
#include "client/ui/signin/ProblemText.h"
#include "client/ui/signin/ServerHint.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Label.h"

#include <QLineEdit>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace impulse::ui {

namespace {

constexpr int nameDelayMs = 400;
constexpr int blockGap = 13;
constexpr int longestDisplayName = 64;

bool isWellFormed(const QString& username)
{
    static const QRegularExpression pattern(
        QStringLiteral("\\A[a-z0-9][a-z0-9._-]{1,31}\\z")); // encryption.md 0.7
    return pattern.match(username).hasMatch();
}

} // namespace

RegisterPage::RegisterPage(Theme& theme, QWidget* parent)
    : FormPage(theme, QMargins(56, 28, 56, 24), parent)
{
    build();
    m_nameTimer.setSingleShot(true);
    m_nameTimer.setInterval(nameDelayMs);
    connect(&m_nameTimer, &QTimer::timeout, this, [this] {
        m_nameState = NameState::Checking;
        showNameState();
        Q_EMIT usernameEntered(username());
    });
    connect(m_server, &Field::editingFinished, this, &RegisterPage::offerServer);
    connect(m_server, &Field::textChanged, this, [this] {
        m_problem.reset();
        m_checkedServer.clear();
        setServerState(ServerState::Unknown);
    });
    connect(m_username, &Field::textChanged, this, &RegisterPage::onUsernameEdited);
    connect(m_displayName, &Field::textChanged, this, &RegisterPage::updateContinue);
    connect(m_passwords, &NewPasswordFields::edited, this, &RegisterPage::updateContinue);
    for (Field* field : {m_server, m_username, m_displayName}) {
        connect(field, &Field::returnPressed, this, &RegisterPage::submit);
    }
    connect(m_passwords, &NewPasswordFields::returnPressed, this, &RegisterPage::submit);
    connect(m_continue, &QPushButton::clicked, this, &RegisterPage::submit);
    connect(m_haveAccount, &QPushButton::clicked, this, &RegisterPage::signInRequested);
    retranslate();
}

void RegisterPage::build()
{
    m_step = new Label(theme(), TextStyle::Small, Token::TextSecondary, this);
    m_title = new Label(theme(), TextStyle::Heading, Token::TextPrimary, this);
    m_server = new Field(theme(), this);
    m_server->setObjectName(QStringLiteral("server"));
    m_server->setLeadingIcon(QLatin1String("link"));
    m_server->edit().setInputMethodHints(Qt::ImhUrlCharactersOnly | Qt::ImhNoAutoUppercase);
    m_username = new Field(theme(), this);
    m_username->setObjectName(QStringLiteral("username"));
    m_username->edit().setMaxLength(32);
    m_username->edit().setInputMethodHints(Qt::ImhNoAutoUppercase | Qt::ImhNoPredictiveText);
    m_displayName = new Field(theme(), this);
    m_displayName->setObjectName(QStringLiteral("displayName"));
    m_displayName->edit().setMaxLength(longestDisplayName);
    m_passwords = new NewPasswordFields(theme(), blockGap, this);
    m_haveAccount = new Button(theme(), Button::Kind::Text, this);
    m_haveAccount->setObjectName(QStringLiteral("haveAccount"));
    m_continue = new Button(theme(), Button::Kind::Primary, this);
    m_continue->setObjectName(QStringLiteral("continue"));

    QVBoxLayout& c = column();
    c.addWidget(m_step);
    c.addWidget(m_title);
    c.addSpacing(14);
    c.addWidget(m_server);
    c.addSpacing(blockGap);
    c.addWidget(m_username);
    c.addSpacing(blockGap);
    c.addWidget(m_displayName);
    c.addSpacing(blockGap);
    c.addWidget(m_passwords);
    c.addSpacing(12);
    c.addStretch(1);
    auto* footer = new QHBoxLayout;
    m_haveAccount->setFlush(true);
    footer->addWidget(m_haveAccount);
    footer->addStretch(1);
    footer->addWidget(m_continue);
    c.addLayout(footer);
}

void RegisterPage::retranslate()
{
    m_step->setText(tr("Step 1 of 2"));
    m_title->setText(tr("Create an account"));
    m_server->setLabel(tr("Invite link or server"));
    m_username->setLabel(tr("Username"));
    m_displayName->setLabel(tr("Name shown to others"));
    m_passwords->setLabels(tr("Password"), tr("Repeat password"));
    m_haveAccount->setText(tr("I have an account"));
    m_continue->setText(tr("Continue"));
    setServerState(m_serverState, m_shownName);
    showNameState();
    showProblem();
    setBusy(m_stage);
}

void RegisterPage::showEvent(QShowEvent* event)
{
    FormPage::showEvent(event);
    (m_server->text().isEmpty() ? m_server : m_username)->setFocus(Qt::OtherFocusReason);
}

void RegisterPage::setServer(const QString& serverOrInvite)
{
    m_server->setText(serverOrInvite);
    m_server->edit().setCursorPosition(0);
    offerServer();
}

QString RegisterPage::username() const
{
    return m_username->text().trimmed().toLower();
}

SecretText RegisterPage::password() const
{
    return m_passwords->password();
}

void RegisterPage::wipe()
{
    m_passwords->wipe();
}

void RegisterPage::offerServer()
{
    const QString text = m_server->text().trimmed();
    if (text.isEmpty() || text == m_checkedServer) {
        return;
    }
    m_checkedServer = text;
    Q_EMIT serverEntered(text);
}

void RegisterPage::onUsernameEdited()
{
    m_problem.reset();
    m_nameTimer.stop();
    const QString name = username();
    m_passwords->setUsername(name);
    m_nameState = name.isEmpty() || isWellFormed(name) ? NameState::Unknown : NameState::Malformed;
    if (isWellFormed(name)) {
        m_nameTimer.start();
    }
    showNameState();
    updateContinue();
}

void RegisterPage::setServerState(ServerState state, const QString& shownName)
{
    const bool cameUp = state == ServerState::Checked && m_serverState != ServerState::Checked;
    m_serverState = state;
    m_shownName = shownName;
    showServerHint(*m_server, state, shownName);
    if (cameUp && isWellFormed(username())) {
        m_nameTimer.start();
    }
    updateContinue();
}

void RegisterPage::setNameState(const QString& name, NameState state)
{
    if (name != username()) {
        return;
    }
    m_nameState = state;
    showNameState();
    updateContinue();
}

void RegisterPage::showNameState()
{
    const QString text = ProblemText::ofName(m_nameState, username());
    const bool bad = m_nameState == NameState::Taken || m_nameState == NameState::Malformed;
    m_username->setHint(bad ? Field::Hint::Error : Field::Hint::Plain, text);
    m_username->setTrailingIcon(m_nameState == NameState::Free ? QLatin1String("check")
                                                               : QLatin1String(),
                                Token::Success);
}

void RegisterPage::updateContinue()
{
    const bool serverBlocks = m_serverState == ServerState::KeyChanged
        || m_serverState == ServerState::BadAddress || m_serverState == ServerState::Unencrypted;
    const bool nameOk = isWellFormed(username()) && m_nameState != NameState::Taken;
    m_continue->setEnabled(m_stage.has_value()
                           || (!m_server->text().trimmed().isEmpty() && !serverBlocks && nameOk
                               && !m_displayName->text().trimmed().isEmpty()
                               && m_passwords->isAcceptable()));
}

void RegisterPage::submit()
{
    if (m_stage) {
        return;
    }
    if (!m_continue->isEnabled()) {
        for (Field* field : {m_server, m_username, m_displayName}) {
            if (field->text().trimmed().isEmpty() || field->hasError()) {
                field->setFocus(Qt::OtherFocusReason);
                return;
            }
        }
        m_passwords->pointOut();
        return;
    }
    m_problem.reset();
    showProblem();
    Q_EMIT registerRequested(
        {m_server->text().trimmed(), username(), m_displayName->text().simplified()});
}

void RegisterPage::setBusy(std::optional<BusyStage> stage)
{
    m_stage = stage;
    const bool busy = stage.has_value();
    if (busy) {
        busyFocus().hold();
    }
    for (QWidget* widget : {static_cast<QWidget*>(m_server), static_cast<QWidget*>(m_username),
                            static_cast<QWidget*>(m_displayName),
                            static_cast<QWidget*>(m_passwords),
                            static_cast<QWidget*>(m_haveAccount)}) {
        widget->setEnabled(!busy);
    }
    updateContinue();
    m_continue->setBusy(busy, stage == BusyStage::Stretching ? tr("Making your keys…")
                                                             : tr("Creating the account…"));
    if (!busy) {
        busyFocus().giveBack();
    }
}

void RegisterPage::setProblem(SignInProblem problem)
{
    setBusy(std::nullopt);
    m_problem = problem;
    showProblem();
    Field* field = problem == SignInProblem::NameTaken ? m_username
        : problem == SignInProblem::WeakPassword       ? &m_passwords->passwordField()
                                                       : m_server;
    field->setFocus(Qt::OtherFocusReason);
}

void RegisterPage::showProblem()
{
    if (!m_problem) {
        return;
    }
    if (*m_problem == SignInProblem::NameTaken) {
        setNameState(username(), NameState::Taken);
    } else if (*m_problem == SignInProblem::WeakPassword) {
        m_passwords->passwordField().setError(ProblemText::of(*m_problem));
    } else if (*m_problem == SignInProblem::ServerDown) {
        setServerState(ServerState::Unreachable);
    } else if (*m_problem == SignInProblem::ServerKey) {
        setServerState(ServerState::KeyChanged);
    } else {
        m_server->setError(ProblemText::of(*m_problem));
    }
}

} // namespace impulse::ui
