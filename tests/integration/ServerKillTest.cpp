#include "tests/support/Catch.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/WritingTown.h"

#include <QFile>
#include <QTemporaryDir>

#include <cstdlib>
#include <iostream>
#include <random>

#include <sys/mount.h>

using namespace impulse;
using namespace impulse::tests;
using impulse::test::ServerProcess;

namespace {

unsigned seedOf(const char* test, int rounds)
{
    const auto* given = std::getenv("IMPULSE_SEED");
    const auto seed = given ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
    std::cout << test << ": " << rounds << " rounds, seed " << seed
              << " (repeat with IMPULSE_SEED=" << seed << ")" << std::endl;
    return seed;
}

} // namespace

TEST_CASE("kill -9 in the middle of writes loses nothing that was acknowledged", "[server]")
{
    const int rounds = std::getenv("IMPULSE_LONG") ? 1000 : 100;
    std::mt19937 random(seedOf("server kill test", rounds));
    QTemporaryDir dir;
    ServerProcess server(dir.filePath(QStringLiteral("data")));
    WritingTown town(server);
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        town.writeAndKill(static_cast<int>(random() % 150));
        // Reading all of it takes longer and longer.
        if (round % (rounds / 10) == rounds / 10 - 1) {
            town.check();
            std::cout << "server kill test: " << round + 1 << " rounds" << std::endl;
        } else {
            REQUIRE(server.start());
        }
    }
    CHECK(town.accepted() > static_cast<std::size_t>(rounds));
    std::cout << "server kill test: " << town.accepted() << " events acknowledged, all there\n";
    CHECK(server.stop());
}

TEST_CASE("kill -9 while the disk fills up loses nothing that was acknowledged (skipped without "
          "mount rights)",
          "[server]")
{
    const int rounds = std::getenv("IMPULSE_LONG") ? 50 : 5;
    std::mt19937 random(seedOf("full disk kill test", rounds));
    QTemporaryDir dir;
    const auto path = QFile::encodeName(dir.path());
    const auto mount = [&](int megabytes, unsigned long flags) {
        const auto size = "size=" + std::to_string(megabytes) + "m";
        return ::mount("tmpfs", path.constData(), "tmpfs", flags, size.c_str()) == 0;
    };
    int megabytes = 4;
    if (!mount(megabytes, 0))
        IMPULSE_SKIP("no right to mount");
    {
        ServerProcess server(dir.filePath(QStringLiteral("data")));
        WritingTown town(server);
        std::uint64_t refused = 0;
        for (int round = 0; round < rounds; ++round) {
            CAPTURE(round);
            // Until there is no more room, and a little on.
            do
                town.writeAndKill(static_cast<int>(100 + random() % 300), true);
            while (town.refusedForSpace() == refused && server.start());
            refused = town.refusedForSpace();
            megabytes += 3;
            REQUIRE(mount(megabytes, MS_REMOUNT));
            town.check();
        }
        CHECK(refused > 0);
        std::cout << "full disk kill test: " << town.accepted() << " events acknowledged, "
                  << refused << " refused for lack of space\n";
        CHECK(server.stop());
    }
    ::umount2(path.constData(), MNT_DETACH);
}
