#include "client/ui/signin/PasswordRules.h"

#include <QFile>
#include <QTextStream>

#include <cmath>

namespace impulse::ui {

namespace {

// The usual substitutions, undone: "p4$$w0rd" is "password".
QString plainLetters(const QString& text)
{
    static const QString from = QStringLiteral("4@8310$5!7");
    static const QString to = QStringLiteral("aabeiossit");
    QString result = text;
    for (QChar& c : result) {
        const qsizetype at = from.indexOf(c);
        if (at >= 0) {
            c = to.at(at);
        }
    }
    return result;
}

// Without the digits and signs that people add before and after a word.
QString core(const QString& text)
{
    qsizetype first = 0;
    qsizetype last = text.size();
    while (first < last && !text.at(first).isLetter()) {
        ++first;
    }
    while (last > first && !text.at(last - 1).isLetter()) {
        --last;
    }
    return text.mid(first, last - first);
}

// The shortest string whose repetition (the last one may be cut) makes `text`.
qsizetype period(const QString& text)
{
    for (qsizetype p = 1; p < text.size(); ++p) {
        bool repeats = true;
        for (qsizetype i = p; i < text.size() && repeats; ++i) {
            repeats = text.at(i) == text.at(i - p);
        }
        if (repeats) {
            return p;
        }
    }
    return text.size();
}

// Characters that do not just repeat or continue the one before.
int freshCharacters(const QString& text)
{
    int fresh = text.isEmpty() ? 0 : 1;
    for (qsizetype i = 1; i < text.size(); ++i) {
        const int step = text.at(i).unicode() - text.at(i - 1).unicode();
        if (step < -1 || step > 1) {
            ++fresh;
        }
    }
    return fresh;
}

double alphabetBits(const QString& text)
{
    int size = 0;
    bool lower = false;
    bool upper = false;
    bool digit = false;
    bool other = false;
    for (const QChar c : text) {
        lower |= c.isLower();
        upper |= c.isUpper();
        digit |= c.isDigit();
        other |= !c.isLetterOrNumber();
    }
    size = (lower ? 26 : 0) + (upper ? 26 : 0) + (digit ? 10 : 0) + (other ? 20 : 0);
    return size > 0 ? std::log2(size) : 0;
}

} // namespace

PasswordRules::PasswordRules()
{
    QFile file(QStringLiteral(":/words/common-passwords.txt"));
    const bool opened = file.open(QIODevice::ReadOnly | QIODevice::Text);
    Q_ASSERT(opened);
    Q_UNUSED(opened)
    QTextStream lines(&file);
    while (!lines.atEnd()) {
        const QString line = lines.readLine().trimmed();
        if (!line.isEmpty()) {
            m_common.insert(line);
            m_common.insert(plainLetters(line));
        }
    }
}

bool PasswordRules::isCommon(const QString& password, const QString& username) const
{
    const QString lower = password.toLower();
    QSet<QString> forms{lower, core(lower), plainLetters(lower), core(plainLetters(lower)),
                        plainLetters(core(lower))};
    for (const QString& form : QSet<QString>(forms)) {
        forms.insert(form.left(period(form)));
    }
    for (const QString& form : std::as_const(forms)) {
        const bool known = m_common.contains(form)
            || (!username.isEmpty() && form == username.toLower());
        // A known word does not spoil a password that has much else in it.
        constexpr int roomForMore = 6;
        if (known && lower.size() - form.size() < roomForMore) {
            return true;
        }
        if (known && period(lower) <= form.size()) {
            return true;
        }
    }
    constexpr int tooFewFresh = 5;
    return freshCharacters(lower) < tooFewFresh;
}

PasswordFlaw PasswordRules::check(const QString& password, const QString& username) const
{
    const QString normal = password.normalized(QString::NormalizationForm_C);
    if (normal.toUcs4().size() < minimumLength) {
        return PasswordFlaw::TooShort;
    }
    return isCommon(normal, username) ? PasswordFlaw::Common : PasswordFlaw::None;
}

int PasswordRules::strength(const QString& password, const QString& username) const
{
    if (password.isEmpty()) {
        return 0;
    }
    if (check(password, username) != PasswordFlaw::None) {
        return 1;
    }
    const double bits = double(std::min(period(password), qsizetype(freshCharacters(password))))
        * alphabetBits(password);
    return bits < 50 ? 2 : bits < 95 ? 3 : 4;
}

} // namespace impulse::ui
