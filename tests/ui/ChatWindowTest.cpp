#include "client/ui/chat/ChatFilter.h"
#include "client/ui/chat/ChatListView.h"
#include "client/ui/chat/ComposerField.h"
#include "client/ui/chat/MessageListView.h"
#include "client/ui/chat/SearchField.h"
#include "client/ui/widgets/Banner.h"
#include "tests/support/Catch.h"
#include "tests/ui/ChatFixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QClipboard>
#include <QDialog>
#include <QElapsedTimer>
#include <QLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>

using namespace impulse;
using namespace impulse::ui;
using namespace impulse::test;
using client::ConnectionState;
using client::MessageState;

namespace {

const auto mira = idOf<ConversationId>(1);
const auto anya = idOf<ConversationId>(3);

/// The window with Mira's conversation open.
struct OpenChat : ChatFixture {
    OpenChat()
    {
        fillChats();
        show();
        REQUIRE(window.openConversation(mira));
        fillMessages();
        QCoreApplication::processEvents();
        field = find<ComposerField>("composerField");
        list = find<MessageListView>("messageList");
        REQUIRE(field);
        REQUIRE(list);
    }

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(QApplication::focusWidget(), key, modifiers);
        QCoreApplication::processEvents();
    }

    ComposerField* field;
    MessageListView* list;
};

} // namespace

TEST_CASE("chat window: type and send", "[window]")
{
    OpenChat f;
    CHECK(f.field->hasFocus());
    QSignalSpy sent(&f.window, &MainWindow::sendText);
    QSignalSpy typing(&f.window, &MainWindow::typingChanged);
    QTest::keyClicks(f.field, QStringLiteral("  hello"));
    CHECK(typing.count() == 1);
    f.key(Qt::Key_Return, Qt::ShiftModifier);
    QTest::keyClicks(f.field, QStringLiteral("again "));
    CHECK(sent.count() == 0);
    f.key(Qt::Key_Return);
    REQUIRE(sent.count() == 1);
    CHECK(sent[0][0].value<ConversationId>() == mira);
    CHECK(sent[0][1].toString() == QStringLiteral("hello\nagain"));
    CHECK(f.field->toPlainText().isEmpty());
    CHECK(typing.count() == 2);
    CHECK_FALSE(typing[1][1].toBool());
    f.key(Qt::Key_Return);
    CHECK(sent.count() == 1);
}

TEST_CASE("chat window: Up edits my last message, Esc leaves and brings the text back", "[window]")
{
    OpenChat f;
    QSignalSpy edited(&f.window, &MainWindow::editText);
    QSignalSpy drafts(&f.window, &MainWindow::draftChanged);
    f.key(Qt::Key_Up);
    CHECK(f.field->toPlainText() == QStringLiteral("Perfect. Then the desks go along the windows."));
    QTest::keyClicks(f.field, QStringLiteral(" Yes."));
    f.key(Qt::Key_Escape);
    CHECK(f.field->toPlainText().isEmpty());
    // The edit has a draft of its own, and the conversation's was not touched by it.
    CHECK(drafts.count() == 0);
    f.key(Qt::Key_Up);
    CHECK(f.field->toPlainText().endsWith(QStringLiteral("windows. Yes.")));
    f.key(Qt::Key_Return);
    REQUIRE(edited.count() == 1);
    CHECK(edited[0][1].value<MessageId>() == idOf<MessageId>(7));
    CHECK(edited[0][2].toString().endsWith(QStringLiteral(" Yes.")));
    CHECK(f.field->toPlainText().isEmpty());
    f.key(Qt::Key_Up);
    CHECK_FALSE(f.field->toPlainText().endsWith(QStringLiteral(" Yes.")));
}

TEST_CASE("chat window: reply by letter, by Ctrl+Up, and its strip", "[window]")
{
    OpenChat f;
    QSignalSpy sent(&f.window, &MainWindow::sendText);
    f.key(Qt::Key_Up, Qt::ControlModifier);
    f.key(Qt::Key_Up, Qt::ControlModifier);
    QTest::keyClicks(f.field, QStringLiteral("thanks"));
    f.key(Qt::Key_Return);
    REQUIRE(sent.count() == 1);
    CHECK(sent[0][2].value<std::optional<MessageId>>() == idOf<MessageId>(5));
    QTest::keyClicks(f.field, QStringLiteral("plain"));
    f.key(Qt::Key_Return);
    CHECK_FALSE(sent[1][2].value<std::optional<MessageId>>().has_value());

    f.list->setFocus();
    f.list->setCurrentIndex(f.messages.index(0));
    f.key(Qt::Key_R);
    CHECK(f.field->hasFocus());
    QTest::keyClicks(f.field, QStringLiteral("ok"));
    f.key(Qt::Key_Escape);
    CHECK(f.field->toPlainText() == QStringLiteral("ok"));
    f.key(Qt::Key_Return);
    CHECK_FALSE(sent[2][2].value<std::optional<MessageId>>().has_value());
}

TEST_CASE("chat window: drafts are told within 300 ms and follow the chat", "[window]")
{
    OpenChat f;
    QSignalSpy drafts(&f.window, &MainWindow::draftChanged);
    QElapsedTimer since;
    since.start();
    QTest::keyClicks(f.field, QStringLiteral("half a sen"));
    REQUIRE(drafts.wait(1000));
    CHECK(since.elapsed() < 700);
    CHECK(drafts[0][1].toString() == QStringLiteral("half a sen"));
    QTest::keyClicks(f.field, QStringLiteral("tence"));
    REQUIRE(f.window.openConversation(anya));
    REQUIRE(drafts.count() == 2);
    CHECK(drafts[1][0].value<ConversationId>() == mira);
    CHECK(drafts[1][1].toString() == QStringLiteral("half a sentence"));
    CHECK(f.field->toPlainText().isEmpty());
    REQUIRE(f.window.openConversation(mira));
    CHECK(f.field->toPlainText() == QStringLiteral("half a sentence"));
    CHECK(drafts.count() == 2);
    f.window.setDraft(anya, QStringLiteral("stored"));
    REQUIRE(f.window.openConversation(anya));
    CHECK(f.field->toPlainText() == QStringLiteral("stored"));
}

TEST_CASE("chat window: chats by keyboard", "[window]")
{
    OpenChat f;
    QSignalSpy opened(&f.window, &MainWindow::conversationOpened);
    f.key(Qt::Key_Down, Qt::AltModifier);
    CHECK(f.window.conversation() == anya);
    f.key(Qt::Key_Tab, Qt::ControlModifier);
    CHECK(f.window.conversation() == mira);
    f.key(Qt::Key_3, Qt::ControlModifier);
    CHECK(f.window.conversation() == idOf<ConversationId>(4));
    f.key(Qt::Key_Down, Qt::AltModifier | Qt::ShiftModifier);
    CHECK(f.window.conversation() == idOf<ConversationId>(6));
    CHECK(opened.count() == 4);
    f.key(Qt::Key_F6);
    CHECK(f.find<ChatListView>("chatList")->hasFocus());
    f.key(Qt::Key_F6);
    CHECK(f.list->hasFocus());
    f.key(Qt::Key_F6);
    CHECK(f.field->hasFocus());
}

TEST_CASE("chat window: search filters by name, and letters in the list go there", "[window]")
{
    OpenChat f;
    auto* search = f.find<SearchField>("searchField");
    auto* chats = f.find<ChatListView>("chatList");
    f.key(Qt::Key_K, Qt::ControlModifier);
    CHECK(search->hasFocus());
    QTest::keyClicks(search, QStringLiteral("anya"));
    CHECK(chats->filter().rowCount() == 1);
    f.key(Qt::Key_Down);
    CHECK(chats->hasFocus());
    f.key(Qt::Key_Down);
    f.key(Qt::Key_Return);
    CHECK(f.window.conversation() == anya);
    search->setFocus();
    f.key(Qt::Key_Escape);
    CHECK(search->text().isEmpty());
    CHECK(chats->filter().rowCount() == f.chats.rowCount());
    chats->setFocus();
    QTest::keyClicks(chats, QStringLiteral("so"));
    CHECK(search->text() == QStringLiteral("so"));
}

TEST_CASE("chat window: one pane goes in and back with the row still chosen", "[window]")
{
    ChatFixture f;
    f.fillChats();
    f.show(400, 700);
    auto* chats = f.find<ChatListView>("chatList");
    CHECK(f.window.isOnePane());
    CHECK(chats->isVisible());
    REQUIRE(f.window.openConversation(anya));
    CHECK_FALSE(chats->isVisible());
    auto* field = f.find<ComposerField>("composerField");
    CHECK(field->isVisible());
    QSignalSpy closed(&f.window, &MainWindow::conversationClosed);
    QTest::keyClick(field, Qt::Key_Escape);
    CHECK(closed.count() == 1);
    CHECK(chats->isVisible());
    CHECK(chats->hasFocus());
    CHECK(chats->filter().at(chats->currentIndex()).id == anya);
    QTest::keyClick(chats, Qt::Key_Return);
    CHECK(f.window.conversation() == anya);
    QTest::keyClick(field, Qt::Key_Left, Qt::AltModifier);
    CHECK_FALSE(f.window.conversation().has_value());
    f.window.resize(1120, 700);
    QCoreApplication::processEvents();
    CHECK_FALSE(f.window.isOnePane());
    CHECK(chats->isVisible());
}

TEST_CASE("chat window: a Russian keyboard types Cyrillic and keeps the shortcuts", "[window]")
{
    OpenChat f;
    // With Ctrl the platform reports the Latin key of the place and the layout's own letter.
    const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers, const QString& text) {
        QTest::sendKeyEvent(QTest::Click, QApplication::focusWidget(), key, text, modifiers);
        QCoreApplication::processEvents();
    };
    press(Qt::Key(0x041B), Qt::NoModifier, QStringLiteral("л"));
    CHECK(f.field->toPlainText() == QStringLiteral("л"));
    press(Qt::Key_K, Qt::ControlModifier, QStringLiteral("л"));
    CHECK(f.find<SearchField>("searchField")->hasFocus());
    QSignalSpy newChat(&f.window, &MainWindow::newChatWanted);
    press(Qt::Key_N, Qt::ControlModifier, QStringLiteral("т"));
    CHECK(newChat.count() == 1);
    // Single letters are shortcuts as well: the platform maps a Cyrillic key to its place.
    QStringList letters;
    for (const QAction* action : f.list->actions())
        letters << action->shortcut().toString();
    CHECK(letters.contains(QStringLiteral("R")));
    CHECK(letters.contains(QStringLiteral("E")));
}

TEST_CASE("chat window: copy, delete with a question, try again", "[window]")
{
    OpenChat f;
    f.list->setFocus();
    f.list->setCurrentIndex(f.messages.index(2));
    f.key(Qt::Key_C, Qt::ControlModifier);
    CHECK(QGuiApplication::clipboard()->text() == f.messages.at(2).text);

    QSignalSpy removed(&f.window, &MainWindow::deleteMessage);
    f.key(Qt::Key_Delete);
    auto* dialog = f.window.findChild<QDialog*>();
    REQUIRE(dialog);
    CHECK(removed.count() == 0);
    dialog->accept();
    REQUIRE(removed.count() == 1);
    CHECK(removed[0][1].value<MessageId>() == f.messages.at(2).id);

    auto failed = f.message(50, true, QStringLiteral("lost"), todayAt(15, 0),
                            MessageState::Failed);
    f.messages.upsert(failed);
    QSignalSpy retried(&f.window, &MainWindow::retryMessage);
    QSignalSpy cancelled(&f.window, &MainWindow::cancelMessage);
    f.list->scrollToEnd();
    QCoreApplication::processEvents();
    // "Try again" stands left of "Delete" at the right end of the line under the bubble.
    const QRect row = f.list->visualRect(f.messages.index(f.messages.rowOf(failed.id)));
    const auto click = [&](int fromRight) {
        const QPoint place(MessageLayout::column(row.width(), environment().theme).right()
                               - fromRight,
                           row.bottom() - 10);
        QTest::mouseClick(f.list->viewport(), Qt::LeftButton, {}, place);
    };
    click(75);
    CHECK(retried.count() == 1);
    click(15);
    CHECK(cancelled.count() == 1);
}

TEST_CASE("chat window: what is held is sent after a decision, whether or not the person was verified",
          "[window]")
{
    const bool verified = GENERATE(false, true);
    ChatFixture f;
    f.fillChats();
    auto changed = *f.chats.find(idOf<ConversationId>(1));
    changed.identity = client::IdentityState::Changed;
    f.chats.upsert(changed);
    f.show();
    REQUIRE(f.window.openConversation(changed.id));
    client::PersonItem person;
    person.id = changed.peer;
    person.identity = client::IdentityState::Changed;
    person.wasVerified = verified;
    f.window.setPerson(person);
    // Only who was verified before gets the banner and pauses the composer.
    CHECK(f.find<ComposerField>("composerField")->isVisible() == !verified);
    f.messages.append(
        {f.message(1, true, QStringLiteral("hello"), todayAt(15, 0), MessageState::Held)});
    QSignalSpy accepted(&f.window, &MainWindow::acceptIdentity);
    QSignalSpy retried(&f.window, &MainWindow::retryMessage);
    auto* list = f.find<MessageListView>("messageList");
    list->setFocus();
    list->setCurrentIndex(f.messages.index(0));
    const QPoint place = list->visualRect(f.messages.index(0)).center();
    QContextMenuEvent event(QContextMenuEvent::Keyboard, place,
                            list->viewport()->mapToGlobal(place));
    QApplication::sendEvent(list->viewport(), &event);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    REQUIRE(menu);
    for (QAction* action : menu->actions()) {
        if (action->text() == QString::fromUtf8("Send anyway…")) {
            action->trigger();
        }
    }
    menu->close();
    auto* dialog = f.window.findChild<QDialog*>();
    REQUIRE(dialog);
    CHECK(accepted.count() == 0);
    dialog->accept();
    REQUIRE(accepted.count() == 1);
    CHECK(accepted[0][0].value<UserId>() == changed.peer);
    CHECK(retried.count() == 0);
}

TEST_CASE("chat window: a request shows no text and answers with two buttons", "[window]")
{
    ChatFixture f;
    f.fillChats();
    auto nadia = f.chat(30, 0, QStringLiteral("Nadia Rahimi"), {}, todayAt(14, 31));
    nadia.request = true;
    nadia.previewKind = client::PreviewKind::Request;
    f.chats.upsert(nadia);
    f.show();
    REQUIRE(f.window.openConversation(nadia.id));
    f.messages.append({f.message(1, false, QStringLiteral("buy now"), todayAt(14, 31))});
    CHECK_FALSE(f.find<MessageListView>("messageList")->isVisible());
    CHECK_FALSE(f.find<ComposerField>("composerField")->isVisible());
    QSignalSpy accepted(&f.window, &MainWindow::acceptRequest);
    QSignalSpy read(&f.window, &MainWindow::markRead);
    auto* accept = f.find<QPushButton>("acceptButton");
    REQUIRE(accept->hasFocus());
    QTest::keyClick(accept, Qt::Key_Space);
    REQUIRE(accepted.count() == 1);
    CHECK(accepted[0][0].value<UserId>() == nadia.peer);
    CHECK(read.count() == 0);
    nadia.request = false;
    f.chats.upsert(nadia);
    CHECK(f.find<MessageListView>("messageList")->isVisible());
    nadia.blocked = true;
    f.chats.upsert(nadia);
    CHECK_FALSE(f.find<ComposerField>("composerField")->isVisible());
}

TEST_CASE("chat window: read is told for the newest message on the screen only", "[window]")
{
    OpenChat f;
    QSignalSpy read(&f.window, &MainWindow::markRead);
    for (int n = 100; n < 160; ++n)
        f.messages.upsert(f.message(n, false, QStringLiteral("line"), todayAt(15, 0) + n));
    QCoreApplication::processEvents();
    REQUIRE(read.count() > 0);
    CHECK(read.last()[1].value<MessageId>() == idOf<MessageId>(159));
    f.list->verticalScrollBar()->setValue(0);
    QCoreApplication::processEvents();
    const auto told = read.count();
    f.messages.upsert(f.message(200, false, QStringLiteral("below"), todayAt(16, 0)));
    QCoreApplication::processEvents();
    CHECK(read.count() == told);
    CHECK(f.list->verticalScrollBar()->value() == 0);
    f.list->scrollToEnd();
    QCoreApplication::processEvents();
    CHECK(read.last()[1].value<MessageId>() == idOf<MessageId>(200));
}

TEST_CASE("chat window: messages that come faster than the list scrolls are followed", "[window]")
{
    OpenChat f;
    for (int n = 100; n < 160; ++n)
        f.messages.upsert(f.message(n, false, QStringLiteral("line"), todayAt(15, 0) + n));
    f.list->scrollToEnd();
    QCoreApplication::processEvents();
    REQUIRE(f.list->atEnd());
    environment().theme.setReducedMotion(false);
    for (int n = 200; n < 206; ++n) {
        f.messages.upsert(f.message(n, n % 2 == 0, QStringLiteral("quick"), todayAt(16, 0) + n));
        QTest::qWait(20);
    }
    QTest::qWait(300);
    CHECK(f.list->atEnd());
    environment().theme.setReducedMotion(true);
    // Who reads further up is left there.
    f.list->verticalScrollBar()->setValue(0);
    f.messages.upsert(f.message(300, false, QStringLiteral("below"), todayAt(17, 0)));
    QTest::qWait(200);
    CHECK(f.list->verticalScrollBar()->value() == 0);
}

TEST_CASE("chat window: what is seen stays in place while older messages come in", "[window]")
{
    OpenChat f;
    for (int n = 100; n < 160; ++n)
        f.messages.upsert(f.message(n, false, QStringLiteral("line %1").arg(n),
                                    todayAt(15, 0) + n));
    f.list->scrollTo(f.messages.index(20), QAbstractItemView::PositionAtTop);
    QCoreApplication::processEvents();
    const auto id = f.messages.at(20).id;
    const int before = f.list->visualRect(f.messages.index(20)).top();
    std::vector<client::MessageItem> page;
    for (int n = 1000; n < 1200; ++n)
        page.push_back(f.message(n, n % 3 == 0, QStringLiteral("older, with some more words"),
                                 todayAt(6, 0) + n * 100));
    QSignalSpy wanted(&f.messages, &client::MessageListModel::olderWanted);
    f.messages.prepend(page, true);
    QCoreApplication::processEvents();
    CHECK(f.list->visualRect(f.messages.index(f.messages.rowOf(id))).top() == before);
    f.list->verticalScrollBar()->setValue(0);
    QCoreApplication::processEvents();
    CHECK(wanted.count() == 1);
}

TEST_CASE("chat window: rows are read aloud as one sentence", "[window]")
{
    OpenChat f;
    const auto spoken = [&](int row) {
        return f.list->model()->index(row, 0).data(Qt::AccessibleTextRole).toString();
    };
    CHECK(spoken(0) == QStringLiteral("Mira Okafor, 09:41: Morning. The venue confirmed the 14th, "
                                      "but only until 18:00."));
    CHECK(spoken(5) == QStringLiteral("You, 14:30: Perfect. Then the desks go along the windows. "
                                      "Reply to Mira Okafor: Here. The projector is on the north "
                                      "wall. Edited. Delivered."));
    const QString row = f.find<ChatListView>("chatList")->model()->index(1, 0)
                            .data(Qt::AccessibleTextRole).toString();
    CHECK(row == QStringLiteral("Anya Petrova, 2 unread, online, I’ll bring the printed forms "
                                "tonight, 13:58"));
}

TEST_CASE("chat window: without a connection nobody is shown as online", "[window]")
{
    ChatFixture f;
    f.fillChats();
    f.show();
    const auto spoken = [&f] {
        return f.find<ChatListView>("chatList")->model()->index(1, 0)
            .data(Qt::AccessibleTextRole).toString();
    };
    CHECK(spoken().contains(QStringLiteral("online")));
    f.window.setConnection(ConnectionState::Offline);
    CHECK_FALSE(spoken().contains(QStringLiteral("online")));
    f.window.setConnection(ConnectionState::Updating);
    CHECK(spoken().contains(QStringLiteral("online")));
}

TEST_CASE("chat window: the offline card stays while the next try runs", "[window]")
{
    ChatFixture f;
    f.fillChats();
    f.show();
    auto* card = f.find<QWidget>("offlineCard");
    f.window.setConnection(ConnectionState::Connecting);
    CHECK_FALSE(card->isVisible());
    f.window.setConnection(ConnectionState::Offline);
    CHECK(QTest::qWaitFor([card] { return card->isVisible(); }, 6000));
    f.window.setConnection(ConnectionState::Connecting);
    CHECK(card->isVisible());
    f.window.setConnection(ConnectionState::Online);
    CHECK_FALSE(card->isVisible());
}

TEST_CASE("chat window: what a restored server asks is a card with a button", "[window]")
{
    ChatFixture f;
    f.fillChats();
    f.show();
    auto* card = f.find<QWidget>("questionCard");
    auto* button = f.find<QAbstractButton>("decideButton");
    QSignalSpy wanted(&f.window, &MainWindow::serverDecisionWanted);
    CHECK_FALSE(card->isVisible());
    f.window.setConnection(ConnectionState::Stopped, 0, QStringLiteral("why it stopped"));
    f.window.setServerQuestion(ServerQuestion::ConfirmRestore);
    CHECK(card->isVisible());
    CHECK(card->accessibleName()
          == QStringLiteral("Your server was restored from an older backup Ask whoever runs it if "
                            "that is true. Nothing is sent until you decide."));
    CHECK(button->text() == QStringLiteral("Go on…"));
    // It says what the red card would say.
    for (const auto* banner : f.window.findChildren<Banner*>())
        CHECK((!banner->isVisible() || banner == card));
    QTest::mouseClick(button, Qt::LeftButton);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted.takeFirst().at(0).value<ServerQuestion>() == ServerQuestion::ConfirmRestore);
    f.window.setServerQuestion(ServerQuestion::BringAccountBack);
    CHECK(button->text() == QStringLiteral("Bring it back…"));
    button->setFocus();
    QTest::keyClick(button, Qt::Key_Space);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted.takeFirst().at(0).value<ServerQuestion>() == ServerQuestion::BringAccountBack);
    // It follows the language while it is shown.
    environment().languages.setLanguage(Language::Russian);
    CHECK(QTest::qWaitFor([button] { return button->text() == QStringLiteral("Вернуть…"); }, 3000));
    environment().languages.setLanguage(Language::English);
    f.window.setConnection(ConnectionState::Updating);
    f.window.setServerQuestion(ServerQuestion::None);
    CHECK_FALSE(card->isVisible());
}

TEST_CASE("chat window: a changed identity is said in full in a narrow window", "[window]")
{
    ChatFixture f;
    f.fillChats();
    auto changed = *f.chats.find(idOf<ConversationId>(1));
    changed.identity = client::IdentityState::Changed;
    changed.title = QStringLiteral("Wilhelmina Featherstonehaugh-Cholmondeley of Upper Slaughter");
    f.chats.upsert(changed);
    f.show(400, 520);
    REQUIRE(f.window.openConversation(changed.id));
    client::PersonItem person;
    person.id = changed.peer;
    person.wasVerified = true;
    f.window.setPerson(person);
    QTest::qWait(20);
    auto* banner = f.find<QWidget>("identityBanner");
    REQUIRE(banner->isVisible());
    CHECK(banner->height() >= banner->layout()->totalHeightForWidth(banner->width()));
    // Whom one has blocked is not written to, so there is nothing to decide.
    changed.blocked = true;
    f.chats.upsert(changed);
    CHECK_FALSE(banner->isVisible());
}

TEST_CASE("chat window: an unsaved recovery code is an open step", "[window]")
{
    ChatFixture f;
    f.show();
    QSignalSpy wanted(&f.window, &MainWindow::newRecoveryCodeWanted);
    auto* button = f.find<QAbstractButton>("newCodeButton");
    REQUIRE(button);
    f.window.setRecoverySaved(true);
    CHECK_FALSE(button->isVisible());
    f.window.setRecoverySaved(false);
    CHECK(button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    CHECK(wanted.count() == 1);
}

TEST_CASE("chat window: the account menu asks for what it says, deleting last", "[window]")
{
    ChatFixture f;
    f.show();
    QSignalSpy password(&f.window, &MainWindow::passwordChangeWanted);
    QSignalSpy code(&f.window, &MainWindow::newRecoveryCodeWanted);
    QSignalSpy deletion(&f.window, &MainWindow::accountDeletionWanted);
    auto* account = f.find<QAbstractButton>("accountButton");
    REQUIRE(account);
    QTest::mouseClick(account, Qt::LeftButton);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    REQUIRE(menu);
    const auto choose = [menu](const char* text) {
        for (QAction* action : menu->actions()) {
            if (action->text() == QString::fromUtf8(text)) {
                action->trigger();
            }
        }
    };
    CHECK(menu->actions().last()->text() == QString::fromUtf8("Delete account…"));
    choose("Change password…");
    choose("New recovery code…");
    choose("Delete account…");
    QSignalSpy lastSeen(&f.window, &MainWindow::showLastSeenChosen);
    choose("Show when I was last online");
    REQUIRE(lastSeen.count() == 1);
    CHECK_FALSE(lastSeen[0][0].toBool());
    CHECK(password.count() == 1);
    CHECK(code.count() == 1);
    CHECK(deletion.count() == 1);
    menu->close();
}
