#include "server/storage/SqlContacts.h"

#include "server/storage/SqlIds.h"

namespace impulse::server {

using protocol::ContactState;

protocol::ContactState SqlContacts::state(const UserId& owner, const UserId& peer) const
{
    if (const auto* known = m_states.find({owner, peer}))
        return *known;
    Statement statement(m_connection, "SELECT state FROM contacts "
                                      "WHERE account = (SELECT id FROM accounts WHERE user_id = ?) "
                                      "AND peer = (SELECT id FROM accounts WHERE user_id = ?)");
    const auto state = statement.bind(owner).bind(peer).next()
                           ? static_cast<ContactState>(statement.integer(0))
                           : ContactState::None;
    if (!m_connection.failed())
        m_states.put({owner, peer}, state);
    return state;
}

std::vector<protocol::ContactEntry> SqlContacts::list(const UserId& owner, const UserId& after,
                                                      std::size_t limit) const
{
    Statement statement(m_connection,
                        "SELECT accounts.user_id, accounts.username, contacts.state "
                        "FROM contacts JOIN accounts ON accounts.id = contacts.peer "
                        "WHERE contacts.account = (SELECT id FROM accounts WHERE user_id = ?) "
                        "AND accounts.user_id > ? ORDER BY accounts.user_id LIMIT ?");
    statement.bind(owner).bind(after).bind(std::uint64_t{limit});
    std::vector<protocol::ContactEntry> result;
    while (statement.next()) {
        result.push_back({statement.fixed<UserId>(0), statement.text(1),
                          static_cast<ContactState>(statement.integer(2))});
    }
    return result;
}

std::vector<UserId> SqlContacts::audience(const UserId& owner) const
{
    Statement statement(m_connection,
                        "SELECT accounts.user_id "
                        "FROM contacts JOIN accounts ON accounts.id = contacts.peer "
                        "WHERE contacts.account = (SELECT id FROM accounts WHERE user_id = ?) "
                        "AND contacts.state = ? AND NOT EXISTS (SELECT 1 FROM contacts AS back "
                        "WHERE back.account = contacts.peer AND back.peer = contacts.account "
                        "AND back.state = ?) ORDER BY accounts.user_id");
    statement.bind(owner).bind(static_cast<std::uint64_t>(ContactState::Accepted));
    statement.bind(static_cast<std::uint64_t>(ContactState::Blocked));
    std::vector<UserId> result;
    while (statement.next())
        result.push_back(statement.fixed<UserId>(0));
    return result;
}

void SqlContacts::set(const UserId& owner, const UserId& peer, ContactState state)
{
    m_states.erase({owner, peer});
    const auto account = rows::account(m_connection, owner);
    const auto other = rows::account(m_connection, peer);
    if (state == ContactState::None) {
        Statement(m_connection, "DELETE FROM contacts WHERE account = ? AND peer = ?")
            .bind(account)
            .bind(other)
            .run();
        return;
    }
    Statement(m_connection, "INSERT INTO contacts (account, peer, state) VALUES (?, ?, ?) "
                            "ON CONFLICT (account, peer) DO UPDATE SET state = excluded.state")
        .bind(account)
        .bind(other)
        .bind(static_cast<std::uint64_t>(state))
        .run();
}

void SqlContacts::erase(const UserId& user)
{
    m_states.clear();
    const auto account = rows::account(m_connection, user);
    Statement(m_connection, "DELETE FROM contacts WHERE account = ?").bind(account).run();
    Statement(m_connection, "DELETE FROM contacts WHERE peer = ?").bind(account).run();
}

} // namespace impulse::server
