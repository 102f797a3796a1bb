#include "tests/support/Catch.h"

#include "client/core/models/ChatListModel.h"
#include "client/core/models/MessageListModel.h"

#include <QAbstractItemModelTester>
#include <QDateTime>
#include <QSignalSpy>

using namespace impulse;
using namespace impulse::client;

namespace {

template <class Id> Id idOf(std::uint8_t n)
{
    Id id;
    id.data()[0] = n;
    return id;
}

/// Noon of a fixed local day, so that no test depends on the time zone.
std::uint64_t noon()
{
    return static_cast<std::uint64_t>(QDate(2025, 5, 14).startOfDay().addSecs(12 * 3600)
                                          .toMSecsSinceEpoch());
}

MessageItem message(std::uint8_t id, std::uint64_t ms, std::uint8_t device = 1,
                    std::uint64_t sequence = 0)
{
    MessageItem item;
    item.id = idOf<MessageId>(id);
    item.sender = idOf<UserId>(device);
    item.device = idOf<DeviceId>(device);
    item.outgoing = device == 9;
    item.sequence = sequence;
    item.sentMs = item.sortMs = ms;
    item.text = QStringLiteral("message %1").arg(id);
    return item;
}

std::vector<int> order(const MessageListModel& model)
{
    std::vector<int> ids;
    for (int row = 0; row < model.rowCount(); ++row)
        ids.push_back(model.at(row).id.data()[0]);
    return ids;
}

ChatItem chat(std::uint8_t id, std::uint64_t ms)
{
    ChatItem item;
    item.id = idOf<ConversationId>(id);
    item.title = QStringLiteral("chat %1").arg(id);
    item.timeMs = ms;
    return item;
}

std::vector<int> order(const ChatListModel& model)
{
    std::vector<int> ids;
    for (int row = 0; row < model.rowCount(); ++row)
        ids.push_back(model.at(row).id.data()[0]);
    return ids;
}

using Group = MessageListModel::GroupPosition;

} // namespace

TEST_CASE("chats: requests, then pinned, then the others, newest first", "[models]")
{
    ChatListModel model;
    QAbstractItemModelTester tester(&model,
                                    QAbstractItemModelTester::FailureReportingMode::Fatal);
    auto pinned = chat(3, 10);
    pinned.pinned = true;
    auto request = chat(4, 5);
    request.request = true;
    for (const auto& item : {chat(1, 100), chat(2, 200), pinned, request})
        model.upsert(item);
    CHECK(order(model) == std::vector<int>{4, 3, 2, 1});
    CHECK(model.hasRequests());
    CHECK(model.index(0).data(ChatListModel::SectionRole)
              .value<ChatListModel::Section>() == ChatListModel::Section::Requests);

    model.upsert(chat(1, 300));
    CHECK(order(model) == std::vector<int>{4, 3, 1, 2});
    model.upsert(chat(1, 150));
    CHECK(order(model) == std::vector<int>{4, 3, 2, 1});
    request.request = false;
    model.upsert(request);
    CHECK(order(model) == std::vector<int>{3, 2, 1, 4});
    CHECK_FALSE(model.hasRequests());
    pinned.pinned = false;
    model.upsert(pinned);
    CHECK(order(model) == std::vector<int>{2, 1, 3, 4});
    model.remove(idOf<ConversationId>(1));
    CHECK(order(model) == std::vector<int>{2, 3, 4});
    CHECK(model.find(idOf<ConversationId>(1)) == nullptr);
    CHECK(model.find(idOf<ConversationId>(3))->title == QStringLiteral("chat 3"));
}

TEST_CASE("chats: an unchanged row is not announced again", "[models]")
{
    ChatListModel model;
    model.upsert(chat(1, 100));
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.upsert(chat(1, 100));
    CHECK(changes.count() == 0);
    auto more = chat(1, 100);
    more.unread = 1;
    model.upsert(more);
    CHECK(changes.count() == 1);
    CHECK(model.index(0).data(ChatListModel::UnreadRole).toInt() == 1);
}

TEST_CASE("messages: the sender's time is clamped around the server's", "[models]")
{
    const std::uint64_t hour = 3600 * 1000;
    CHECK(clampedSortMs(5000, 0) == 5000);
    CHECK(clampedSortMs(100 * hour, 100 * hour) == 100 * hour);
    CHECK(clampedSortMs(1, 100 * hour) == 76 * hour);
    CHECK(clampedSortMs(200 * hour, 100 * hour) == 100 * hour + hour / 12);
    CHECK(clampedSortMs(1, 2) == 1);
}

TEST_CASE("messages: by time, and never before an earlier one of the same device", "[models]")
{
    MessageListModel model;
    QAbstractItemModelTester tester(&model,
                                    QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto t = noon();
    model.append({message(2, t + 2000, 1), message(1, t + 1000, 1), message(3, t + 3000, 2)});
    CHECK(order(model) == std::vector<int>{1, 2, 3});

    SECTION("a clock that went back does not reorder one device")
    {
        model.upsert(message(10, t + 9000, 7, 1));
        model.upsert(message(11, t + 500, 7, 2));
        CHECK(order(model) == std::vector<int>{1, 2, 3, 10, 11});
    }
    SECTION("a late message pushes the later ones of its device behind it")
    {
        model.upsert(message(11, t + 500, 7, 2));
        model.upsert(message(12, t + 600, 7, 3));
        CHECK(order(model) == std::vector<int>{11, 12, 1, 2, 3});
        model.upsert(message(10, t + 9000, 7, 1));
        CHECK(order(model) == std::vector<int>{1, 2, 3, 10, 11, 12});
    }
    SECTION("one batch gives the same order as one by one")
    {
        model.append({message(12, t + 600, 7, 3), message(10, t + 2500, 7, 1),
                      message(11, t + 500, 7, 2)});
        CHECK(order(model) == std::vector<int>{1, 2, 10, 11, 12, 3});
    }
    SECTION("the server's time moves a message to its place")
    {
        model.upsert(message(20, t + 9000, 9));
        auto accepted = message(20, t + 9000, 9);
        accepted.sortMs = t + 1500;
        model.upsert(accepted);
        CHECK(order(model) == std::vector<int>{1, 20, 2, 3});
    }
    SECTION("a change keeps the row and tells the view")
    {
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
        auto edited = message(2, t + 2000, 1);
        edited.edited = true;
        edited.text = QStringLiteral("new");
        model.upsert(edited);
        CHECK(inserts.count() == 0);
        CHECK(changes.count() == 1);
        CHECK(model.at(model.rowOf(edited.id)).text == QStringLiteral("new"));
        model.upsert(edited);
        CHECK(changes.count() == 1);
    }
    SECTION("removed")
    {
        model.remove(idOf<MessageId>(2));
        CHECK(order(model) == std::vector<int>{1, 3});
        CHECK(model.rowOf(idOf<MessageId>(2)) == -1);
    }
}

TEST_CASE("messages: older pages come in one insertion and only when asked", "[models]")
{
    MessageListModel model;
    QSignalSpy wanted(&model, &MessageListModel::olderWanted);
    model.setConversation(idOf<ConversationId>(1));
    const auto t = noon();
    model.append({message(50, t), message(51, t + 1)});
    model.requestOlder();
    CHECK(wanted.count() == 0);
    model.setCanLoadOlder(true);
    model.requestOlder();
    model.requestOlder();
    CHECK(wanted.count() == 1);

    QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
    std::vector<MessageItem> page;
    for (std::uint8_t i = 1; i < 50; ++i)
        page.push_back(message(i, t - 1000 + i));
    model.prepend(page, false);
    CHECK(inserts.count() == 1);
    CHECK(model.rowCount() == 51);
    CHECK(model.at(0).id == idOf<MessageId>(1));
    model.requestOlder();
    CHECK(wanted.count() == 1);
}

TEST_CASE("messages: groups end at another sender, day, five minutes or the divider", "[models]")
{
    MessageListModel model;
    const auto t = noon();
    const std::uint64_t minute = 60 * 1000;
    model.append({message(1, t), message(2, t + minute), message(3, t + 2 * minute),
                  message(4, t + 3 * minute, 9), message(5, t + 8 * minute, 9)});
    const auto at = [&](int row) { return model.groupPosition(row); };
    CHECK(at(0) == Group::First);
    CHECK(at(1) == Group::Middle);
    CHECK(at(2) == Group::Last);
    CHECK(at(3) == Group::Single);
    CHECK(at(4) == Group::Single);

    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.setUnreadFrom(idOf<MessageId>(2));
    CHECK(changes.count() > 0);
    CHECK(at(0) == Group::Single);
    CHECK(at(1) == Group::First);
    CHECK(model.index(1).data(MessageListModel::UnreadDividerRole).toBool());
    CHECK_FALSE(model.index(0).data(MessageListModel::UnreadDividerRole).toBool());
    model.setUnreadFrom({});
    CHECK(at(1) == Group::Middle);

    auto gap = message(6, t + minute + 1);
    gap.kind = MessageKind::Missing;
    model.upsert(gap);
    CHECK(at(1) == Group::Last);
    CHECK(at(2) == Group::Single);
    CHECK(at(3) == Group::Single);
}

TEST_CASE("messages: each local day starts once", "[models]")
{
    MessageListModel model;
    const auto midnight = static_cast<std::uint64_t>(
        QDate(2025, 5, 15).startOfDay().toMSecsSinceEpoch());
    model.append({message(1, midnight - 2000), message(2, midnight - 1000),
                  message(3, midnight + 1000), message(4, midnight + 2000)});
    CHECK(model.startsDay(0));
    CHECK_FALSE(model.startsDay(1));
    CHECK(model.startsDay(2));
    CHECK_FALSE(model.startsDay(3));
    CHECK(model.groupPosition(1) == Group::Last);
    CHECK(model.groupPosition(2) == Group::First);
    CHECK(model.dayOf(2) == QDate(2025, 5, 15));
}
