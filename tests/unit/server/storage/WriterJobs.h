#pragma once

#include "server/core/LocalBus.h"
#include "server/storage/SqlWriter.h"
#include "tests/support/Catch.h"
#include "tests/support/EventLoop.h"

#include <functional>

namespace impulse::tests {

using namespace impulse::server;

inline NewAccount accountOf(int number, std::size_t profileBytes)
{
    NewAccount result;
    const auto name = "user" + std::to_string(number);
    std::copy(name.begin(), name.end(), result.account.userId.data());
    result.account.username = name;
    result.profile = Bytes(profileBytes, 7);
    return result;
}

using Done = std::function<void(int, std::optional<WriteFailure>)>;

class InsertJob final : public WriteJob {
public:
    InsertJob(int number, Done done, Verdict verdict = Verdict::Keep, std::size_t bytes = 8)
        : m_number(number), m_done(std::move(done)), m_verdict(verdict), m_bytes(bytes)
    {
    }
    Verdict run(Store& store, Deliveries&) override
    {
        ++runs;
        store.accounts().insert(accountOf(m_number, m_bytes));
        // As a handler does; the writer must notice all the same.
        return store.takeFailure() ? Verdict::Discard : m_verdict;
    }
    void finish(std::optional<WriteFailure> failure) override
    {
        CHECK(runs <= 1);
        m_done(m_number, failure);
    }

private:
    const int m_number;
    const Done m_done;
    const Verdict m_verdict;
    const std::size_t m_bytes;
    int runs = 0;
};

class AnyJob final : public WriteJob {
public:
    AnyJob(std::function<void(Store&)> work, std::function<void()> done)
        : m_work(std::move(work)), m_done(std::move(done))
    {
    }
    Verdict run(Store& store, Deliveries&) override
    {
        m_work(store);
        return Verdict::Keep;
    }
    void finish(std::optional<WriteFailure> failure) override
    {
        CHECK_FALSE(failure);
        m_done();
    }

private:
    const std::function<void(Store&)> m_work;
    const std::function<void()> m_done;
};

/// Accounts, as others see them.
inline std::uint64_t accountCount(const StorageAddress& address)
{
    auto connection = SqlConnection::open(address, SqlConnection::Mode::ReadOnly);
    REQUIRE(connection);
    Statement statement(**connection, "SELECT count(*) FROM accounts");
    REQUIRE(statement.next());
    return statement.integer(0);
}

} // namespace impulse::tests
