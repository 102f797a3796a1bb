#include "client/cli/Commands.h"

namespace impulse::cli::commands {

using namespace client;

namespace {

QString latin(const char* text)
{
    return QString::fromLatin1(text);
}

/// accept, block and unblock: the person is found, changed and shown.
template <class Change> Outcome<> changePerson(CliSession& session, Change change)
{
    IMPULSE_CO_TRY(const PersonItem found, co_await session.find(session.arguments().user));
    const auto start = [&session, change, id = found.id](auto done) {
        (session.people().*change)(id, std::move(done));
    };
    IMPULSE_CO_CHECK(co_await session.ask<void>(start));
    session.output().printPerson("contact", session.people().person(found.id).value_or(found),
                                 false);
    co_return Result<void, Fault>();
}

void printProfile(CliSession& session)
{
    const OwnProfile profile = session.people().ownProfile();
    session.output().print("profile",
                           {{latin("username"), session.accounts().username()},
                            {latin("name"), profile.displayName},
                            {latin("about"), profile.about},
                            {latin("status"), profile.statusText},
                            {latin("link"), session.people().ownLink()}},
                           QStringLiteral("username  %1\nname      %2\nstatus    %3\nabout     %4\n"
                                          "link      %5")
                               .arg(session.accounts().username(), profile.displayName,
                                    profile.statusText, profile.about, session.people().ownLink()));
}

Outcome<> changeProfile(CliSession& session, OwnProfile changed)
{
    const auto start = [&session, changed](auto done) {
        session.people().setOwnProfile(changed, std::move(done));
    };
    IMPULSE_CO_CHECK(co_await session.ask<void>(start));
    printProfile(session);
    co_return Result<void, Fault>();
}

} // namespace

Outcome<> contacts(CliSession& session)
{
    std::vector<PersonItem> people = session.people().contacts();
    std::vector<UserId> requests;
    for (const auto& chat : session.chats().chats()) {
        if (!chat.request)
            continue;
        requests.push_back(chat.peer);
        const auto known = std::ranges::find(people, chat.peer, &PersonItem::id);
        const auto person = session.people().person(chat.peer);
        if (known == people.end() && person)
            people.push_back(*person);
    }
    std::ranges::sort(people, {}, &PersonItem::username);
    for (const auto& person : people) {
        const bool request = std::ranges::find(requests, person.id) != requests.end();
        session.output().printPerson("contact", person, request);
    }
    co_return Result<void, Fault>();
}

Outcome<> accept(CliSession& session)
{
    return changePerson(session, &People::accept);
}

Outcome<> block(CliSession& session)
{
    return changePerson(session, &People::block);
}

Outcome<> unblock(CliSession& session)
{
    return changePerson(session, &People::unblock);
}

Outcome<> status(CliSession& session)
{
    OwnProfile changed = session.people().ownProfile();
    changed.statusText = session.arguments().text;
    return changeProfile(session, std::move(changed));
}

Outcome<> profile(CliSession& session)
{
    const Arguments& arguments = session.arguments();
    if (!arguments.name && !arguments.about) {
        printProfile(session);
        co_return Result<void, Fault>();
    }
    OwnProfile changed = session.people().ownProfile();
    changed.displayName = arguments.name.value_or(changed.displayName);
    changed.about = arguments.about.value_or(changed.about);
    co_return co_await changeProfile(session, std::move(changed));
}

Outcome<> safetyNumber(CliSession& session)
{
    IMPULSE_CO_TRY(const PersonItem person, co_await session.find(session.arguments().user));
    const auto start = [&session, id = person.id](auto done) {
        session.people().safetyNumber(id, std::move(done));
    };
    IMPULSE_CO_TRY(const QString number, co_await session.ask<QString>(start));
    session.output().print("safety-number",
                           {{latin("username"), person.username},
                            {latin("number"), number},
                            {latin("verified"), person.identity == IdentityState::Verified}},
                           number);
    co_return Result<void, Fault>();
}

} // namespace impulse::cli::commands
