#pragma once

#include "client/ui/chat/MainWindow.h"
#include "client/ui/chat/Ticks.h"
#include "client/ui/theme/Avatar.h"
#include "tests/ui/UiEnvironment.h"

#include <QDateTime>
#include <QTest>

namespace impulse::test {

template <class Id> Id idOf(int n)
{
    Id id;
    id.data()[0] = static_cast<std::uint8_t>(n);
    id.data()[1] = static_cast<std::uint8_t>(n >> 8);
    id.data()[2] = static_cast<std::uint8_t>(n >> 16);
    return id;
}

/// A user id whose avatar has the colours of this slot.
inline UserId userWithSlot(int slot, int from)
{
    for (int n = from * 1000;; ++n) {
        const auto id = idOf<UserId>(n);
        if (ui::avatarSlot(ui::idBytes(id)) == slot)
            return id;
    }
}

inline std::uint64_t todayAt(int hour, int minute, int daysAgo = 0)
{
    const QDateTime start = QDate::currentDate().addDays(-daysAgo).startOfDay();
    return static_cast<std::uint64_t>(start.addSecs(hour * 3600 + minute * 60)
                                          .toMSecsSinceEpoch());
}

/// The people and chats of the design's pictures, as far as this version knows such things.
struct ChatFixture {
    ChatFixture()
        : window(environment().theme, chats, messages)
    {
        window.setOwnUser({userWithSlot(2, 50), name("Elena Vogel", "Елена Вольская"),
                           QStringLiteral("elena"), {}});
        window.setConnection(client::ConnectionState::Online);
    }

    static bool russian() { return environment().languages.language() == ui::Language::Russian; }
    static QString name(const char* english, const char* other)
    {
        return QString::fromUtf8(russian() ? other : english);
    }

    client::ChatItem chat(int n, int slot, const QString& title, const QString& text,
                          std::uint64_t time)
    {
        client::ChatItem item;
        item.id = idOf<ConversationId>(n);
        item.peer = userWithSlot(slot, n);
        item.title = title;
        item.username = QStringLiteral("user%1").arg(n);
        item.previewText = text;
        item.previewKind
            = text.isEmpty() ? client::PreviewKind::None : client::PreviewKind::Text;
        item.timeMs = time;
        return item;
    }

    void fillChats()
    {
        using client::MessageState;
        auto mira = chat(1, 4, name("Mira Okafor", "Мира Окафор"),
                         name("Perfect. Then the desks go along the windows",
                              "Отлично. Тогда столы ставим вдоль окон"),
                         todayAt(14, 32));
        mira.identity = client::IdentityState::Verified;
        mira.pinned = true;
        mira.online = true;
        mira.previewOwn = true;
        mira.ownState = MessageState::Delivered;
        auto anya = chat(3, 7, name("Anya Petrova", "Аня Петрова"),
                         name("I’ll bring the printed forms tonight",
                              "Вечером привезу распечатанные бланки"),
                         todayAt(13, 58));
        anya.unread = 2;
        anya.online = true;
        auto jonas = chat(5, 5, name("Jonas Lindqvist", "Йонас Линдквист"),
                          name("survey results are in", "результаты опроса готовы"),
                          todayAt(11, 7));
        jonas.identity = client::IdentityState::Verified;
        jonas.online = true;
        auto home = chat(6, 6, name("Home lab", "Домашний сервер"),
                         name("New UPS battery is in", "Новая батарея в ИБП стоит"),
                         todayAt(10, 15));
        home.muted = true;
        home.unread = 12;
        auto sofia = chat(7, 0, name("Sofia Marin", "София Марин"),
                          name("Thanks, I’ll look at the second draft",
                               "Спасибо, посмотрю вторую версию"),
                          todayAt(18, 0, 1));
        sofia.previewKind = client::PreviewKind::Draft;
        auto tomas = chat(10, 1, name("Tomás Rivera", "Томас Ривера"),
                          name("Deal. See you Saturday", "Договорились. До субботы"),
                          todayAt(12, 0, 3));
        tomas.previewOwn = true;
        tomas.ownState = MessageState::Delivered;
        auto hikers = chat(4, 3, name("Hanna Weber", "Ханна Вебер"),
                           name("I can drive, three seats left",
                                "Могу за руль, есть три места"),
                           todayAt(12, 41));
        hikers.previewOwn = true;
        hikers.ownState = MessageState::Read;
        chats.setChats({mira, anya, jonas, home, sofia, tomas, hikers,
                        chat(11, 6, name("Priya Nair", "Прия Наир"),
                             name("The photos came out well", "Фотографии получились"),
                             todayAt(9, 0, 3)),
                        chat(12, 3, name("Daniel Cho", "Даниэль Чо"),
                             name("See you then", "До встречи"), todayAt(9, 0, 40))});
    }

    client::MessageItem message(int n, bool outgoing, const QString& text, std::uint64_t time,
                                client::MessageState state = client::MessageState::Read)
    {
        client::MessageItem item;
        item.id = idOf<MessageId>(n);
        item.outgoing = outgoing;
        item.sender = outgoing ? idOf<UserId>(9999) : userWithSlot(4, 1);
        item.senderName = outgoing ? QString() : name("Mira Okafor", "Мира Окафор");
        item.text = text;
        item.sentMs = item.sortMs = time;
        item.state = state;
        return item;
    }

    /// The conversation of `main-light`, without picture and file.
    void fillMessages()
    {
        using client::MessageState;
        auto edited = message(7, true,
                              name("Perfect. Then the desks go along the windows.",
                                   "Отлично. Тогда столы ставим вдоль окон."),
                              todayAt(14, 30), MessageState::Delivered);
        edited.edited = true;
        edited.versions = {{name("Perfect.", "Отлично."), todayAt(14, 29)}};
        edited.reply = client::ReplyQuote{idOf<MessageId>(5),
                                          name("Mira Okafor", "Мира Окафор"), false,
                                          userWithSlot(4, 1),
                                          name("Here. The projector is on the north wall.",
                                               "Вот. Проектор на северной стене.")};
        messages.append(
            {message(1, false,
                     name("Morning. The venue confirmed the 14th, but only until 18:00.",
                          "Доброе утро. Зал подтвердили на 14-е, но только до 18:00."),
                     todayAt(9, 41)),
             message(2, false,
                     name("That leaves us two hours to set up.",
                          "На подготовку остаётся два часа."),
                     todayAt(9, 41) + 1000),
             message(3, true,
                     name("That works. I’d rather start early than rush the teardown.",
                          "Подходит. Лучше начать раньше, чем собирать всё в спешке."),
                     todayAt(9, 44)),
             message(4, true, name("Can you send me the floor plan?", "Пришлёшь план зала?"),
                     todayAt(9, 44) + 1000),
             message(5, false,
                     name("Here. The projector is on the north wall.",
                          "Вот. Проектор на северной стене."),
                     todayAt(9, 52)),
             edited});
    }

    void show(int width = 1280, int height = 800)
    {
        window.resize(width, height);
        window.show();
        window.activateWindow();
        (void)QTest::qWaitForWindowActive(&window);
        QCoreApplication::processEvents();
    }

    template <class Widget> Widget* find(const char* objectName)
    {
        return window.findChild<Widget*>(QLatin1String(objectName));
    }

    client::ChatListModel chats;
    client::MessageListModel messages;
    ui::MainWindow window;
};

} // namespace impulse::test
