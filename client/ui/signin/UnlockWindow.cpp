#include "client/ui/signin/UnlockWindow.h"

#include "client/ui/signin/ProblemText.h"
#include "client/ui/theme/Theme.h"
#include "client/ui/widgets/Button.h"
#include "client/ui/widgets/Field.h"
#include "client/ui/widgets/Label.h"

#include <QCloseEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QVBoxLayout>

namespace impulse::ui {

namespace {

constexpr QSize windowSize(400, 420);
constexpr int logoSize = 64;
constexpr int logoTop = 40;

} // namespace

UnlockWindow::UnlockWindow(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme),
      m_title(new Label(theme, TextStyle::Title, Token::TextPrimary, this)),
      m_account(new Label(theme, TextStyle::Small, Token::TextSecondary, this)),
      m_password(new Field(theme, this)),
      m_unlock(new Button(theme, Button::Kind::Primary, this)),
      m_forgot(new Button(theme, Button::Kind::Text, this))
{
    m_title->setAlignment(Qt::AlignHCenter);
    m_account->setAlignment(Qt::AlignHCenter);
    m_password->setObjectName(QStringLiteral("password"));
    m_password->makePassword();
    m_password->reserveHint();
    m_unlock->setObjectName(QStringLiteral("unlock"));
    m_unlock->setButtonSize(Button::Size::Large);
    m_forgot->setObjectName(QStringLiteral("forgot"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(48, logoTop + logoSize + 18, 48, 28);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addWidget(m_account);
    column->addSpacing(16);
    column->addWidget(m_password);
    // The room for the hint below the field is always there, so that nothing moves.
    column->addSpacing(6);
    column->addWidget(m_unlock);
    column->addSpacing(8);
    column->addWidget(m_forgot, 0, Qt::AlignHCenter);
    column->addStretch(1);
    resize(theme.pxCapped(windowSize.width()), theme.pxCapped(windowSize.height()));
    setMinimumSize(320, 380);
    connect(m_password, &Field::returnPressed, this, &UnlockWindow::submit);
    connect(m_password, &Field::textChanged, this, [this] {
        m_problem.reset();
        m_password->clearHint();
    });
    connect(m_unlock, &QPushButton::clicked, this, &UnlockWindow::submit);
    connect(m_forgot, &QPushButton::clicked, this, &UnlockWindow::forgotten);
    retranslate();
}

UnlockWindow::~UnlockWindow()
{
    wipe();
}

void UnlockWindow::retranslate()
{
    setWindowTitle(QStringLiteral("Impulse"));
    m_title->setText(tr("Impulse is locked"));
    m_password->setLabel(tr("Password"));
    m_unlock->setText(tr("Unlock"));
    m_forgot->setText(tr("Forgot the password?"));
    showProblem();
    setBusy(m_busy);
}

void UnlockWindow::setAccount(const QString& account)
{
    m_account->setText(account);
}

void UnlockWindow::setBusy(bool busy)
{
    m_busy = busy;
    if (busy) {
        m_busyFocus.hold();
    }
    m_password->setEnabled(!busy);
    m_forgot->setEnabled(!busy);
    m_unlock->setBusy(busy, tr("Unlocking…"));
    if (!busy) {
        m_busyFocus.giveBack();
    }
}

void UnlockWindow::setProblem(SignInProblem problem)
{
    setBusy(false);
    m_problem = problem;
    showProblem();
    m_password->setFocus(Qt::OtherFocusReason);
    m_password->edit().selectAll();
}

void UnlockWindow::showProblem()
{
    if (!m_problem) {
        return;
    }
    m_password->setError(*m_problem == SignInProblem::WrongPassword
                             ? tr("The password is wrong")
                             : ProblemText::of(*m_problem));
}

SecretText UnlockWindow::password() const
{
    return m_password->secret();
}

void UnlockWindow::wipe()
{
    m_password->wipe();
}

void UnlockWindow::submit()
{
    if (m_busy) {
        return;
    }
    if (m_password->text().isEmpty()) {
        m_password->setFocus(Qt::OtherFocusReason);
        return;
    }
    Q_EMIT unlockRequested();
}

void UnlockWindow::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.drawPixmap((width() - logoSize) / 2, logoTop,
                       m_theme.icons().logo(QLatin1String("impulse"), logoSize,
                                            devicePixelRatioF()));
}

void UnlockWindow::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_password->setFocus(Qt::OtherFocusReason);
}

void UnlockWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && m_busy) {
        Q_EMIT cancelRequested();
        return;
    }
    QWidget::keyPressEvent(event);
}

void UnlockWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

void UnlockWindow::closeEvent(QCloseEvent* event)
{
    wipe();
    QWidget::closeEvent(event);
    Q_EMIT closed();
}

} // namespace impulse::ui
