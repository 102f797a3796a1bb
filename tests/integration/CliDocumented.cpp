#include "tests/integration/CliTown.h"

#include <QFile>
#include <QRegularExpression>

#include <map>

namespace impulse::test {

namespace {

struct Fields {
    QStringList always;
    QStringList all;
};

/// The words in backticks.
QStringList quoted(const QString& text)
{
    static const QRegularExpression form(word("`([^`]+)`"));
    QStringList result;
    for (auto it = form.globalMatch(text); it.hasNext();)
        result += it.next().captured(1);
    return result;
}

/// The rows of "Output with --json". What stands before the first semicolon is always there; words
/// in brackets are values.
std::map<QString, Fields> readTable()
{
    QFile file(word(IMPULSE_SOURCE_DIR "/client/cli/README.md"));
    REQUIRE(file.open(QIODevice::ReadOnly));
    const QString page = QString::fromUtf8(file.readAll());
    const QString section = page.mid(page.indexOf(word("## Output with --json")));
    static const QRegularExpression row(word("^\\| (`.*?) \\| (.*) \\|$"),
                                        QRegularExpression::MultilineOption);
    static const QRegularExpression brackets(word("\\([^()]*\\)"));
    std::map<QString, Fields> table;
    for (auto it = row.globalMatch(section); it.hasNext();) {
        const auto match = it.next();
        const QString cell = match.captured(2).remove(brackets);
        const Fields fields{quoted(cell.section(QLatin1Char(';'), 0, 0)), quoted(cell)};
        for (const auto& type : quoted(match.captured(1)))
            table.emplace(type, fields);
    }
    REQUIRE(table.size() > 10);
    return table;
}

} // namespace

void checkDocumented(const std::vector<QJsonObject>& lines)
{
    static const auto table = readTable();
    for (const auto& line : lines) {
        const QString type = line[word("type")].toString();
        INFO(type.toStdString());
        REQUIRE(table.contains(type));
        const Fields& fields = table.at(type);
        for (const auto& field : fields.always)
            CHECK(line.contains(field));
        for (const auto& key : line.keys()) {
            INFO(key.toStdString());
            CHECK((key == word("type") || fields.all.contains(key)));
        }
    }
}

} // namespace impulse::test
