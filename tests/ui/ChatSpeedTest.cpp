#include "client/ui/chat/MessageListView.h"
#include "tests/support/Catch.h"
#include "tests/ui/ChatFixture.h"

#include <QElapsedTimer>
#include <QScrollBar>

#include <iostream>

using namespace impulse;
using namespace impulse::test;
using impulse::ui::MessageListView;

TEST_CASE("chat window: a hundred thousand messages (times are printed)", "[window]")
{
    ChatFixture f;
    f.fillChats();
    f.show();
    REQUIRE(f.window.openConversation(idOf<ConversationId>(1)));
    std::vector<client::MessageItem> many;
    const auto start = todayAt(0, 0, 300);
    for (int n = 0; n < 100000; ++n)
        many.push_back(f.message(n + 1, n % 2 == 0,
                                 QStringLiteral("Message %1 with a few words in it").arg(n),
                                 start + std::uint64_t(n) * 240000));
    QElapsedTimer timer;
    timer.start();
    f.messages.append(std::move(many));
    QCoreApplication::processEvents();
    f.window.grab();
    std::cout << "open 100000 messages: " << timer.restart() << " ms\n";
    auto* list = f.find<MessageListView>("messageList");
    QScrollBar* bar = list->verticalScrollBar();
    CHECK(bar->value() == bar->maximum());
    for (int step = 0; step < 200; ++step) {
        bar->setValue(bar->value() - 120);
        list->grab();
    }
    std::cout << "200 wheel steps, painted: " << timer.restart() << " ms\n";
    for (int step = 0; step < 20; ++step) {
        bar->setValue(bar->maximum() * step / 20);
        list->grab();
    }
    std::cout << "20 long jumps, painted: " << timer.restart() << " ms\n";
    CHECK(list->indexAt(QPoint(10, 10)).isValid());
}
