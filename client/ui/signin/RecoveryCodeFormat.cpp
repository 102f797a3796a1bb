#include "client/ui/signin/RecoveryCodeFormat.h"

namespace impulse::ui::recovery {

QString normalized(const QString& typed)
{
    QString result;
    result.reserve(codeLength);
    for (const QChar c : typed.toUpper()) {
        if (c == QLatin1Char('O')) {
            result += QLatin1Char('0');
        } else if (c == QLatin1Char('I') || c == QLatin1Char('L')) {
            result += QLatin1Char('1');
        } else if (!c.isSpace() && c != QLatin1Char('-')) {
            result += c;
        }
    }
    return result;
}

bool hasOnlyCodeCharacters(const QString& text)
{
    static const QString alphabet = QStringLiteral("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    for (const QChar c : text) {
        if (!alphabet.contains(c)) {
            return false;
        }
    }
    return true;
}

QString grouped(const QString& text)
{
    QString result;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (i > 0 && i % groupLength == 0) {
            result += QLatin1Char('-');
        }
        result += text.at(i);
    }
    return result;
}

QStringList groupsOf(const QString& text)
{
    QStringList result;
    for (qsizetype i = 0; i + groupLength <= text.size(); i += groupLength) {
        result += text.mid(i, groupLength);
    }
    return result;
}

} // namespace impulse::ui::recovery
