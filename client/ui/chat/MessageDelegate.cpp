#include "client/ui/chat/MessageDelegate.h"

#include "client/ui/chat/ChatWords.h"
#include "client/ui/theme/Theme.h"

#include <QPainter>

namespace impulse::ui {
namespace {

/// Some screens of rows; one layout is about 2 KB.
constexpr std::size_t maximumLayouts = 800;

} // namespace

MessageDelegate::MessageDelegate(Theme& theme, client::MessageListModel& messages, QObject* parent)
    : QStyledItemDelegate(parent), m_theme(theme), m_messages(messages)
{
}

void MessageDelegate::setViewWidth(int width)
{
    if (m_width == width)
        return;
    m_width = width;
    dropAll();
}

const MessageLayout& MessageDelegate::layout(int row) const
{
    const client::MessageItem& item = m_messages.at(row);
    auto& slot = m_layouts[item.id];
    if (slot)
        return *slot;
    // Rarely reached, and what is seen is laid out again within a frame.
    if (m_layouts.size() > maximumLayouts) {
        m_layouts.clear();
        return layout(row);
    }
    MessageContext context;
    context.viewWidth = m_width;
    if (m_messages.startsDay(row))
        context.day = ChatWords::day(m_messages.dayOf(row));
    context.divider = m_messages.unreadFrom() == item.id;
    context.group = m_messages.groupPosition(row);
    slot = std::make_unique<MessageLayout>(item, context, m_theme);
    return *slot;
}

void MessageDelegate::setFlash(const MessageId& id, double strength)
{
    m_flash = id;
    m_flashStrength = strength;
}

QSize MessageDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    Q_UNUSED(option)
    return {m_width, layout(index.row()).height()};
}

void MessageDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const bool focused
        = option.state.testFlag(QStyle::State_HasFocus) && m_theme.keyboardInUse();
    const bool flashing = m_flashStrength > 0 && m_messages.at(index.row()).id == m_flash;
    layout(index.row())
        .paint(*painter, option.rect.topLeft(), flashing ? m_flashStrength : 0, focused);
}

} // namespace impulse::ui
