#include "tests/support/MarkerSearch.h"
#include "tests/support/Catch.h"

#include <QFile>
#include <QTemporaryDir>

using impulse::test::MarkerSearch;

// The demonstration and the CLI's tests say "nothing readable on the server" with this search.

TEST_CASE("markers are found in every form, at every place in a file")
{
    const QString marker = QStringLiteral("9f3k-Марта-0d41");
    const QByteArray utf8 = marker.toUtf8();
    QByteArray utf16;
    for (const auto& unit : marker) {
        utf16 += static_cast<char>(unit.unicode() & 255);
        utf16 += static_cast<char>(unit.unicode() >> 8);
    }
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("server.db-wal")));
    const auto isFound = [&](const QByteArray& hidden) {
        REQUIRE(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(QByteArray(5000, 'x') + hidden + QByteArray(5000, 'x'));
        file.close();
        return !MarkerSearch::filesWith(folder.path(), marker).isEmpty();
    };
    for (const auto& plain : {utf8, utf16}) {
        CHECK(isFound(plain));
        CHECK(isFound(plain.toHex()));
        CHECK(isFound(plain.toHex().toUpper()));
        // Inside something longer, which moves it within the groups of base64.
        for (int before = 0; before < 3; ++before) {
            const QByteArray longer = QByteArray(before, '\x7f') + plain + "behind";
            CHECK(isFound(longer.toBase64()));
            CHECK(isFound(longer.toBase64(QByteArray::Base64UrlEncoding)));
        }
    }
    CHECK_FALSE(isFound("something else"));
    CHECK_FALSE(isFound(utf8.left(utf8.size() - 1)));
    CHECK(MarkerSearch::countFiles(folder.path()) == 1);
}
