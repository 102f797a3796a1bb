#include "tests/demo/Desktop.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

namespace impulse::demo {
namespace {

QString key(const char* text)
{
    return QString::fromUtf8(text);
}

} // namespace

Desktop::Desktop(QString username, QString home, QString server)
    : m_username(std::move(username)), m_home(std::move(home)), m_server(std::move(server))
{
}

void Desktop::start()
{
    m_process = std::make_unique<test::JsonProcess>(
        test::programPath("impulse-demo-client"),
        QStringList{key("QT_QPA_PLATFORM=offscreen"), key("LC_ALL=C.UTF-8"), key("LANGUAGE=en"),
                    // The keychain of whoever runs this is none of the demonstration's business.
                    key("DBUS_SESSION_BUS_ADDRESS=disabled:")});
    m_process->start({key("--home"), m_home, key("--server"), m_server});
}

void Desktop::kill()
{
    m_process->kill();
}

bool Desktop::close()
{
    return m_process->finish();
}

QJsonObject Desktop::ask(const QJsonObject& command)
{
    m_process->send(command);
    return m_process->await([](const QJsonObject& line) { return line.contains(key("ok")); }, 90'000);
}

QJsonObject Desktop::tell(QJsonObject command)
{
    auto answer = ask(command);
    if (!answer[key("ok")].toBool()) {
        command.remove(key("text"));
        throw Stuck(m_username.toStdString() + ": "
                    + QJsonDocument(command).toJson(QJsonDocument::Compact).toStdString() + ": "
                    + answer[key("error")].toString(key("no answer")).toStdString() + "\n"
                    + ask({{key("op"), key("names")}})[key("names")].toVariant().toStringList().join(QLatin1Char(' ')).toStdString()
                    + "\n" + ask({{key("op"), key("rows")}, {key("name"), key("chatList")}, {key("ms"), 500}})[key("rows")].toVariant().toStringList().join(QLatin1Char('\n')).toStdString()
                    + "\n" + m_process->errorOutput().toStdString());
    }
    return answer;
}

void Desktop::registerAccount(const QString& displayName, const QString& password)
{
    m_password = password;
    tell({{key("op"), key("click")}, {key("name"), key("createAccount")}});
    tell({{key("op"), key("wait")}, {key("name"), key("displayName")}});
    tell({{key("op"), key("clear")}, {key("name"), key("server")}});
    tell({{key("op"), key("type")}, {key("name"), key("server")}, {key("text"), m_server}});
    tell({{key("op"), key("type")}, {key("name"), key("username")}, {key("text"), m_username}});
    tell({{key("op"), key("type")}, {key("name"), key("displayName")}, {key("text"), displayName}});
    tell({{key("op"), key("type")}, {key("name"), key("newPassword")}, {key("text"), password}});
    tell({{key("op"), key("type")}, {key("name"), key("repeatPassword")}, {key("text"), password}});
    tell({{key("op"), key("click")}, {key("name"), key("continue")}});
    confirmRecoveryCode();
}

void Desktop::confirmRecoveryCode()
{
    tell({{key("op"), key("wait")}, {key("name"), key("copyCode")}, {key("ms"), 60'000}});
    tell({{key("op"), key("click")}, {key("name"), key("copyCode")}});
    QString code;
    QElapsedTimer clock;
    clock.start();
    while (code.isEmpty() && clock.elapsed() < 5000)
        code = tell({{key("op"), key("clipboard")}})[key("text")].toString();
    const auto groups = code.trimmed().split(QRegularExpression(key("[\\s-]+")));
    tell({{key("op"), key("click")}, {key("name"), key("stored")}});
    for (const auto* field : {"firstGroup", "secondGroup"}) {
        const auto label
            = tell({{key("op"), key("text")}, {key("name"), key(field)}}).value(key("spoken")).toString();
        const auto number = QRegularExpression(key("\\d+")).match(label).captured().toInt();
        if (number < 1 || number > groups.size())
            throw Stuck("the recovery code step asks for a group that is not there");
        tell({{key("op"), key("type")},
              {key("name"), key(field)},
              {key("text"), groups.at(number - 1)}});
    }
    tell({{key("op"), key("click")}, {key("name"), key("finish")}});
    tell({{key("op"), key("wait")}, {key("name"), key("mainWindow")}});
}

void Desktop::unlock()
{
    tell({{key("op"), key("wait")}, {key("name"), key("unlockWindow")}});
    tell({{key("op"), key("type")}, {key("name"), key("password")}, {key("text"), m_password}});
    tell({{key("op"), key("click")}, {key("name"), key("unlock")}});
    tell({{key("op"), key("wait")}, {key("name"), key("mainWindow")}, {key("ms"), 60'000}});
}

void Desktop::setStatus(const QString& status)
{
    tell({{key("op"), key("click")}, {key("name"), key("accountButton")}});
    tell({{key("op"), key("popup")}, {key("action"), key("Profile and status…")}});
    tell({{key("op"), key("wait")}, {key("name"), key("status")}});
    tell({{key("op"), key("clear")}, {key("name"), key("status")}});
    tell({{key("op"), key("type")}, {key("name"), key("status")}, {key("text"), status}});
    tell({{key("op"), key("click")}, {key("name"), key("save")}});
    tell({{key("op"), key("gone")}, {key("name"), key("status")}});
}

void Desktop::startChat(const QString& username)
{
    tell({{key("op"), key("click")}, {key("name"), key("newChatButton")}});
    tell({{key("op"), key("type")}, {key("name"), key("person")}, {key("text"), username}});
    tell({{key("op"), key("click")}, {key("name"), key("startChat")}});
    tell({{key("op"), key("wait")}, {key("name"), key("composerField")}});
}

void Desktop::openChat(const QString& text)
{
    tell({{key("op"), key("row")}, {key("name"), key("chatList")}, {key("text"), text}});
}

void Desktop::acceptRequest()
{
    tell({{key("op"), key("click")}, {key("name"), key("acceptButton")}});
    tell({{key("op"), key("wait")}, {key("name"), key("composerField")}});
}

void Desktop::write(const QString& text)
{
    tell({{key("op"), key("type")}, {key("name"), key("composerField")}, {key("text"), text}});
    tell({{key("op"), key("key")}, {key("name"), key("composerField")}, {key("keys"), key("Return")}});
    if (!sees(text))
        throw Stuck(m_username.toStdString() + " wrote a message that does not show");
}

void Desktop::editLast(const QString& text)
{
    tell({{key("op"), key("key")}, {key("name"), key("composerField")}, {key("keys"), key("Up")}});
    tell({{key("op"), key("clear")}, {key("name"), key("composerField")}});
    write(text);
}

void Desktop::deleteMessage(const QString& text)
{
    tell({{key("op"), key("menu")},
          {key("name"), key("messageList")},
          {key("text"), text},
          {key("action"), key("Delete for everyone…")}});
    tell({{key("op"), key("click")}, {key("name"), key("confirm")}});
    tell({{key("op"), key("gone")}, {key("name"), key("confirm")}});
}

QStringList Desktop::rows()
{
    const auto answer = tell({{key("op"), key("rows")}, {key("name"), key("messageList")}});
    return answer[key("rows")].toVariant().toStringList();
}

bool Desktop::sees(const QString& text, int ms)
{
    QElapsedTimer clock;
    clock.start();
    do {
        for (const auto& row : rows()) {
            if (row.contains(text))
                return true;
        }
        m_process->pump(20);
    } while (clock.elapsed() < ms);
    return false;
}

bool Desktop::seesNot(const QString& text, int ms)
{
    QElapsedTimer clock;
    clock.start();
    do {
        const auto now = rows();
        if (std::none_of(now.begin(), now.end(), [&](const auto& row) { return row.contains(text); }))
            return true;
        m_process->pump(20);
    } while (clock.elapsed() < ms);
    return false;
}

bool Desktop::headerSays(const QString& text)
{
    QElapsedTimer clock;
    clock.start();
    do {
        const auto header = tell({{key("op"), key("text")}, {key("name"), key("headerName")}});
        if (header[key("spoken")].toString().contains(text)
            || header[key("described")].toString().contains(text))
            return true;
        m_process->pump(20);
    } while (clock.elapsed() < 20'000);
    return false;
}

void Desktop::grab(const QString& file)
{
    tell({{key("op"), key("grab")}, {key("name"), key("mainWindow")}, {key("file"), file}});
}

} // namespace impulse::demo
