#pragma once

#include <vector>

namespace impulse::ui {

/// Heights of the rows of a list, measured or estimated, with the sum above any row in O(log n)
/// (a Fenwick tree), so that a list of any length lays out only what is seen.
class RowHeights {
public:
    void setEstimate(int height) { m_estimate = height; }
    void reset(int count);
    void insert(int first, int count);
    void remove(int first, int count);

    int count() const { return static_cast<int>(m_heights.size()); }
    bool measured(int row) const { return m_heights[index(row)] >= 0; }
    int height(int row) const;
    void set(int row, int height);
    /// All rows back to the estimate (another width or theme).
    void forgetAll();

    /// Sum of the rows above `row`; `row` may be count().
    int top(int row) const;
    int total() const { return top(count()); }
    /// The row that holds this y; clamped to the first and last one. -1 if there are none.
    int rowAt(int y) const;

private:
    static std::size_t index(int row) { return static_cast<std::size_t>(row); }
    void rebuild();
    void add(int row, int difference);

    std::vector<int> m_heights; // -1: not measured
    std::vector<int> m_tree;
    int m_estimate = 40;
};

} // namespace impulse::ui
