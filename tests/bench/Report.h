#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace impulse::bench {

/// Gathers what runs measured; prints medians for people and, if there is a file, one JSON object
/// per line: case, metric, value (the median), unit, runs (each value).
class Report {
public:
    /// Appends to `jsonFile`; empty: none.
    explicit Report(const std::string& jsonFile);
    bool isGood() const { return m_isGood; }

    /// One value of one run.
    void add(const std::string& caseName, const std::string& metric, const std::string& unit,
             double value);
    /// Adds the ratio of `after` to `before`, run by run, for each metric that both have and that
    /// is not about the machine.
    void addRatios(const std::string& before, const std::string& after);
    /// Prints and writes what was added since the last call.
    void finish();
    /// A line about the machine; `text` describes it.
    void addMachine(const std::string& metric, const std::string& unit, double value,
                    const std::string& text);

private:
    struct Series {
        std::string caseName;
        std::string metric;
        std::string unit;
        std::vector<double> runs;
        std::string text;
    };
    void write(const Series& series);

    std::vector<Series> m_series;
    std::ofstream m_json;
    bool m_isGood = true;
};

} // namespace impulse::bench
