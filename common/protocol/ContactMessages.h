#pragma once

#include "common/protocol/AccountMessages.h"

/// People: names, contacts, profiles, presence.
namespace impulse::protocol {

/// Finds a person by exact username. Limited in rate.
struct ResolveUsername {
    std::string username;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "username", &ResolveUsername::username, usernameBound)};
    }
};

struct UserEntry {
    UserId userId;
    std::string username;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userId", &UserEntry::userId),
                          field(3, "username", &UserEntry::username, usernameBound)};
    }
};

/// Names of people whose ids are known. Unknown and deleted ones are left out of the answer.
struct GetUsers {
    std::vector<UserId> userIds;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userIds", &GetUsers::userIds, {0, 100})};
    }
};

struct Users {
    std::vector<UserEntry> users;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "users", &Users::users, {0, 100})};
    }
};

/// What the asker allows another person. The server enforces it; writing to somebody accepts him.
enum class ContactState : std::uint8_t { None, Accepted, Blocked };
inline constexpr ContactState lastOf(ContactState)
{
    return ContactState::Blocked;
}

struct SetContact {
    UserId userId;
    ContactState state = ContactState::None;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userId", &SetContact::userId),
                          field(3, "state", &SetContact::state)};
    }
};

struct GetContacts {
    /// Contacts with a higher id than this, in the order of ids; zeros at first.
    UserId after;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "after", &GetContacts::after)};
    }
};

struct ContactEntry {
    UserId userId;
    std::string username;
    ContactState state = ContactState::None;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "userId", &ContactEntry::userId),
                          field(2, "username", &ContactEntry::username, usernameBound),
                          field(3, "state", &ContactEntry::state)};
    }
};

struct Contacts {
    std::vector<ContactEntry> contacts;
    bool more = false;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "contacts", &Contacts::contacts, {0, 1000}),
                          field(3, "more", &Contacts::more)};
    }
};

/// The encrypted profile (encryption.md 6.4).
struct PutProfile {
    Bytes profile;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "profile", &PutProfile::profile, {limits::profile, 0})};
    }
};

/// Only of oneself and of people who accepted the asker.
struct GetProfile {
    UserId userId;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userId", &GetProfile::userId)};
    }
};

struct Profile {
    Bytes profile;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "profile", &Profile::profile, {limits::profile, 0})};
    }
};

/// Only people who accepted the asker are in the answer.
struct GetPresence {
    std::vector<UserId> userIds;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "userIds", &GetPresence::userIds, {0, 1000})};
    }
};

struct Presence {
    UserId userId;
    bool online = false;
    /// 0: not known, or not shown to anybody.
    std::uint64_t lastSeenMs = 0;

    static constexpr auto fields()
    {
        return std::tuple{field(1, "userId", &Presence::userId),
                          field(2, "online", &Presence::online),
                          field(3, "lastSeenMs", &Presence::lastSeenMs)};
    }
};

struct PresenceList {
    std::vector<Presence> people;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "people", &PresenceList::people, {0, 1000})};
    }
};

struct SetPrivacy {
    bool showLastSeen = true;

    static constexpr auto fields()
    {
        return std::tuple{field(2, "showLastSeen", &SetPrivacy::showLastSeen)};
    }
};

} // namespace impulse::protocol
