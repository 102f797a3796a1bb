#include "tests/bench/Report.h"

#include <algorithm>
#include <cstdio>

namespace impulse::bench {
namespace {

double medianOf(std::vector<double> values)
{
    std::ranges::sort(values);
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, value != 0 && std::abs(value) < 1000 ? "%.4g" : "%.0f", value);
    return text;
}

bool isAboutMachine(const std::string& metric)
{
    return metric == "fdatasync_p50" || metric == "other_processes";
}

std::string quoted(const std::string& text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result.push_back('\\');
        // Nothing of ours has control characters in it.
        result.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
    }
    return result + '"';
}

} // namespace

Report::Report(const std::string& jsonFile)
{
    if (jsonFile.empty())
        return;
    m_json.open(jsonFile, std::ios::app);
    m_isGood = m_json.is_open();
}

void Report::add(const std::string& caseName, const std::string& metric, const std::string& unit,
                 double value)
{
    const auto found = std::ranges::find_if(m_series, [&](const Series& series) {
        return series.caseName == caseName && series.metric == metric;
    });
    if (found != m_series.end())
        found->runs.push_back(value);
    else
        m_series.push_back({caseName, metric, unit, {value}, {}});
}

void Report::addRatios(const std::string& before, const std::string& after)
{
    std::vector<Series> ratios;
    for (const auto& first : m_series) {
        for (const auto& second : m_series) {
            if (first.caseName != before || second.caseName != after ||
                first.metric != second.metric || isAboutMachine(first.metric))
                continue;
            Series ratio{after + " / " + before, first.metric, "ratio", {}, {}};
            for (std::size_t i = 0; i < std::min(first.runs.size(), second.runs.size()); ++i) {
                if (first.runs[i] != 0)
                    ratio.runs.push_back(second.runs[i] / first.runs[i]);
            }
            if (!ratio.runs.empty())
                ratios.push_back(std::move(ratio));
        }
    }
    m_series.insert(m_series.end(), ratios.begin(), ratios.end());
}

void Report::finish()
{
    for (const auto& series : m_series)
        write(series);
    m_series.clear();
    if (m_json.is_open())
        m_json.flush();
}

void Report::addMachine(const std::string& metric, const std::string& unit, double value,
                        const std::string& text)
{
    m_series.push_back({"machine", metric, unit, {value}, text});
}

void Report::write(const Series& series)
{
    const auto median = medianOf(series.runs);
    const auto [least, most] = std::ranges::minmax(series.runs);
    std::printf("%-28s %-26s %10s %-6s", series.caseName.c_str(), series.metric.c_str(),
                number(median).c_str(), series.unit.c_str());
    if (series.runs.size() > 1)
        std::printf(" %s … %s", number(least).c_str(), number(most).c_str());
    std::printf("%s%s\n", series.text.empty() ? "" : " ", series.text.c_str());
    std::fflush(stdout);
    if (!m_json.is_open())
        return;
    m_json << "{\"case\":" << quoted(series.caseName) << ",\"metric\":" << quoted(series.metric)
           << ",\"value\":" << number(median) << ",\"unit\":" << quoted(series.unit)
           << ",\"runs\":[";
    for (std::size_t i = 0; i < series.runs.size(); ++i)
        m_json << (i > 0 ? "," : "") << number(series.runs[i]);
    m_json << ']';
    if (!series.text.empty())
        m_json << ",\"text\":" << quoted(series.text);
    m_json << "}\n";
}

} // namespace impulse::bench
