#include "server/storage/StorageAddress.h"
#include "tests/support/Catch.h"

using impulse::server::StorageAddress;

namespace {

QString errorOf(const char* text)
{
    const auto parsed = StorageAddress::parse(QString::fromLatin1(text), {});
    return parsed ? QString() : parsed.error();
}

} // namespace

TEST_CASE("an address of the storage is a path or a database of PostgreSQL")
{
    const auto fallback = QStringLiteral("/data/impulse.db");
    CHECK(StorageAddress::parse(QStringLiteral("sqlite:"), fallback)->path == fallback);
    CHECK(StorageAddress::parse(QStringLiteral("sqlite:/a b.db"), fallback)->path ==
          QStringLiteral("/a b.db"));
    const auto remote = StorageAddress::parse(
        QStringLiteral("postgresql://anna@db.example:5433/chat?sslmode=verify-full"), fallback);
    REQUIRE(remote);
    CHECK(remote->isPostgreSql());
    CHECK(remote->host == QStringLiteral("db.example"));
    CHECK(remote->port == 5433);
    CHECK(remote->user == QStringLiteral("anna"));
    CHECK(remote->database == QStringLiteral("chat"));
    CHECK(remote->sslMode == QStringLiteral("verify-full"));
    const auto local =
        StorageAddress::parse(QStringLiteral("postgresql:///chat?host=/run/postgresql"), fallback);
    REQUIRE(local);
    CHECK(local->host == QStringLiteral("/run/postgresql"));
    CHECK(local->name() == QStringLiteral("postgresql:///chat?host=/run/postgresql"));
}

TEST_CASE("a password in the address of the storage is refused and not repeated")
{
    for (const auto* text : {"postgresql://anna:s3cret@host/chat",
                             "postgresql://anna@host/chat?password=s3cret"}) {
        CHECK(errorOf(text).contains(QStringLiteral("--storage-password-file")));
        CHECK_FALSE(errorOf(text).contains(QStringLiteral("s3cret")));
    }
    CHECK_FALSE(errorOf("postgresql://anna@host/").isEmpty());
    CHECK_FALSE(errorOf("postgresql://anna@host/chat?sslmode=none").isEmpty());
    CHECK_FALSE(errorOf("mysql://anna@host/chat").isEmpty());
}
