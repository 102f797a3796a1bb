#include "tests/support/Catch.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QXmlStreamReader>

namespace {

struct Message {
    QString context;
    QString source;
    QStringList texts; ///< one, or one per plural form
    bool numerus = false;
    bool unfinished = false;
};

std::vector<Message> readMessages(const QString& path)
{
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    std::vector<Message> messages;
    QString context;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) {
            continue;
        }
        const auto name = xml.name();
        if (name == QLatin1String("name")) {
            context = xml.readElementText();
        } else if (name == QLatin1String("message")) {
            messages.push_back({context, {}, {}, xml.attributes().hasAttribute(
                                                     QLatin1String("numerus")), false});
        } else if (name == QLatin1String("source")) {
            messages.back().source = xml.readElementText();
        } else if (name == QLatin1String("translation")) {
            messages.back().unfinished = xml.attributes().hasAttribute(QLatin1String("type"));
            if (!messages.back().numerus) {
                messages.back().texts.append(
                    xml.readElementText(QXmlStreamReader::SkipChildElements));
            }
        } else if (name == QLatin1String("numerusform")) {
            messages.back().texts.append(xml.readElementText());
        }
    }
    REQUIRE_FALSE(xml.hasError());
    return messages;
}

QStringList placeholders(const QString& text)
{
    static const QRegularExpression pattern(QStringLiteral("%(?:[0-9]+|L[0-9]+|n)"));
    QStringList found;
    auto matches = pattern.globalMatch(text);
    while (matches.hasNext()) {
        const QString place = matches.next().captured();
        if (!found.contains(place)) {
            found.append(place);
        }
    }
    found.sort();
    return found;
}

} // namespace

TEST_CASE("Russian has every string, with the same places to fill and three plural forms",
          "[translations]")
{
    const QDir folder(QStringLiteral(IMPULSE_SOURCE_DIR "/resources/translations"));
    int count = 0;
    for (const QString& file : folder.entryList({QStringLiteral("*_ru.ts")})) {
        for (const Message& message : readMessages(folder.filePath(file))) {
            INFO(message.context.toStdString() << ": " << message.source.toStdString());
            CHECK_FALSE(message.unfinished);
            CHECK(message.texts.size() == (message.numerus ? 3 : 1));
            for (const QString& text : message.texts) {
                CHECK_FALSE(text.isEmpty());
                CHECK(placeholders(text) == placeholders(message.source));
                // The house's typography.
                CHECK_FALSE(text.contains(QLatin1Char('"')));
                CHECK_FALSE(text.contains(QStringLiteral("...")));
            }
            ++count;
        }
    }
    CHECK(count > 150);
}
