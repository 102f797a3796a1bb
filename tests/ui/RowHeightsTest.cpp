#include "client/ui/chat/RowHeights.h"
#include "tests/support/Catch.h"

#include <random>

using impulse::ui::RowHeights;

TEST_CASE("row heights agree with plain sums through inserts, removals and measuring", "[window]")
{
    std::mt19937 random(7);
    const auto below = [&](int n) { return int(random() % unsigned(n)); };
    RowHeights heights;
    heights.setEstimate(10);
    heights.reset(0);
    CHECK(heights.rowAt(5) == -1);
    std::vector<int> plain;
    for (int step = 0; step < 500; ++step) {
        const int count = int(plain.size());
        const int what = below(4);
        if (what == 0 || count == 0) {
            const int at = below(count + 1);
            heights.insert(at, 3);
            plain.insert(plain.begin() + at, 3, 10);
        } else if (what == 1 && count > 4) {
            const int at = below(count - 2);
            heights.remove(at, 2);
            plain.erase(plain.begin() + at, plain.begin() + at + 2);
        } else {
            const int at = below(count);
            plain[std::size_t(at)] = 1 + below(90);
            heights.set(at, plain[std::size_t(at)]);
        }
        int sum = 0;
        bool same = heights.count() == int(plain.size());
        for (int row = 0; row < int(plain.size()); ++row) {
            same = same && heights.top(row) == sum && heights.rowAt(sum) == row
                && heights.rowAt(sum + plain[std::size_t(row)] - 1) == row;
            sum += plain[std::size_t(row)];
        }
        INFO(step);
        REQUIRE(same);
        REQUIRE(heights.total() == sum);
        REQUIRE(heights.rowAt(sum + 100) == int(plain.size()) - 1);
    }
}
