#include "client/app/DialogController.h"
#include "tests/support/Catch.h"
#include "tests/ui/ChatFixture.h"
#include "tests/ui/Pictures.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QContextMenuEvent>
#include <QMenu>
#include <QTextEdit>

using namespace impulse;
using namespace impulse::ui;
using namespace impulse::test;
using client::ConnectionState;
using client::MessageKind;
using client::MessageState;

namespace {

QString mainTarget(const QString& theme, const QString& language)
{
    if (theme == QLatin1String("dark"))
        return QStringLiteral("main-dark");
    return language == QLatin1String("ru") ? QStringLiteral("main-ru")
                                           : QStringLiteral("main-light");
}

void typing(ChatFixture& f, bool typing)
{
    auto mira = *f.chats.find(idOf<ConversationId>(1));
    mira.previewKind = typing ? client::PreviewKind::Typing : client::PreviewKind::Text;
    f.chats.upsert(mira);
}

} // namespace

TEST_CASE("pictures of the main window", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        typing(f, true);
        f.show();
        save(f.window, "empty-selection", theme, language, QStringLiteral("empty-selection"));
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        f.fillMessages();
        save(f.window, "main", theme, language, mainTarget(theme, language));
    });
}

TEST_CASE("pictures of the narrow window", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        f.show(400, 800);
        save(f.window, "narrow-list", theme, language, QStringLiteral("narrow-list"));
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        f.fillMessages();
        save(f.window, "narrow-chat", theme, language, QStringLiteral("narrow-chat"));
    });
}

TEST_CASE("pictures of the first run and a request", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.show();
        save(f.window, "first-run", theme, language, QStringLiteral("first-run"));
        f.window.setRecoverySaved(false);
        save(f.window, "first-run-no-code", theme, language, QStringLiteral("first-run"));
        QTest::mouseClick(f.find<QAbstractButton>("accountButton"), Qt::LeftButton);
        QWidget* menu = QApplication::activePopupWidget();
        REQUIRE(menu);
        save(*menu, "account-menu", theme, language, QString());
        menu->close();
        f.fillChats();
        auto nadia = f.chat(30, 0, f.name("Nadia Rahimi", "Надя Рахими"), {}, todayAt(14, 31));
        nadia.request = true;
        nadia.unread = 1;
        nadia.previewKind = client::PreviewKind::Request;
        nadia.username = QStringLiteral("nadia");
        f.chats.upsert(nadia);
        REQUIRE(f.window.openConversation(nadia.id));
        save(f.window, "request", theme, language, QStringLiteral("request"));
    });
}

TEST_CASE("pictures of the menus and of the small dialogs", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        f.show();
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        f.fillMessages();
        const auto open = [](const char* name, const QString& look, const QString& tongue) {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            REQUIRE(menu);
            menu->setActiveAction(menu->actions().first());
            save(*menu, name, look, tongue, QString());
            return menu;
        };
        const auto askMenu = [&f](const char* list, int row) {
            auto* view = f.find<QAbstractItemView>(list);
            const QModelIndex index = view->model()->index(row, 0);
            view->setFocus();
            view->setCurrentIndex(index);
            const QPoint place = view->visualRect(index).center();
            QContextMenuEvent event(QContextMenuEvent::Keyboard, place,
                                    view->viewport()->mapToGlobal(place));
            QApplication::sendEvent(view->viewport(), &event);
        };
        askMenu("messageList", 5);
        QMenu* message = open("message-menu", theme, language);
        // The one before the line that sets Delete apart.
        message->actions().at(message->actions().size() - 3)->trigger();
        message->close();
        QWidget* details = QApplication::activeModalWidget();
        REQUIRE(details);
        save(*details, "message-details", theme, language, QString());
        details->close();
        askMenu("chatList", 0);
        QMenu* chat = open("chat-menu", theme, language);
        chat->actions().last()->trigger();
        chat->close();
        QWidget* confirm = QApplication::activeModalWidget();
        REQUIRE(confirm);
        save(*confirm, "confirm", theme, language, QString());
        confirm->close();
    });
}

TEST_CASE("pictures of long names", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        const QString name = f.name("Wilhelmina Featherstonehaugh-Cholmondeley of Upper Slaughter",
                                    "Александра Константинопольская-Преображенская (бухгалтерия)");
        auto mira = *f.chats.find(idOf<ConversationId>(1));
        mira.title = name;
        mira.unread = 3;
        f.chats.upsert(mira);
        auto request = f.chat(30, 0, name, {}, todayAt(14, 31));
        request.request = true;
        request.previewKind = client::PreviewKind::Request;
        request.username = QStringLiteral("nadia");
        f.chats.upsert(request);
        f.show(760, 600);
        REQUIRE(f.window.openConversation(request.id));
        save(f.window, "long-name-request", theme, language, QString());
        const auto fresh = f.chat(31, 2, name, {}, todayAt(14, 33));
        f.chats.upsert(fresh);
        REQUIRE(f.window.openConversation(fresh.id));
        save(f.window, "no-messages", theme, language, QString());
        REQUIRE(f.window.openConversation(mira.id));
        client::PersonItem person;
        person.id = mira.peer;
        person.displayName = name;
        person.statusText = f.name("Away until the end of the month, write to the office",
                                   "В отпуске до конца месяца, пишите в общий отдел кадров");
        person.online = true;
        f.window.setPerson(person);
        f.fillMessages();
        mira.identity = person.identity = client::IdentityState::Changed;
        person.wasVerified = true;
        f.chats.upsert(mira);
        f.window.setPerson(person);
        save(f.window, "long-name", theme, language, QString());
        mira.blocked = true;
        f.chats.upsert(mira);
        f.window.resize(400, 600);
        QTest::qWait(20);
        save(f.window, "long-name-blocked", theme, language, QString());
    });
}

TEST_CASE("pictures without a connection", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        f.show();
        REQUIRE(f.window.openConversation(idOf<ConversationId>(3)));
        const auto text = [&](const char* en, const char* ru) { return f.name(en, ru); };
        f.messages.append(
            {f.message(1, false, text("Are the forms ready to print?", "Бланки готовы к печати?"),
                       todayAt(13, 52)),
             f.message(2, false,
                       text("I’ll bring the printed forms tonight if you send them before six.",
                            "Вечером привезу бланки, если пришлёшь их до шести."),
                       todayAt(13, 53)),
             f.message(3, true, text("Almost. Two small fixes left.", "Почти. Две мелочи."),
                       todayAt(14, 1)),
             f.message(4, true,
                       text("And the invoice goes to the club, not to me.",
                            "А счёт на клуб, не на меня."),
                       todayAt(14, 21), MessageState::Failed),
             f.message(5, true,
                       text("Here they are. Forty copies, double-sided.",
                            "Вот они. Сорок копий, двусторонние."),
                       todayAt(14, 36), MessageState::Pending)});
        f.find<QTextEdit>("composerField")->setPlainText(
            text("Tell me when you get this", "Напиши, когда получишь"));
        f.window.setConnection(ConnectionState::Offline,
                               quint64(QDateTime::currentMSecsSinceEpoch()) + 11000);
        QTest::qWait(3200);
        f.window.setConnection(ConnectionState::Offline,
                               quint64(QDateTime::currentMSecsSinceEpoch()) + 8000);
        save(f.window, "offline", theme, language, QStringLiteral("offline"));
        const client::ClientError gone{client::ClientErrorCode::AccountGone};
        f.window.setConnection(ConnectionState::Stopped, 0,
                               app::DialogController::sentence(gone));
        save(f.window, "stopped", theme, language, QString());
    });
}

TEST_CASE("pictures of a changed identity", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        auto mira = *f.chats.find(idOf<ConversationId>(1));
        mira.identity = client::IdentityState::Changed;
        f.chats.upsert(mira);
        f.show();
        REQUIRE(f.window.openConversation(mira.id));
        client::PersonItem person;
        person.id = mira.peer;
        person.username = QStringLiteral("mira");
        person.displayName = mira.title;
        person.identity = client::IdentityState::Changed;
        person.wasVerified = true;
        person.online = true;
        f.window.setPerson(person);
        auto changed = f.message(2, false, {}, todayAt(14, 34));
        changed.kind = MessageKind::System;
        changed.system = client::SystemLine::IdentityChanged;
        f.messages.append(
            {f.message(1, false,
                       f.name("That leaves us two hours to set up.",
                              "На подготовку остаётся два часа."),
                       todayAt(9, 41)),
             changed,
             f.message(3, false,
                       f.name("Hi, could you send me the door code again?",
                              "Привет, пришли ещё раз код от двери?"),
                       todayAt(14, 35)),
             f.message(4, true, f.name("Sure, one second", "Сейчас, секунду"), todayAt(14, 36),
                       MessageState::Held)});
        save(f.window, "key-change", theme, language, QStringLiteral("key-change"));
    });
}

TEST_CASE("pictures of message states", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.fillChats();
        f.show(760, 1000);
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        const auto text = [&](const char* en, const char* ru) { return f.name(en, ru); };
        std::vector<client::MessageItem> rows;
        const auto add = [&](int n, bool own, const QString& words, int minute,
                             MessageState state = MessageState::Read) -> client::MessageItem& {
            rows.push_back(f.message(n, own, words, todayAt(9, minute), state));
            return rows.back();
        };
        auto& lock = add(1, false, {}, 0);
        lock.kind = MessageKind::System;
        add(2, true, text("Sent to the server", "На сервере"), 1, MessageState::Sent);
        add(3, true, text("Delivered", "Доставлено"), 1, MessageState::Delivered);
        add(4, true, text("Read", "Прочитано"), 1, MessageState::Read);
        add(5, true, text("Sending", "Отправляется"), 1, MessageState::Pending);
        add(6, true, text("The lift is out of order", "Лифт не работает"), 2,
            MessageState::Failed);
        auto& edited = add(7, false, text("Meet at 19:30", "Встреча в 19:30"), 10);
        edited.edited = true;
        add(8, false, {}, 16).kind = MessageKind::Deleted;
        add(9, false, {}, 22).kind = MessageKind::Refused;
        auto& gap = add(10, false, {}, 23);
        gap.kind = MessageKind::Missing;
        auto& expected = add(20, false, {}, 23);
        expected.kind = MessageKind::Missing;
        expected.missing = client::MissingMessage::Expected;
        auto& lost = add(21, false, {}, 23);
        lost.kind = MessageKind::Missing;
        lost.missing = client::MissingMessage::Lost;
        add(11, false, text("A link: https://maps.example/lake and more words so that it wraps.",
                            "Ссылка: https://maps.example/lake и ещё слова для переноса."),
            24);
        add(12, false, QStringLiteral("🎉👍"), 30);
        auto& newer = add(13, false, {}, 36);
        newer.kind = MessageKind::NewerVersion;
        auto& changed = add(14, false, {}, 40);
        changed.kind = MessageKind::System;
        changed.system = client::SystemLine::IdentityChanged;
        f.messages.append(rows);
        f.messages.setUnreadFrom(idOf<MessageId>(11));
        save(f.window, "states", theme, language, QStringLiteral("states-") + theme);
    });
}

TEST_CASE("pictures of a small window and of keyboard focus", "[pictures]")
{
    forEveryLook([](const QString& theme, const QString& language) {
        ChatFixture f;
        f.window.setRecoverySaved(false);
        f.show(400, 520);
        save(f.window, "first-run-narrow", theme, language, QString());
        f.fillChats();
        f.window.resize(760, 520);
        auto* list = f.find<QAbstractItemView>("chatList");
        list->setFocus(Qt::TabFocusReason);
        QTest::keyClick(list, Qt::Key_Down);
        QTest::keyClick(list, Qt::Key_Down);
        save(f.window, "focus-list", theme, language, QString());
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        f.fillMessages();
        auto* messages = f.find<QAbstractItemView>("messageList");
        messages->setFocus(Qt::TabFocusReason);
        QTest::keyClick(messages, Qt::Key_Up);
        save(f.window, "focus-message", theme, language, QString());
        QTest::keyClick(messages, Qt::Key_R);
        save(f.window, "reply-strip", theme, language, QString());
        // The rings go with the next press of the mouse, and so out of the next pictures.
        QTest::mouseClick(&f.window, Qt::LeftButton);
    });
}

TEST_CASE("pictures at 200 % text", "[pictures]")
{
    environment().theme.setTextScale(2);
    {
        environment().languages.setLanguage(Language::Russian);
        ChatFixture f;
        f.window.setRecoverySaved(false);
        f.show(1120, 760);
        save(f.window, "first-run-text-200", QStringLiteral("light"), QStringLiteral("ru"),
             QString());
        f.fillChats();
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        f.fillMessages();
        f.window.setConnection(ConnectionState::Offline,
                               quint64(QDateTime::currentMSecsSinceEpoch()) + 11000);
        QTest::qWait(3200);
        f.window.setConnection(ConnectionState::Offline,
                               quint64(QDateTime::currentMSecsSinceEpoch()) + 8000);
        save(f.window, "offline-text-200", QStringLiteral("light"), QStringLiteral("ru"),
             QString());
        f.window.resize(500, 760);
        save(f.window, "narrow-text-200", QStringLiteral("light"), QStringLiteral("ru"),
             QString());
        environment().languages.setLanguage(Language::English);
    }
    {
        ChatFixture f;
        f.fillChats();
        typing(f, true);
        f.show();
        REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
        f.fillMessages();
        save(f.window, "main-text-200", QStringLiteral("light"), QStringLiteral("en"),
             QStringLiteral("main-text-200"));
    }
    environment().theme.setTextScale(1);
}
