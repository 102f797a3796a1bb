#include "client/ui/chat/RowHeights.h"

#include <algorithm>
#include <bit>

namespace impulse::ui {

void RowHeights::reset(int count)
{
    m_heights.assign(index(count), -1);
    rebuild();
}

void RowHeights::insert(int first, int count)
{
    m_heights.insert(m_heights.begin() + first, index(count), -1);
    rebuild();
}

void RowHeights::remove(int first, int count)
{
    m_heights.erase(m_heights.begin() + first, m_heights.begin() + first + count);
    rebuild();
}

int RowHeights::height(int row) const
{
    const int known = m_heights[index(row)];
    return known < 0 ? m_estimate : known;
}

void RowHeights::set(int row, int height)
{
    const int old = this->height(row);
    m_heights[index(row)] = height;
    if (height != old)
        add(row, height - old);
}

void RowHeights::forgetAll()
{
    std::ranges::fill(m_heights, -1);
    rebuild();
}

int RowHeights::top(int row) const
{
    int sum = 0;
    for (int i = row; i > 0; i -= i & -i)
        sum += m_tree[index(i)];
    return sum;
}

int RowHeights::rowAt(int y) const
{
    if (m_heights.empty())
        return -1;
    // Descend the tree: the largest row whose rows above sum up to at most y.
    int row = 0;
    int rest = std::max(y, 0);
    for (int step = static_cast<int>(std::bit_floor(m_heights.size())); step > 0; step /= 2) {
        const int next = row + step;
        if (next <= count() && m_tree[index(next)] <= rest) {
            row = next;
            rest -= m_tree[index(next)];
        }
    }
    return std::min(row, count() - 1);
}

void RowHeights::rebuild()
{
    m_tree.assign(m_heights.size() + 1, 0);
    for (int i = 1; i <= count(); ++i) {
        m_tree[index(i)] += height(i - 1);
        const int parent = i + (i & -i);
        if (parent <= count())
            m_tree[index(parent)] += m_tree[index(i)];
    }
}

void RowHeights::add(int row, int difference)
{
    for (int i = row + 1; i <= count(); i += i & -i)
        m_tree[index(i)] += difference;
}

} // namespace impulse::ui
