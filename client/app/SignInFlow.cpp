#include "client/app/SignInFlow.h"

#include "client/app/Problems.h"
#include "client/app/ServerProbe.h"
#include "client/ui/signin/RecoveryCodeStep.h"
#include "client/ui/signin/RegisterPage.h"
#include "client/ui/signin/SignInPage.h"
#include "client/ui/signin/SignInWindow.h"

#include <QDateTime>

namespace impulse::app {

using client::ClientErrorCode;
using client::Progress;
using ui::BusyStage;
using ui::RecoverWindow;
using ui::ServerState;
using ui::SignInProblem;

namespace {

BusyStage stageOf(Progress progress)
{
    return progress == Progress::Stretching || progress == Progress::MakingKeys
        ? BusyStage::Stretching
        : BusyStage::Connecting;
}

} // namespace

SignInFlow::SignInFlow(ui::Theme& theme, ui::LanguageSwitch& languages, client::Accounts& accounts,
                       RecoverWindow::CodeCheck codeCheck, QObject* parent)
    : QObject(parent), m_theme(theme), m_accounts(accounts), m_codeCheck(std::move(codeCheck)),
      m_window(std::make_unique<ui::SignInWindow>(theme, languages)),
      m_signInProbe(new ServerProbe(accounts, this)),
      m_registerProbe(new ServerProbe(accounts, this)),
      m_recoverProbe(new ServerProbe(accounts, this))
{
    m_window->setObjectName(QStringLiteral("signInWindow"));
    connectSignIn();
    connectRegister();
    connect(m_window.get(), &ui::SignInWindow::closed, this, [this] {
        if (!m_codeStep) {
            Q_EMIT closed();
        }
    });
}

SignInFlow::~SignInFlow() = default;

// A device has no name of its own yet; the start of its id tells several apart.
ui::KnownDevice SignInFlow::shown(const client::ListedDevice& device)
{
    constexpr int shownBytes = 4;
    const QByteArray id(reinterpret_cast<const char*>(device.id.data()),
                        qsizetype(DeviceId::size()));
    return {id, tr("Device %1").arg(QString::fromLatin1(id.left(shownBytes).toHex(' '))),
            QDateTime::fromMSecsSinceEpoch(qint64(device.createdMs)).date()};
}

void SignInFlow::start(const QString& server)
{
    const auto link = client::ServerLink::parse(server);
    const bool invited = link && link->kind == client::ServerLink::Kind::Invite;
    m_window->signInPage().setServer(link ? link->server().toString() : server);
    if (invited) {
        m_window->showRegister();
    }
    m_window->registerPage().setServer(server);
    m_window->show();
}

void SignInFlow::startRecovery(const QString& server, const QString& username)
{
    start(server);
    m_window->signInPage().setUsername(username);
    openRecover(RecoverWindow::Mode::SignIn);
}

void SignInFlow::connectSignIn()
{
    ui::SignInPage& page = m_window->signInPage();
    connect(&page, &ui::SignInPage::serverEntered, m_signInProbe, &ServerProbe::probe);
    connect(m_signInProbe, &ServerProbe::stateChanged, &page,
            [&page](ServerState state) { page.setServerState(state); });
    connect(&page, &ui::SignInPage::signInRequested, this, &SignInFlow::signIn);
    connect(&page, &ui::SignInPage::cancelRequested, this, [this] { m_accounts.cancel(); });
    connect(&page, &ui::SignInPage::recoverRequested, this,
            [this] { openRecover(RecoverWindow::Mode::SignIn); });
}

void SignInFlow::connectRegister()
{
    ui::RegisterPage& page = m_window->registerPage();
    connect(&page, &ui::RegisterPage::serverEntered, m_registerProbe, &ServerProbe::probe);
    connect(m_registerProbe, &ServerProbe::stateChanged, &page, [this, &page](ServerState state) {
        page.setServerState(state);
        const auto& info = m_registerProbe->info();
        if (state != ServerState::Checked || !info) {
            return;
        }
        constexpr int byInvite = 1;
        constexpr int closedServer = 2;
        if (info->registration == closedServer) {
            page.setProblem(SignInProblem::RegistrationClosed);
        } else if (info->registration == byInvite
                   && info->link.kind != client::ServerLink::Kind::Invite) {
            page.setProblem(SignInProblem::InviteNeeded);
        }
    });
    connect(&page, &ui::RegisterPage::usernameEntered, m_registerProbe, &ServerProbe::checkName);
    connect(m_registerProbe, &ServerProbe::nameChecked, &page, &ui::RegisterPage::setNameState);
    connect(&page, &ui::RegisterPage::registerRequested, this, &SignInFlow::registerAccount);
    connect(&page, &ui::RegisterPage::cancelRequested, this, [this] { m_accounts.cancel(); });
}

void SignInFlow::registerAccount(const ui::RegisterRequest& request)
{
    ui::RegisterPage& page = m_window->registerPage();
    const auto link = m_registerProbe->linkFor(request.serverOrInvite);
    if (!link) {
        page.setServerState(ServerState::BadAddress);
        return;
    }
    page.setBusy(BusyStage::Connecting);
    client::Registration registration{*link,
                                      QString(),
                                      request.username,
                                      request.displayName,
                                      passwordOf(page.password()),
                                      true};
    const auto progress = [&page](Progress step) { page.setBusy(stageOf(step)); };
    const auto done = [this, &page](Result<client::Registered, client::ClientError> result) {
        page.setBusy(std::nullopt);
        if (!result) {
            if (result.error().code != ClientErrorCode::Cancelled) {
                page.setProblem(problemOf(result.error()));
            }
            return;
        }
        showCode(result->recoveryCode);
    };
    m_accounts.registerAccount(std::move(registration), client::whileAlive(this, progress),
                               client::whileAlive(this, done));
}

void SignInFlow::showCode(const QString& code)
{
    m_codeStep = std::make_unique<ui::RecoveryCodeStep>(m_theme, ui::SecretText(code),
                                                        ui::RecoveryCodeStep::chooseGroups());
    m_codeStep->setObjectName(QStringLiteral("recoveryCodeStep"));
    connect(m_codeStep.get(), &ui::RecoveryCodeStep::finished, this, [this] {
        m_accounts.confirmRecoveryCode();
        Q_EMIT finished();
    });
    connect(m_codeStep.get(), &ui::RecoveryCodeStep::closed, this, &SignInFlow::finished);
    m_codeStep->show();
    m_window->wipe();
    m_window->hide();
}

void SignInFlow::signIn(const ui::SignInRequest& request)
{
    ui::SignInPage& page = m_window->signInPage();
    const auto link = m_signInProbe->linkFor(request.server);
    if (!link) {
        page.setServerState(ServerState::BadAddress);
        return;
    }
    m_mode = RecoverWindow::Mode::NewDevice;
    runSignIn({*link, request.username, passwordOf(page.password()), false, {},
               request.keepSignedIn});
}

void SignInFlow::openRecover(RecoverWindow::Mode mode)
{
    m_mode = mode;
    m_recover = std::make_unique<RecoverWindow>(m_theme, mode, m_codeCheck);
    RecoverWindow* window = m_recover.get();
    window->setObjectName(QStringLiteral("recoverWindow"));
    connect(window, &RecoverWindow::serverEntered, m_recoverProbe, &ServerProbe::probe);
    connect(m_recoverProbe, &ServerProbe::stateChanged, window,
            [window](ServerState state) { window->setServerState(state); });
    connect(window, &RecoverWindow::recoverRequested, this, &SignInFlow::recover);
    connect(window, &RecoverWindow::devicesAnswered, this, &SignInFlow::answerDevices);
    connect(window, &RecoverWindow::cancelRequested, this, &SignInFlow::cancelRecover,
            Qt::QueuedConnection);
    if (mode == RecoverWindow::Mode::SignIn) {
        window->setServer(m_window->signInPage().server());
        window->setUsername(m_window->signInPage().username());
        m_recoverProbe->probe(m_window->signInPage().server());
    }
    window->show();
    m_window->hide();
}

bool SignInFlow::isNewDevice() const
{
    return m_mode == RecoverWindow::Mode::NewDevice;
}

void SignInFlow::cancelRecover()
{
    if (!m_recover) {
        return;
    }
    if (!m_working) {
        closeRecover();
        return;
    }
    // While it works, Esc leads back to the form; at a question it leaves the window.
    m_leaving = m_codeAnswer || m_devicesAnswer;
    m_accounts.cancel();
}

void SignInFlow::closeRecover()
{
    m_recover->hide();
    m_recover.release()->deleteLater();
    m_window->show();
}

void SignInFlow::recover(const ui::RecoverRequest& request)
{
    if (m_codeAnswer) {
        answerCode();
        return;
    }
    const auto link = m_recoverProbe->linkFor(request.server);
    if (!link) {
        m_recover->setServerState(ServerState::BadAddress);
        return;
    }
    client::SignIn signIn{*link, request.username, passwordOf(m_recover->password())};
    signIn.resetPassword = request.newPassword;
    if (request.newPassword) {
        signIn.recoveryCode = QString::fromUtf8(m_recover->code().utf8());
    }
    runSignIn(std::move(signIn));
}

void SignInFlow::runSignIn(client::SignIn request)
{
    m_working = true;
    m_leaving = false;
    m_recoverReset = request.resetPassword;
    showBusy(BusyStage::Connecting);
    const auto codeQuestion = [this](std::optional<client::ClientError> problem,
                                     std::function<void(QString)> answer) {
        askCode(problem, std::move(answer));
    };
    const auto devicesQuestion = [this](std::vector<client::ListedDevice> devices,
                                        std::function<void(std::vector<client::DeviceFate>)> answer) {
        askDevices(devices, std::move(answer));
    };
    const auto progress = [this](Progress step) { showBusy(stageOf(step)); };
    const auto done = [this](Result<client::SignedIn, client::ClientError> result) {
        m_working = false;
        m_codeAnswer = nullptr;
        m_devicesAnswer = nullptr;
        if (!result) {
            onSignInFailed(result.error());
            return;
        }
        m_window->wipe();
        m_window->hide();
        if (m_recover) {
            m_recover->wipe();
            m_recover->hide();
        }
        Q_EMIT finished();
    };
    m_accounts.signIn(std::move(request),
                      {client::whileAlive(this, codeQuestion),
                       client::whileAlive(this, devicesQuestion)},
                      client::whileAlive(this, progress), client::whileAlive(this, done));
}

void SignInFlow::showBusy(BusyStage stage)
{
    if (m_recover) {
        m_recover->setBusy(stage);
    } else {
        m_window->signInPage().setBusy(stage);
    }
}

void SignInFlow::onSignInFailed(const client::ClientError& error)
{
    const bool cancelled = error.code == ClientErrorCode::Cancelled;
    const SignInProblem problem = problemOf(error);
    if (m_recover && !isNewDevice()) {
        m_recover->setOnlyCode(false);
        m_recover->setBusy(std::nullopt);
        if (cancelled && m_leaving) {
            closeRecover();
        } else if (!cancelled) {
            // With the code alone a wrong password is a wrong code.
            m_recover->setProblem(m_recoverReset && problem == SignInProblem::WrongPassword
                                      ? SignInProblem::WrongCode
                                      : problem);
        }
        return;
    }
    // The sign-in form has what was wrong, and the password to try again with.
    if (m_recover) {
        closeRecover();
    }
    m_window->signInPage().setBusy(std::nullopt);
    if (!cancelled) {
        m_window->signInPage().setProblem(problem);
    }
}

void SignInFlow::askCode(const std::optional<client::ClientError>& problem,
                         std::function<void(QString)> answer)
{
    m_codeAnswer = std::move(answer);
    if (isNewDevice() && !m_recover) {
        m_window->signInPage().setBusy(std::nullopt);
        openRecover(RecoverWindow::Mode::NewDevice);
        return;
    }
    if (!problem) {
        // The form for the recovery code had it from the start.
        answerCode();
        return;
    }
    m_recover->setOnlyCode(true);
    m_recover->setProblem(problem->code == ClientErrorCode::WrongCredentials
                              ? SignInProblem::WrongCode
                              : problemOf(*problem));
}

void SignInFlow::answerCode()
{
    m_recover->setBusy(BusyStage::Connecting);
    const auto answer = std::exchange(m_codeAnswer, nullptr);
    answer(QString::fromUtf8(m_recover->code().utf8()));
}

void SignInFlow::askDevices(const std::vector<client::ListedDevice>& devices,
                            std::function<void(std::vector<client::DeviceFate>)> answer)
{
    m_devices = devices;
    m_devicesAnswer = std::move(answer);
    QList<ui::KnownDevice> list;
    for (const client::ListedDevice& device : devices) {
        list.append(shown(device));
    }
    m_recover->askDevices(list);
}

void SignInFlow::answerDevices(const QList<QByteArray>& lost)
{
    std::vector<client::DeviceFate> fates;
    for (const client::ListedDevice& device : m_devices) {
        fates.push_back(lost.contains(shown(device).id) ? client::DeviceFate::Lost
                                                        : client::DeviceFate::StillMine);
    }
    m_recover->setBusy(BusyStage::Connecting);
    if (const auto answer = std::exchange(m_devicesAnswer, nullptr)) {
        answer(std::move(fates));
    }
}

} // namespace impulse::app
