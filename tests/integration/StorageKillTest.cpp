#include "client/storage/ProfileFolder.h"
#include "client/storage/SqlClientStore.h"
#include "tests/unit/client/storageSupport.h"

#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include <iostream>

using namespace impulse;
using namespace impulse::client;
using namespace impulse::client::test;

namespace {

constexpr const char* folderVariable = "IMPULSE_TEST_FOLDER";

Bytes numberKey(int number)
{
    return {static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
            static_cast<std::uint8_t>(number)};
}

} // namespace

// Runs in the process that is killed: writes batch after batch and says which are durable.
TEST_CASE("storage: writer to be killed", "[.storage-writer]")
{
    REQUIRE(qEnvironmentVariableIsSet(folderVariable));
    auto folder = ProfileFolder::open(qEnvironmentVariable(folderVariable));
    REQUIRE(folder.ok());
    SqlClientStore store(folder->databasePath());
    REQUIRE(open(store).ok());
    int next = static_cast<int>(load(store, Table::Outbox).size());
    int waiting = 0;
    for (;;) {
        while (waiting < 8) {
            WriteBatch batch;
            batch.records = {{Table::Outbox, numberKey(next), Bytes(700, 1)},
                             {Table::Draft, toBytes(view("draft")), numberKey(next)}};
            ++waiting;
            store.write(std::move(batch), [&waiting, next] {
                --waiting;
                std::cout << "durable " << next << std::endl;
            });
            ++next;
        }
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
}

TEST_CASE("storage: what was reported durable survives SIGKILL, whole batches only")
{
    QTemporaryDir dir;
    const QString home = dir.filePath(QStringLiteral("home"));
    const auto seed = QRandomGenerator::global()->generate();
    INFO("seed " << seed);
    QRandomGenerator random(seed);
    int durable = -1;
    for (int round = 0; round < 8; ++round) {
        QProcess writer;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QLatin1String(folderVariable), home);
        writer.setProcessEnvironment(environment);
        writer.start(QCoreApplication::applicationFilePath(),
                     {QStringLiteral("[.storage-writer]")});
        const int stopAt = durable + random.bounded(1, 60);
        QByteArray output;
        while (durable < stopAt) {
            REQUIRE((writer.canReadLine() || writer.waitForReadyRead(10'000)));
            while (writer.canReadLine()) {
                const QByteArray line = writer.readLine().trimmed();
                if (line.startsWith("durable "))
                    durable = line.mid(8).toInt();
            }
        }
        writer.kill();
        REQUIRE(writer.waitForFinished(10'000));

        auto folder = ProfileFolder::open(home);
        REQUIRE(folder.ok());
        SqlClientStore store(folder->databasePath());
        REQUIRE(open(store).ok());
        const auto rows = load(store, Table::Outbox);
        REQUIRE(static_cast<int>(rows.size()) > durable);
        for (std::size_t i = 0; i < rows.size(); ++i)
            REQUIRE(rows[i].key == numberKey(static_cast<int>(i)));
        const auto drafts = load(store, Table::Draft);
        REQUIRE(drafts.size() == 1);
        CHECK(drafts[0].value == rows.back().key);
        durable = static_cast<int>(rows.size()) - 1;
    }
}

TEST_CASE("storage: a profile folder is private and belongs to one process")
{
    QTemporaryDir dir;
    const QString home = dir.filePath(QStringLiteral("deep/home"));
    {
        auto first = ProfileFolder::open(home);
        REQUIRE(first.ok());
        const auto permissions = QFile::permissions(home);
        CHECK_FALSE((permissions &
                     (QFile::ReadGroup | QFile::ExeGroup | QFile::ReadOther | QFile::ExeOther)));
        const auto second = ProfileFolder::open(home);
        REQUIRE_FALSE(second.ok());
        CHECK(second.error() == ProfileError::InUse);
    }
    CHECK(ProfileFolder::open(home).ok());

    QFile file(dir.filePath(QStringLiteral("file")));
    REQUIRE(file.open(QIODevice::WriteOnly));
    const auto below = ProfileFolder::open(dir.filePath(QStringLiteral("file/home")));
    REQUIRE_FALSE(below.ok());
    CHECK(below.error() == ProfileError::NotWritable);
}

TEST_CASE("storage: profiles are found by name")
{
    const auto named = ProfileFolder::locate(QStringLiteral("work"));
    REQUIRE(named.ok());
    CHECK(named->endsWith(QStringLiteral("/impulse/profiles/work")));
    CHECK(ProfileFolder::locate(QString())->endsWith(QStringLiteral("/profiles/default")));
    for (const auto* bad : {"..", ".hidden", "a/b", "a b", "\xd0\xb6"})
        CHECK(ProfileFolder::locate(QString::fromUtf8(bad)).error() == ProfileError::BadName);
    CHECK_FALSE(ProfileFolder::locate(QString(65, QLatin1Char('a'))).ok());
}
