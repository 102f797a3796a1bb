#pragma once

#include "server/storage/SqlConnection.h"

#include <unordered_map>

namespace impulse::server {

/// What the one writing connection has read or written of a table lately, so that it need not be
/// read again for every event. Nothing is kept for connections that only read: others write there.
///
/// Forgets everything after a rollback, and when it is full. Lives on its connection's thread.
template <class Key, class Value, class Hash> class RowCache {
public:
    /// At most so many rows.
    static constexpr std::size_t rows = 100'000;

    explicit RowCache(const SqlConnection& connection) : m_connection(connection) {}

    /// Null: not known. Valid until the next call.
    Value* find(const Key& key)
    {
        if (!m_connection.isOnlyWriter())
            return nullptr;
        forgetRolledBack();
        const auto found = m_rows.find(key);
        return found == m_rows.end() ? nullptr : &found->second;
    }
    /// Where it is kept; valid until the next call.
    Value* put(const Key& key, Value value)
    {
        forgetRolledBack();
        if (isFull() || !m_connection.isOnlyWriter())
            m_rows.clear();
        return &m_rows.insert_or_assign(key, std::move(value)).first->second;
    }
    bool isFull() const { return m_rows.size() >= rows; }
    void erase(const Key& key) { m_rows.erase(key); }
    void clear() { m_rows.clear(); }

private:
    void forgetRolledBack()
    {
        if (m_rollbacks == m_connection.rollbacks())
            return;
        m_rollbacks = m_connection.rollbacks();
        m_rows.clear();
    }

    const SqlConnection& m_connection;
    std::uint64_t m_rollbacks = 0;
    std::unordered_map<Key, Value, Hash> m_rows;
};

/// A key of two ids.
template <class First, class Second> struct PairHash {
    std::size_t operator()(const std::pair<First, Second>& key) const
    {
        // Both are hashes or random: their bits need no mixing.
        return FixedHash()(key.first) * 31 + FixedHash()(key.second);
    }
};

} // namespace impulse::server
