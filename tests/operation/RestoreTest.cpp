// What `impulse-server restore` and `integrity` leave behind and say.
#include "tests/operation/Control.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

using namespace impulse;
using namespace impulse::tests;

namespace {

void write(const QString& path, const QByteArray& content)
{
    REQUIRE(QDir().mkpath(QFileInfo(path).absolutePath()));
    QFile file(path);
    REQUIRE(file.open(QIODevice::WriteOnly));
    REQUIRE(file.write(content) == content.size());
}

QByteArray read(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A folder with everything in it.
QStringList allIn(const QString& folder)
{
    QStringList paths{folder};
    QDirIterator entries(folder,
                         QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                         QDirIterator::Subdirectories);
    while (entries.hasNext())
        paths << entries.next();
    return paths;
}

/// A stopped server with two blobs, and a backup of it.
struct BackedUp : Running {
    QString backup = file("impulse.backup");
    QString database = data + word("/impulse.db");
    QString firstBlob = data + word("/blobs/6b/6b0f");
    QString secondBlob = data + word("/blobs/a1ce");
    QByteArray content = QByteArray(100'000, 'x');

    BackedUp()
    {
        REQUIRE(server.start());
        write(firstBlob, content);
        write(secondBlob, "second");
        REQUIRE(ctl({word("backup"), backup, word("--with-keys")}).code == 0);
        REQUIRE(server.stop());
    }
    Ran restoreTo(const QString& folder, const QStringList& more = {word("--json")}) const
    {
        return run(QStringList{word("restore"), backup, word("--data"), folder} + more);
    }
};

} // namespace

TEST_CASE("a backup carries the blobs, and a restore brings back those that are missing")
{
    BackedUp world;
    CHECK(read(world.backup + word(".blobs/6b/6b0f")) == world.content);
    CHECK(read(world.backup + word(".blobs/a1ce")) == "second");

    const auto elsewhere = world.file("elsewhere");
    const auto restored = world.restoreTo(elsewhere);
    REQUIRE(restored.code == 0);
    CHECK(restored.json[word("state")] == word("restored"));
    CHECK(restored.json[word("database")] == elsewhere + word("/impulse.db"));
    CHECK(restored.json[word("blobs")].toInt() == 2);
    CHECK_FALSE(restored.json.contains(word("before")));
    CHECK(read(elsewhere + word("/blobs/6b/6b0f")) == world.content);
    CHECK(read(elsewhere + word("/blobs/a1ce")) == "second");

    // Newer blobs stay, one that is lost and one that is cut off come back.
    write(world.data + word("/blobs/newer"), "newer");
    REQUIRE(QFile::remove(world.firstBlob));
    write(world.secondBlob, "sec");
    const auto again = world.restoreTo(world.data);
    REQUIRE(again.code == 0);
    CHECK(again.json[word("blobs")].toInt() == 2);
    CHECK(QFile::exists(again.json[word("before")].toString()));
    CHECK(read(world.firstBlob) == world.content);
    CHECK(read(world.secondBlob) == "second");
    CHECK(read(world.data + word("/blobs/newer")) == "newer");
    CHECK(allIn(world.data).filter(word(".part")).isEmpty());
    CHECK(world.server.start());
}

TEST_CASE("a restore whose blobs cannot be copied fails and leaves the database as it was")
{
    BackedUp world;
    const auto before = read(world.database);
    REQUIRE(QDir(world.data + word("/blobs/6b")).removeRecursively());
    write(world.data + word("/blobs/6b"), "no folder");
    const auto failed = world.restoreTo(world.data);
    CHECK(failed.code == 4);
    CHECK(failed.error().contains(word("blobs")));
    CHECK(failed.error().contains(word("database is as it was")));
    CHECK(read(world.database) == before);
    CHECK(QDir(world.data).entryList({word("impulse.db.*")}).isEmpty());
    const auto told = world.restoreTo(world.data, {});
    CHECK(told.code == 4);
    CHECK(told.output.isEmpty());
    CHECK(told.errors.contains("database is as it was"));

    REQUIRE(QFile::remove(world.data + word("/blobs/6b")));
    CHECK(world.restoreTo(world.data).code == 0);
    CHECK(read(world.firstBlob) == world.content);
}

TEST_CASE("what root restores belongs to the owner of the data folder (root)")
{
    if (::geteuid() != 0)
        IMPULSE_SKIP("giving files away needs the rights of root");
    BackedUp world;
    constexpr uid_t owner = 65534;
    constexpr gid_t group = 65533;
    const auto empty = world.file("empty");
    REQUIRE(QDir().mkpath(empty));
    REQUIRE(QDir(world.data + word("/blobs")).removeRecursively());
    for (const auto& path : allIn(world.data) + QStringList{empty})
        REQUIRE(::lchown(QFile::encodeName(path).constData(), owner, group) == 0);
    for (const auto& folder : {world.data, empty}) {
        REQUIRE(world.restoreTo(folder).code == 0);
        const auto paths = allIn(folder);
        for (const auto* name : {"/impulse.db", "/server.key", "/pepper.key", "/secret.key",
                                 "/lock", "/blobs", "/blobs/6b", "/blobs/6b/6b0f", "/blobs/a1ce"})
            CHECK(paths.contains(folder + word(name)));
        for (const auto& path : paths) {
            CAPTURE(path.toStdString());
            struct stat status {};
            REQUIRE(::lstat(QFile::encodeName(path).constData(), &status) == 0);
            CHECK(status.st_uid == owner);
            CHECK(status.st_gid == group);
        }
    }
    // A file with a second name may be anybody's: it is not given away.
    const auto other = world.file("other");
    write(other, {});
    REQUIRE(QFile::remove(empty + word("/lock")));
    REQUIRE(::link(QFile::encodeName(other).constData(),
                   QFile::encodeName(empty + word("/lock")).constData()) == 0);
    CHECK(world.restoreTo(empty).code == 3);
    struct stat status {};
    REQUIRE(::stat(QFile::encodeName(other).constData(), &status) == 0);
    CHECK(status.st_uid == 0);
    // Nor is a link followed out of the folder.
    REQUIRE(QFile::remove(empty + word("/lock")));
    REQUIRE(QFile::link(other, empty + word("/lock")));
    CHECK(world.restoreTo(empty).code == 3);
    REQUIRE(::stat(QFile::encodeName(other).constData(), &status) == 0);
    CHECK(status.st_uid == 0);
    REQUIRE(QFile::remove(empty + word("/lock")));
    REQUIRE(QDir(empty + word("/blobs")).removeRecursively());
    const auto outside = world.file("outside");
    REQUIRE(QDir().mkpath(outside));
    REQUIRE(QFile::link(outside, empty + word("/blobs")));
    const auto led = world.restoreTo(empty);
    CHECK(led.code == 4);
    CHECK(led.error().contains(word("is a link")));
    CHECK(allIn(outside).size() == 1);
}

TEST_CASE("restore and integrity without a server answer programs in JSON")
{
    BackedUp world;
    const auto integrity = [&] {
        return run({word("integrity"), word("--data"), world.data, word("--json")});
    };
    const auto good = integrity();
    CHECK(good.code == 0);
    CHECK(good.json[word("good")].toBool());
    CHECK(good.json[word("faults")].toArray().isEmpty());
    CHECK(good.json[word("blobs")].toInt() == 2);
    CHECK(good.json[word("blobBytes")].toInt() == 100'006);
    CHECK(run({word("integrity"), word("--data"), world.data}).output.contains("2 blobs"));

    const QStringList nothing{word("restore"), world.file("nothing"), word("--data"), world.data};
    const auto failed = run(nothing + QStringList{word("--json")});
    CHECK(failed.code == 4);
    CHECK(failed.error().contains(word("cannot be restored")));
    CHECK(failed.errors.isEmpty());
    CHECK(run(words("restore --json --data") + QStringList{world.data}).code == 2);
    const auto wrong = run(words("integrity --json --dta x"));
    CHECK(wrong.code == 2);
    CHECK(wrong.error().contains(word("dta")));

    write(world.database, "no database");
    const auto broken = integrity();
    CHECK(broken.code == 4);
    CHECK_FALSE(broken.error().isEmpty());
    CHECK(broken.errors.isEmpty());
}

TEST_CASE("integrity reads every blob and names one that cannot be read")
{
    BackedUp world;
    REQUIRE(world.server.start());
    const auto good = world.ctl("integrity");
    CHECK(good.code == 0);
    CHECK(good.json[word("blobs")].toInt() == 2);
    CHECK(good.json[word("blobBytes")].toInt() == 100'006);

    // Even root cannot read what is not there.
    const auto lost = world.data + word("/blobs/6b/lost");
    REQUIRE(QFile::link(world.file("nowhere"), lost));
    const auto online = world.ctl("integrity");
    CHECK(online.code == 1);
    CHECK_FALSE(online.json[word("good")].toBool());
    REQUIRE(online.json[word("faults")].toArray().size() == 1);
    CHECK(online.json[word("faults")].toArray()[0].toString().contains(lost));
    const auto backup = world.ctl({word("backup"), world.file("second.backup")});
    CHECK(backup.code == 1);
    CHECK(backup.error().contains(lost));
    CHECK_FALSE(QFile::exists(world.file("second.backup")));
    REQUIRE(world.server.stop());
    const auto offline = run({word("integrity"), word("--data"), world.data, word("--json")});
    CHECK(offline.code == 4);
    CHECK_FALSE(offline.json[word("good")].toBool());
    CHECK(offline.json[word("faults")].toArray()[0].toString().contains(lost));
    CHECK(run({word("integrity"), word("--data"), world.data}).errors.contains("6b/lost"));

    REQUIRE(QDir(world.data + word("/blobs")).removeRecursively());
    const auto none = run({word("integrity"), word("--data"), world.data, word("--json")});
    CHECK(none.code == 0);
    CHECK(none.json[word("blobs")].toInt() == 0);
}
