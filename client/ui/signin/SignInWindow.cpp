#include "client/ui/signin/SignInWindow.h"

#include "client/ui/signin/BrandPanel.h"
#include "client/ui/signin/RegisterPage.h"
#include "client/ui/signin/SignInPage.h"
#include "client/ui/theme/Theme.h"

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QStackedWidget>

namespace impulse::ui {

namespace {

constexpr QSize defaultSize(900, 640);
constexpr QSize smallestSize(380, 520);
constexpr int brandFrom = 860;

} // namespace

SignInWindow::SignInWindow(Theme& theme, LanguageSwitch& languages, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_brand(new BrandPanel(theme, this)),
      m_pages(new QStackedWidget(this)), m_signIn(new SignInPage(theme, languages, m_pages)),
      m_register(new RegisterPage(theme, m_pages))
{
    m_pages->addWidget(m_signIn);
    m_pages->addWidget(m_register);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_brand);
    row->addWidget(m_pages, 1);
    setMinimumSize(smallestSize);
    resize(defaultSize);
    connect(m_signIn, &SignInPage::createRequested, this, &SignInWindow::showRegister);
    connect(m_register, &RegisterPage::signInRequested, this, &SignInWindow::showSignIn);
    retranslate();
}

void SignInWindow::showSignIn()
{
    m_register->wipe();
    m_pages->setCurrentWidget(m_signIn);
    retranslate();
}

void SignInWindow::showRegister()
{
    m_signIn->wipe();
    m_pages->setCurrentWidget(m_register);
    retranslate();
}

void SignInWindow::wipe()
{
    m_signIn->wipe();
    m_register->wipe();
}

void SignInWindow::retranslate()
{
    setWindowTitle(QStringLiteral("Impulse"));
    if (m_pages->currentWidget() == m_signIn) {
        m_brand->setWords(tr("Messages only your people can read."),
                          {{QLatin1String("lock"), tr("End-to-end encrypted, always on")},
                           {QLatin1String("server"), tr("Runs on a server you choose")},
                           {QLatin1String("phone-free"), tr("No phone number or email needed")}});
    } else {
        m_brand->setWords(tr("Your account lives on your server."),
                          {{QLatin1String("key"), tr("Your keys are made on this computer")},
                           {QLatin1String("phone-free"), tr("No phone number or email needed")},
                           {QLatin1String("person"), tr("People find you by your username")}});
    }
}

void SignInWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

void SignInWindow::closeEvent(QCloseEvent* event)
{
    wipe();
    QWidget::closeEvent(event);
    Q_EMIT closed();
}

void SignInWindow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_brand->setVisible(width() >= m_theme.px(brandFrom));
}

} // namespace impulse::ui
