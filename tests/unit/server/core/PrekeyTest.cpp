#include "tests/unit/server/core/Harness.h"

#include <set>

using namespace impulse::tests;
using namespace impulse;

TEST_CASE("a one-time prekey is handed out once, then the signed one alone")
{
    TestServer server;
    Member anna(server, "anna");
    std::set<Bytes> seen;
    for (int i = 0; i < 4; ++i) {
        Member asker(server, "asker" + std::to_string(i));
        const auto bundle = asker.client.good(protocol::GetBundle{anna.id(), anna.device().id()});
        CHECK(bundle.signedPrekey.size() == 108);
        CHECK(bundle.oneTimePrekey.has_value() == (i < 3));
        if (bundle.oneTimePrekey)
            CHECK(seen.insert(*bundle.oneTimePrekey).second);
    }
    CHECK(anna.client.good(protocol::GetPrekeyStatus{}).oneTimePrekeyIds.empty());
    anna.client.good(protocol::UploadPrekeys{{}, Person::oneTimePrekeys(4, 2), false});
    CHECK(anna.client.good(protocol::GetPrekeyStatus{}).oneTimePrekeyIds ==
          std::vector<std::uint64_t>{4, 5});
}

TEST_CASE("bundles are limited, and nobody drains another's one-time prekeys")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    anna.client.good(protocol::UploadPrekeys{{}, Person::oneTimePrekeys(4, 100), false});
    const protocol::GetBundle request{anna.id(), anna.device().id()};
    int oneTime = 0;
    for (int i = 0; i < 20; ++i)
        oneTime += boris.client.good(request).oneTimePrekey.has_value();
    CHECK(oneTime == 10);
    const auto error = boris.client.refused(request);
    CHECK(error.code == ErrorCode::RateLimited);
    CHECK(error.retryAfterMs == 24 * 3'600'000u);
    server.clock.now += 24 * 3'600'000;
    boris.client.good(request);
}

TEST_CASE("bundles of invented devices are not counted")
{
    // Else their number would make the limiter forget what was asked of real ones.
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    const protocol::GetBundle invented{anna.id(), *DeviceId::from(Bytes(16, 1))};
    for (int i = 0; i < 21; ++i)
        CHECK(boris.client.code(invented) == ErrorCode::NotFound);
}

TEST_CASE("bundles of nobody")
{
    TestServer server;
    Member anna(server, "anna");
    Member boris(server, "boris");
    CHECK(boris.client.code(protocol::GetBundle{*UserId::from(Bytes(16, 1)), anna.device().id()}) ==
          ErrorCode::NotFound);
    CHECK(boris.client.code(protocol::GetBundle{anna.id(), *DeviceId::from(Bytes(16, 1))}) ==
          ErrorCode::NotFound);
    // Another's device under one's own name.
    CHECK(boris.client.code(protocol::GetBundle{boris.id(), anna.device().id()}) ==
          ErrorCode::NotFound);
    anna.client.good(protocol::SetContact{boris.id(), ContactState::Blocked});
    CHECK(boris.client.code(protocol::GetBundle{anna.id(), anna.device().id()}) ==
          ErrorCode::Blocked);
}

TEST_CASE("prekey ids only go up")
{
    TestServer server;
    Member anna(server, "anna");
    Person other("other");
    const auto upload = [&](std::optional<std::uint32_t> signedId, std::uint32_t first,
                            std::uint32_t count, bool replaceAll = false) {
        protocol::UploadPrekeys request;
        if (signedId)
            request.signedPrekey = Person::signedPrekey(anna.device(), *signedId);
        request.oneTimePrekeys = Person::oneTimePrekeys(first, count);
        request.replaceAll = replaceAll;
        return request;
    };
    CHECK(anna.client.code(upload(1, 4, 0)) == ErrorCode::InvalidPrekey);
    CHECK(anna.client.code(upload({}, 3, 2)) == ErrorCode::InvalidPrekey);
    anna.client.good(upload(5, 10, 2));
    CHECK(anna.client.code(upload(4, 20, 1)) == ErrorCode::InvalidPrekey);
    // The refused one-time prekey was not kept.
    CHECK(anna.client.good(protocol::GetPrekeyStatus{}).oneTimePrekeyIds.back() == 11);
    anna.client.good(upload({}, 30, 3, true));
    CHECK(anna.client.good(protocol::GetPrekeyStatus{}).oneTimePrekeyIds ==
          std::vector<std::uint64_t>{30, 31, 32});
    CHECK(anna.client.code(upload({}, 30, 1, true)) == ErrorCode::InvalidPrekey);

    auto foreign = upload({}, 40, 0);
    foreign.signedPrekey = Person::signedPrekey(other.devices.front(), 9);
    CHECK(anna.client.code(foreign) == ErrorCode::InvalidPrekey);
    auto broken = upload({}, 40, 1);
    broken.oneTimePrekeys.front().pop_back();
    CHECK(anna.client.code(broken) == ErrorCode::InvalidPrekey);
    for (std::uint32_t i = 0; i < 2; ++i)
        anna.client.good(upload({}, 100 + 200 * i, 200));
    CHECK(anna.client.code(upload({}, 600, 200)) == ErrorCode::InvalidPrekey);
}
