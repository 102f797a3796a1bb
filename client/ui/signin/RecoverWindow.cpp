#include "client/ui/signin/RecoverWindow.h"

#include "client/ui/dialogs/ConfirmDialog.h"
#include "client/ui/signin/DeviceQuestions.h"
#include "client/ui/signin/NewPasswordFields.h"
#include "client/ui/signin/ProblemText.h"
#include "client/ui/signin/RecoveryCodeFormat.h"
#include "client/ui/signin/ServerHint.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Checks.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Label.h"

#include <QCloseEvent>
#include <QLineEdit>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace impulse::ui {

namespace {

constexpr QSize codeOnlySize(560, 640);
constexpr QSize wholeFormSize(560, 760);
constexpr int blockGap = 16;

} // namespace

RecoverWindow::RecoverWindow(Theme& theme, Mode mode, CodeCheck codeCheck, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_mode(mode), m_codeCheck(std::move(codeCheck))
{
    build();
    const QSize size = mode == Mode::SignIn ? wholeFormSize : codeOnlySize;
    resize(theme.pxCapped(size.width()), theme.pxCapped(size.height()));
    connect(m_server, &Field::textChanged, this, [this] { setServerState(ServerState::Unknown); });
    connect(m_server, &Field::editingFinished, this, [this] {
        if (m_serverState == ServerState::Unknown && !m_server->text().trimmed().isEmpty()) {
            Q_EMIT serverEntered(m_server->text().trimmed());
        }
    });
    connect(m_username, &Field::textChanged, this, [this](const QString& name) {
        m_newPassword->setUsername(name.trimmed().toLower());
        updateContinue();
    });
    connect(m_code, &Field::textChanged, this, &RecoverWindow::onCodeEdited);
    connect(m_password, &Field::textChanged, this, [this] {
        m_password->clearHint();
        updateContinue();
    });
    connect(m_wantNew, &QCheckBox::toggled, this, [this](bool wanted) {
        m_password->setVisible(!wanted);
        m_newPassword->setVisible(wanted);
        updateContinue();
    });
    connect(m_newPassword, &NewPasswordFields::edited, this, &RecoverWindow::updateContinue);
    connect(m_newPassword, &NewPasswordFields::returnPressed, this, &RecoverWindow::submit);
    for (Field* field : {m_server, m_username, m_code, m_password}) {
        connect(field, &Field::returnPressed, this, &RecoverWindow::submit);
    }
    connect(m_devices, &DeviceQuestions::answered, this, &RecoverWindow::updateContinue);
    connect(m_continue, &QPushButton::clicked, this, &RecoverWindow::submit);
    connect(m_noCode, &QPushButton::clicked, this, &RecoverWindow::explainNoCode);
    connect(m_back, &QPushButton::clicked, this, &RecoverWindow::cancelRequested);
    retranslate();
    updateContinue();
}

RecoverWindow::~RecoverWindow()
{
    wipe();
}

void RecoverWindow::build()
{
    m_title = new Label(m_theme, TextStyle::Heading, Token::TextPrimary, this);
    m_title->setWordWrap(true);
    m_subtitle = new Label(m_theme, TextStyle::Body, Token::TextSecondary, this);
    m_subtitle->setWordWrap(true);
    m_pages = new QStackedWidget(this);
    const auto scrolling = [this](QVBoxLayout*& column) {
        auto* scroll = new QScrollArea(m_pages);
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setWidgetResizable(true);
        scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        scroll->setFocusPolicy(Qt::NoFocus);
        auto* content = new QWidget(scroll);
        column = new QVBoxLayout(content);
        column->setContentsMargins(32, 20, 32, 8);
        column->setSpacing(blockGap);
        scroll->setWidget(content);
        m_pages->addWidget(scroll);
    };
    QVBoxLayout* form = nullptr;
    scrolling(form);
    buildForm(*form);
    QVBoxLayout* questions = nullptr;
    scrolling(questions);
    m_devices = new DeviceQuestions(m_theme, this);
    questions->addWidget(m_devices);
    m_noCode = new Button(m_theme, Button::Kind::Text, this);
    m_noCode->setObjectName(QStringLiteral("noCode"));
    m_noCode->setFlush(true);
    m_back = new Button(m_theme, Button::Kind::Tonal, this);
    m_back->setObjectName(QStringLiteral("cancel"));
    m_continue = new Button(m_theme, Button::Kind::Primary, this);
    m_continue->setObjectName(QStringLiteral("continue"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 28, 0, 24);
    column->setSpacing(0);
    auto* head = new QVBoxLayout;
    head->setContentsMargins(32, 0, 32, 0);
    head->setSpacing(8);
    head->addWidget(m_title);
    head->addWidget(m_subtitle);
    column->addLayout(head);
    column->addWidget(m_pages, 1);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(32, 12, 32, 0);
    foot->setSpacing(8);
    foot->addWidget(m_noCode);
    foot->addStretch(1);
    foot->addWidget(m_back);
    foot->addWidget(m_continue);
    column->addLayout(foot);
}

void RecoverWindow::buildForm(QVBoxLayout& form)
{
    m_server = new Field(m_theme, this);
    m_server->setObjectName(QStringLiteral("server"));
    m_server->setLeadingIcon(QLatin1String("server"));
    m_username = new Field(m_theme, this);
    m_username->setObjectName(QStringLiteral("username"));
    m_username->setLeadingIcon(QLatin1String("person"));
    m_username->edit().setMaxLength(32);
    m_code = new Field(m_theme, this);
    m_code->setObjectName(QStringLiteral("recoveryCode"));
    m_code->setLeadingIcon(QLatin1String("key"));
    m_code->setMonospace(true);
    m_code->edit().setInputMethodHints(Qt::ImhUppercaseOnly | Qt::ImhSensitiveData
                                       | Qt::ImhNoPredictiveText);
    m_code->edit().setMaxLength(64);
    m_password = new Field(m_theme, this);
    m_password->setObjectName(QStringLiteral("password"));
    m_password->makePassword();
    m_wantNew = new CheckBox(m_theme, this);
    m_wantNew->setObjectName(QStringLiteral("wantNewPassword"));
    m_newPassword = new NewPasswordFields(m_theme, blockGap, this);
    m_newPassword->hide();
    form.addWidget(m_server);
    form.addWidget(m_username);
    form.addWidget(m_code);
    form.addWidget(m_password);
    form.addWidget(m_wantNew);
    form.addWidget(m_newPassword);
    form.addStretch(1);
    if (m_mode == Mode::NewDevice) {
        for (QWidget* widget : {static_cast<QWidget*>(m_server), static_cast<QWidget*>(m_username),
                                static_cast<QWidget*>(m_password),
                                static_cast<QWidget*>(m_wantNew)}) {
            widget->hide();
        }
    }
}

bool RecoverWindow::onDevices() const
{
    return m_pages->currentIndex() == 1;
}

void RecoverWindow::retranslate()
{
    setWindowTitle(QStringLiteral("Impulse"));
    if (onDevices()) {
        m_title->setText(tr("Which devices do you still have?"));
        m_subtitle->setText(
            tr("A lost device is removed from your account at once, and what it keeps is wiped "
               "when it connects. The others go on as before."));
    } else {
        m_title->setText(m_mode == Mode::SignIn ? tr("Use your recovery code")
                                                : tr("Add this computer"));
        m_subtitle->setText(
            m_mode == Mode::SignIn
                ? tr("The code brings this computer into your account. You can set a new password "
                     "with it as well.")
                : tr("Type your recovery code to bring this computer into your account. Earlier "
                     "messages stay on your other devices."));
    }
    m_server->setLabel(tr("Server"));
    m_username->setLabel(tr("Username"));
    m_code->setLabel(tr("Recovery code"));
    m_password->setLabel(tr("Password"));
    m_wantNew->setText(tr("Set a new password"));
    m_newPassword->setLabels(tr("New password"), tr("Repeat password"));
    m_noCode->setText(tr("I have no code…"));
    m_noCode->setVisible(!onDevices());
    m_back->setText(tr("Cancel"));
    m_continue->setText(onDevices() ? tr("Open Impulse") : tr("Continue"));
    showServerHint(*m_server, m_serverState, m_shownName);
    showCodeState();
    showProblem();
    setBusy(m_stage);
}

void RecoverWindow::setServer(const QString& server)
{
    m_server->setText(server);
}

void RecoverWindow::setServerState(ServerState state, const QString& shownName)
{
    m_serverState = state;
    m_shownName = shownName;
    showServerHint(*m_server, state, shownName);
    updateContinue();
}

void RecoverWindow::setUsername(const QString& username)
{
    m_username->setText(username);
}

SecretText RecoverWindow::code() const
{
    return SecretText(recovery::normalized(m_code->text()));
}

SecretText RecoverWindow::password() const
{
    return m_wantNew->isChecked() ? m_newPassword->password() : m_password->secret();
}

void RecoverWindow::wipe()
{
    m_code->wipe();
    m_password->wipe();
    m_newPassword->wipe();
}

void RecoverWindow::onCodeEdited(const QString& typed)
{
    // Groups appear while typing at the end; edits in the middle are left as they are.
    QLineEdit& edit = m_code->edit();
    if (edit.cursorPosition() == typed.size()) {
        const QString plain = recovery::normalized(typed);
        QString shown = recovery::grouped(plain);
        if (typed.endsWith(QLatin1Char('-')) && plain.size() % recovery::groupLength == 0
            && !plain.isEmpty()) {
            shown += QLatin1Char('-');
        }
        if (shown != typed) {
            const QSignalBlocker blocker(edit);
            edit.setText(shown);
        }
    }
    if (m_problem == SignInProblem::WrongCode) {
        m_problem.reset();
    }
    showCodeState();
    updateContinue();
}

bool RecoverWindow::hasRightCode() const
{
    const QString plain = recovery::normalized(m_code->text());
    return plain.size() == recovery::codeLength && recovery::hasOnlyCodeCharacters(plain)
        && m_codeCheck(SecretText(plain));
}

void RecoverWindow::showCodeState()
{
    const QString plain = recovery::normalized(m_code->text());
    const bool right = hasRightCode();
    m_code->setTrailingIcon(right ? QLatin1String("check") : QLatin1String(), Token::Success);
    if (right) {
        m_code->setHint(Field::Hint::Good, tr("The code is complete and has no typing mistakes"),
                        QLatin1String("check"));
    } else if (!recovery::hasOnlyCodeCharacters(plain)) {
        m_code->setError(tr("The code has letters A to Z without U, and digits"));
    } else if (plain.size() >= recovery::codeLength) {
        m_code->setError(tr("There is a typing mistake in the code"));
    } else if (plain.isEmpty()) {
        m_code->setHint(Field::Hint::Plain, tr("7 groups of 4 letters and digits"));
    } else {
        m_code->setHint(Field::Hint::Plain,
                        tr("%n more characters", nullptr,
                           recovery::codeLength - int(plain.size())));
    }
}

void RecoverWindow::updateContinue()
{
    bool ready = hasRightCode();
    if (onDevices()) {
        ready = m_devices->allAnswered();
    } else if (m_mode == Mode::SignIn) {
        const bool password = m_wantNew->isChecked() ? m_newPassword->isAcceptable()
                                                     : !m_password->text().isEmpty();
        ready = ready && password && !m_server->text().trimmed().isEmpty()
            && !m_username->text().trimmed().isEmpty()
            && m_serverState != ServerState::KeyChanged;
    }
    m_continue->setEnabled(m_stage.has_value() || ready);
}

void RecoverWindow::submit()
{
    if (m_stage || !m_continue->isEnabled()) {
        return;
    }
    m_problem.reset();
    showCodeState();
    if (onDevices()) {
        Q_EMIT devicesAnswered(m_devices->lost());
        return;
    }
    Q_EMIT recoverRequested({m_server->text().trimmed(), m_username->text().trimmed().toLower(),
                             m_mode == Mode::SignIn && m_wantNew->isChecked()});
}

void RecoverWindow::explainNoCode()
{
    auto* notice = new ConfirmDialog(
        m_theme,
        {tr("Without the recovery code"),
         tr("On a device that is signed in, open the menu at your picture and choose New recovery "
            "code. Without such a device nobody can let you back in, but you can create a new "
            "account."),
         QString()},
        false, this);
    notice->setObjectName(QStringLiteral("notice"));
    notice->open();
}

void RecoverWindow::setBusy(std::optional<BusyStage> stage)
{
    m_stage = stage;
    const bool busy = stage.has_value();
    if (busy) {
        m_busyFocus.hold();
    }
    m_pages->setEnabled(!busy);
    m_noCode->setEnabled(!busy);
    updateContinue();
    m_continue->setBusy(busy, tr("Working…"));
    if (!busy) {
        m_busyFocus.giveBack();
    }
}

void RecoverWindow::setOnlyCode(bool only)
{
    for (QWidget* widget : {static_cast<QWidget*>(m_server), static_cast<QWidget*>(m_username),
                            static_cast<QWidget*>(m_password), static_cast<QWidget*>(m_wantNew)}) {
        widget->setEnabled(!only);
    }
}

void RecoverWindow::setProblem(SignInProblem problem)
{
    setBusy(std::nullopt);
    m_problem = problem;
    showProblem();
}

void RecoverWindow::showProblem()
{
    if (!m_problem) {
        return;
    }
    Field* field = m_code;
    if (m_mode == Mode::SignIn && m_server->isEnabled()
        && (*m_problem == SignInProblem::ServerDown || *m_problem == SignInProblem::ServerKey)) {
        field = m_server;
    } else if (m_mode == Mode::SignIn && *m_problem == SignInProblem::WrongPassword
               && !m_wantNew->isChecked()) {
        field = m_password;
    }
    field->setError(ProblemText::of(*m_problem));
    field->setFocus(Qt::OtherFocusReason);
}

void RecoverWindow::askDevices(const QList<KnownDevice>& devices)
{
    setBusy(std::nullopt);
    if (devices.isEmpty()) {
        Q_EMIT devicesAnswered({});
        return;
    }
    m_devices->setDevices(devices);
    m_pages->setCurrentIndex(1);
    retranslate();
    updateContinue();
}

void RecoverWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

void RecoverWindow::closeEvent(QCloseEvent* event)
{
    if (m_stage) {
        event->ignore();
        Q_EMIT cancelRequested();
        return;
    }
    wipe();
    QWidget::closeEvent(event);
    Q_EMIT cancelRequested();
}

void RecoverWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape) {
        Q_EMIT cancelRequested();
        return;
    }
    QWidget::keyPressEvent(event);
}

} // namespace impulse::ui
