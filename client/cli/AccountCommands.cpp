#include "client/cli/Commands.h"
#include "client/cli/Terminal.h"

#include <cstdio>

namespace impulse::cli::commands {

using namespace client;

namespace {

constexpr int inviteUses = 1;
constexpr std::uint64_t inviteLifeMs = 7ULL * 24 * 3600 * 1000;

QString hex(View bytes)
{
    return QString::fromStdString(toHex(bytes));
}

QString latin(const char* text)
{
    return QString::fromLatin1(text);
}

void printAccount(CliSession& session, const char* type, const char* words, bool keychainMissing)
{
    const Accounts& accounts = session.accounts();
    session.output().print(type,
                           {{latin("username"), accounts.username()},
                            {latin("userId"), hex(accounts.userId())},
                            {latin("deviceId"), hex(accounts.deviceId())},
                            {latin("server"), accounts.server().toString()},
                            {latin("keychain"), !keychainMissing}},
                           latin(words) + accounts.username() +
                               (keychainMissing
                                    ? latin("; no keychain: the password opens this profile")
                                    : QString()));
}

Result<void, Fault> requireNoAccount(CliSession& session)
{
    if (session.accounts().state() == ProfileState::NoAccount)
        return {};
    return fault(ExitCode::Usage,
                 latin("this profile has an account: ") + session.accounts().username());
}

/// What became of the account's other devices. Without a terminal they all stay: declaring one lost
/// locks it out and wipes it, which nobody does by leaving out an answer.
std::vector<DeviceFate> askFates(const std::vector<ListedDevice>& devices)
{
    std::vector<DeviceFate> fates(devices.size(), DeviceFate::StillMine);
    if (!inputIsTerminal())
        return fates;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const QString device = hex(devices[i].id);
        for (;;) {
            const auto answer =
                readLine(QStringLiteral("Device %1: still yours (y) or lost or stolen (lost)? ")
                             .arg(device));
            if (!answer)
                return {};
            if (*answer == latin("lost"))
                fates[i] = DeviceFate::Lost;
            if (*answer == latin("lost") || *answer == latin("y"))
                break;
        }
    }
    return fates;
}

/// What the client core asks in the middle of a sign-in.
class Questions {
public:
    SignInQuestions make()
    {
        return {
            [this](std::optional<ClientError> problem, auto answer) { answer(askCode(problem)); },
            [](std::vector<ListedDevice> devices, auto answer) { answer(askFates(devices)); }};
    }
    /// Why there is no code, where the sign-in ends for want of one.
    const std::optional<Fault>& fault() const { return m_fault; }

private:
    QString askCode(const std::optional<ClientError>& problem)
    {
        // At a terminal a wrong code is asked again; a script has only the one.
        if (problem && !(inputIsTerminal() && kindOf(*problem) != ErrorKind::Network)) {
            m_fault = faultOf(*problem);
            return {};
        }
        if (problem)
            std::fprintf(stderr, "%s\n", describe(problem->code));
        auto code = readLine(latin("Recovery code: "));
        if (code && !code->isEmpty())
            return *code;
        m_fault = code ? faultOf({ClientErrorCode::MalformedRecoveryCode}) : code.error();
        return {};
    }

    std::optional<Fault> m_fault;
};

Outcome<> signIn(CliSession& session, SignIn request, const char* type, const char* words)
{
    const auto shared = std::make_shared<SignIn>(std::move(request));
    const auto questions = std::make_shared<Questions>();
    const auto start = [&session, shared, questions](auto done) {
        session.accounts().signIn(
            std::move(*shared), questions->make(), [](Progress) {}, std::move(done));
    };
    auto answer = co_await session.ask<SignedIn>(start);
    if (!answer && questions->fault())
        co_return Failure{*questions->fault()};
    IMPULSE_CO_TRY(const SignedIn signedIn, std::move(answer));
    printAccount(session, type, words, signedIn.keychainMissing);
    co_return co_await session.sync();
}

} // namespace

Outcome<> registerAccount(CliSession& session)
{
    IMPULSE_CO_CHECK(requireNoAccount(session));
    IMPULSE_CO_TRY(const ServerLink link, session.requireServer());
    IMPULSE_CO_TRY(RecoveryOutput recovery,
                   RecoveryOutput::prepare(session.arguments().recoveryFile));
    IMPULSE_CO_TRY(Password password,
                   obtainNewPassword(session.arguments().passwordFile, latin("New password: "),
                                     latin("--password-file")));
    const auto request = std::make_shared<Registration>(
        Registration{link, {}, session.arguments().user, {}, std::move(password), true});
    const auto start = [&session, request](auto done) {
        session.accounts().registerAccount(
            std::move(*request), [](Progress) {}, std::move(done));
    };
    IMPULSE_CO_TRY(const Registered registered, co_await session.ask<Registered>(start));
    printAccount(session, "registered", "registered ", registered.keychainMissing);
    IMPULSE_CO_TRY(const bool kept, recovery.write(registered.recoveryCode));
    if (kept)
        session.accounts().confirmRecoveryCode();
    co_return co_await session.sync();
}

Outcome<> login(CliSession& session)
{
    if (session.accounts().state() != ProfileState::NoAccount) {
        if (session.accounts().username() != session.arguments().user)
            co_return requireNoAccount(session);
        IMPULSE_CO_CHECK(co_await session.requireAccount());
        IMPULSE_CO_CHECK(co_await session.sync());
        printAccount(session, "signed-in", "signed in as ", false);
        co_return Result<void, Fault>();
    }
    IMPULSE_CO_TRY(const ServerLink link, session.requireServer());
    IMPULSE_CO_TRY(Password password,
                   obtainPassword(session.arguments().passwordFile, latin("Password: "),
                                  latin("--password-file")));
    SignIn request{link, session.arguments().user, std::move(password)};
    co_return co_await signIn(session, std::move(request), "signed-in", "signed in as ");
}

Outcome<> recover(CliSession& session)
{
    IMPULSE_CO_CHECK(requireNoAccount(session));
    IMPULSE_CO_TRY(const ServerLink link, session.requireServer());
    IMPULSE_CO_TRY(const QString code, readLine(latin("Recovery code: ")));
    IMPULSE_CO_TRY(Password password,
                   obtainNewPassword(session.arguments().passwordFile, latin("New password: "),
                                     latin("--password-file")));
    SignIn request{link, session.arguments().user, std::move(password), true, code};
    co_return co_await signIn(session, std::move(request), "recovered", "recovered ");
}

Outcome<> resetPassword(CliSession& session)
{
    IMPULSE_CO_CHECK(requireNoAccount(session));
    IMPULSE_CO_TRY(const ServerLink link, session.requireServer());
    IMPULSE_CO_TRY(const QString code, readLine(latin("Code of the server's operator: ")));
    IMPULSE_CO_TRY(Password password,
                   obtainNewPassword(session.arguments().passwordFile, latin("New password: "),
                                     latin("--password-file")));
    const auto request = std::make_shared<PasswordReset>(
        PasswordReset{link, session.arguments().user, code, std::move(password)});
    const auto start = [&session, request](auto done) {
        session.accounts().resetPassword(
            std::move(*request), [](Progress) {}, std::move(done));
    };
    IMPULSE_CO_CHECK(co_await session.ask<void>(start));
    session.output().print("password-changed", {},
                           latin("the password is set; signing in takes the recovery code too"));
    co_return Result<void, Fault>();
}

Outcome<> changePassword(CliSession& session)
{
    // Both are read first: nothing is half done for want of an answer.
    IMPULSE_CO_TRY(Password current,
                   obtainPassword(session.arguments().passwordFile, latin("Present password: "),
                                  latin("--password-file")));
    IMPULSE_CO_TRY(Password fresh,
                   obtainNewPassword(session.arguments().newPasswordFile, latin("New password: "),
                                     latin("--new-password-file")));
    const auto both =
        std::make_shared<std::pair<Password, Password>>(std::move(current), std::move(fresh));
    if (session.accounts().state() == ProfileState::Locked) {
        const auto unlock = [&session, both](auto done) {
            session.accounts().unlock(both->first.copy(), std::move(done));
        };
        IMPULSE_CO_CHECK(co_await session.ask<void>(unlock));
    }
    IMPULSE_CO_CHECK(co_await session.requireAccount());
    IMPULSE_CO_CHECK(co_await session.sync());
    const auto change = [&session, both](auto done) {
        session.accounts().changePassword(
            std::move(both->first), std::move(both->second), [](Progress) {}, std::move(done));
    };
    IMPULSE_CO_CHECK(co_await session.ask<void>(change));
    session.output().print("password-changed", {}, latin("the password is changed"));
    co_return Result<void, Fault>();
}

Outcome<> invite(CliSession& session)
{
    const auto start = [&session](auto done) {
        session.accounts().createInvite(inviteUses, inviteLifeMs, std::move(done));
    };
    IMPULSE_CO_TRY(const QString link, co_await session.ask<QString>(start));
    session.output().print("invite", {{latin("link"), link}}, link);
    co_return Result<void, Fault>();
}

Outcome<> confirmRestore(CliSession& session)
{
    IMPULSE_CO_CHECK(co_await session.requireAccount());
    auto synced = co_await session.sync();
    const auto stoppedBy = [&session](ClientErrorCode code) {
        return session.connection().state() == ConnectionState::Stopped &&
               session.connection().lastError().code == code;
    };
    if (!synced && stoppedBy(ClientErrorCode::AccountNotRestored)) {
        IMPULSE_CO_TRY(Password password,
                       obtainPassword(session.arguments().passwordFile,
                                      latin("Password (it brings the account back): "),
                                      latin("--password-file")));
        const auto shared = std::make_shared<Password>(std::move(password));
        const auto comeBack = [&session, shared](auto done) {
            session.accounts().comeBack(std::move(*shared), [](Progress) {}, std::move(done));
        };
        IMPULSE_CO_CHECK(co_await session.ask<void>(comeBack));
        synced = co_await session.sync();
    }
    // Who is back may still know a directory that the server has gone on without.
    if (!synced && stoppedBy(ClientErrorCode::RestoreUnconfirmed)) {
        const auto confirm = [&session](auto done) {
            session.accounts().confirmRestore(std::move(done));
        };
        IMPULSE_CO_CHECK(co_await session.ask<void>(confirm));
        synced = co_await session.sync();
    }
    if (!synced)
        co_return synced;
    session.output().print("restore-confirmed", {}, latin("this device and the server agree"));
    co_return Result<void, Fault>();
}

Outcome<> deleteAccount(CliSession& session)
{
    IMPULSE_CO_TRY(Password password,
                   obtainPassword(session.arguments().passwordFile,
                                  latin("Password (the account and its messages will be gone): "),
                                  latin("--password-file")));
    const auto shared = std::make_shared<Password>(std::move(password));
    const auto start = [&session, shared](auto done) {
        session.accounts().deleteAccount(std::move(*shared), std::move(done));
    };
    IMPULSE_CO_CHECK(co_await session.ask<void>(start));
    session.output().print("account-deleted", {}, latin("the account is deleted"));
    co_return Result<void, Fault>();
}

} // namespace impulse::cli::commands
