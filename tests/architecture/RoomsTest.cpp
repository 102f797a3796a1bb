#include "tests/support/Catch.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QStringList>

#include <algorithm>
#include <map>

// Link lines do not stop includes (a target that links only Qt Core compiles <QtSql/QSqlQuery>), so
// the table of rooms is checked here: what each room may include from the others and from libraries.

namespace {

const QString root = QStringLiteral(IMPULSE_SOURCE_DIR);

enum class Library { None, QtCore, QtSql, QtNet, QtGui, Sodium, Keychain };

struct Room {
    /// Other rooms whose headers it may include.
    QStringList rooms;
    std::vector<Library> libraries;
};

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

QStringList words(const char* text)
{
    return word(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

std::map<QString, Room> table()
{
    using enum Library;
    return {
        {word("common/core"), {{}, {QtCore}}},
        {word("common/crypto"), {words("common/core"), {Sodium}}},
        {word("common/protocol"), {words("common/core"), {QtCore}}},
        {word("server/core"), {words("common/core common/crypto common/protocol"), {QtCore}}},
        {word("server/storage"),
         {words("common/core common/crypto common/protocol server/core"), {QtCore, QtSql}}},
        {word("server/net"),
         {words("common/core common/crypto common/protocol server/core"), {QtCore, QtNet}}},
        {word("server/app"),
         {words("common/core common/crypto common/protocol server/core server/storage server/net"),
          {QtCore, QtNet}}},
        {word("client/e2ee"), {words("common/core common/crypto"), {QtCore}}},
        {word("client/core"),
         {words("common/core common/crypto common/protocol client/e2ee"), {QtCore}}},
        {word("client/net"),
         {words("common/core common/crypto common/protocol client/core"), {QtCore, QtNet}}},
        {word("client/storage"),
         {words("common/core common/crypto common/protocol client/e2ee client/core"),
          {QtCore, QtSql, Keychain}}},
        {word("client/ui"),
         {words("common/core common/crypto common/protocol client/e2ee client/core"),
          {QtCore, QtGui}}},
        {word("client/app"),
         {words("common/core common/crypto common/protocol client/e2ee client/core client/net "
                "client/storage client/ui"),
          {QtCore, QtGui, QtNet}}},
        {word("client/cli"),
         {words("common/core common/crypto common/protocol client/e2ee client/core client/net "
                "client/storage"),
          {QtCore, QtNet}}},
    };
}

/// Headers of Qt Core are what is found in its include folder on this machine.
bool isQtCore(const QString& header)
{
    return header.startsWith(word("QtCore/"))
           || QFile::exists(word(IMPULSE_QT_HEADERS "/QtCore/") + header);
}

Library libraryOf(const QString& header)
{
    static const QRegularExpression sql(word("^(QtSql/.*|QSql.*)$"));
    static const QRegularExpression net(
        word("^(QtNetwork/.*|QtWebSockets/.*|QtHttpServer/.*|QWebSocket.*|QTcp.*|QUdp.*|QSsl.*"
             "|QHost.*|QNetwork.*|QLocalS.*|QAbstractSocket|QHttpServer.*|QDns.*|QOcsp.*)$"));
    if (header.startsWith(word("sodium")))
        return Library::Sodium;
    if (header.contains(word("keychain"), Qt::CaseInsensitive))
        return Library::Keychain;
    if (sql.match(header).hasMatch())
        return Library::QtSql;
    if (net.match(header).hasMatch())
        return Library::QtNet;
    if (isQtCore(header))
        return Library::QtCore;
    return header.startsWith(QLatin1Char('Q')) ? Library::QtGui : Library::None;
}

bool isIn(const QString& path, const QString& room)
{
    return path.startsWith(room + QLatin1Char('/'));
}

QStringList sources(const QString& folder)
{
    QStringList result;
    QDirIterator it(folder, {word("*.h"), word("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext())
        result += it.next();
    result.sort();
    return result;
}

bool isAllowed(const QString& room, const Room& row, const QString& header, bool quoted)
{
    if (!quoted) {
        const auto library = libraryOf(header);
        return library == Library::None || std::ranges::count(row.libraries, library) > 0;
    }
    return isIn(header, room) || header.endsWith(word(".moc"))
           || std::ranges::any_of(row.rooms, [&](const auto& other) { return isIn(header, other); });
}

} // namespace

TEST_CASE("no room includes what its row in the table of rooms does not allow")
{
    static const QRegularExpression include(word("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]"));
    const auto rooms = table();
    for (const auto& [room, row] : rooms) {
        for (const auto& path : sources(root + QLatin1Char('/') + room)) {
            QFile file(path);
            REQUIRE(file.open(QIODevice::ReadOnly));
            for (const auto& line : QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'))) {
                const auto match = include.match(line);
                if (!match.hasMatch())
                    continue;
                const bool quoted = match.captured(1) == QLatin1String("\"");
                INFO(path.mid(root.size() + 1).toStdString() << ": " << line.toStdString());
                CHECK(isAllowed(room, row, match.captured(2), quoted));
            }
        }
    }
}

TEST_CASE("the check of rooms finds what is forbidden")
{
    const auto rooms = table();
    const auto name = word("server/core");
    const auto& row = rooms.at(name);
    CHECK_FALSE(isAllowed(name, row, word("QSqlQuery"), false));
    CHECK_FALSE(isAllowed(name, row, word("QtSql/QSqlQuery"), false));
    CHECK_FALSE(isAllowed(name, row, word("QTcpSocket"), false));
    CHECK_FALSE(isAllowed(name, row, word("QWidget"), false));
    CHECK_FALSE(isAllowed(name, row, word("client/e2ee/Session.h"), true));
    CHECK_FALSE(isAllowed(name, row, word("sodium.h"), false));
    CHECK(isAllowed(name, row, word("common/core/Result.h"), true));
    CHECK(isAllowed(name, row, word("QTimer"), false));
    CHECK(isAllowed(name, row, word("vector"), false));
    const auto crypto = word("common/crypto");
    CHECK_FALSE(isAllowed(crypto, rooms.at(crypto), word("QString"), false));
}

TEST_CASE("every folder with sources is a room of the table")
{
    const auto rooms = table();
    for (const auto& top : words("common server client")) {
        for (const auto& path : sources(root + QLatin1Char('/') + top)) {
            const auto relative = path.mid(root.size() + 1);
            INFO(relative.toStdString());
            CHECK(std::any_of(rooms.begin(), rooms.end(),
                              [&](const auto& room) { return isIn(relative, room.first); }));
        }
    }
}

TEST_CASE("server rooms do not link the end-to-end encryption")
{
    QDirIterator it(root + word("/server"), {word("CMakeLists.txt")}, QDir::Files,
                    QDirIterator::Subdirectories);
    int files = 0;
    while (it.hasNext()) {
        QFile file(it.next());
        REQUIRE(file.open(QIODevice::ReadOnly));
        INFO(file.fileName().toStdString());
        const auto text = file.readAll();
        CHECK_FALSE(text.contains("e2ee"));
        CHECK_FALSE(text.contains("client"));
        ++files;
    }
    CHECK(files >= 5);
}
