#include "tests/support/MarkerSearch.h"

#include <QDirIterator>
#include <QFile>

#include <algorithm>

namespace impulse::test {
namespace {

/// The characters of the base64 of `bytes` that do not depend on what stands before and after, when
/// `bytes` begins `shift` bytes into a group of three.
QByteArray base64Core(const QByteArray& bytes, int shift)
{
    QByteArray padded(shift, 0);
    padded += bytes;
    auto text = padded.toBase64(QByteArray::OmitTrailingEquals);
    const int head = (shift * 8 + 5) / 6;
    text.remove(0, head);
    if ((shift + bytes.size()) % 3 != 0)
        text.chop(1);
    return text;
}

QByteArray utf16(const QString& text, bool bigEndian)
{
    QByteArray result;
    for (const auto& unit : text) {
        const auto high = static_cast<char>(unit.unicode() >> 8);
        const auto low = static_cast<char>(unit.unicode() & 255);
        result.append(bigEndian ? high : low);
        result.append(bigEndian ? low : high);
    }
    return result;
}

} // namespace

QList<QByteArray> MarkerSearch::forms(const QString& marker)
{
    QList<QByteArray> result;
    for (const auto& bytes : {marker.toUtf8(), utf16(marker, false), utf16(marker, true)}) {
        result += bytes;
        result += bytes.toHex();
        result += bytes.toHex().toUpper();
        for (int shift = 0; shift < 3; ++shift) {
            auto core = base64Core(bytes, shift);
            result += core;
            core.replace('+', '-').replace('/', '_');
            if (!result.contains(core))
                result += core;
        }
    }
    return result;
}

QStringList MarkerSearch::filesWith(const QString& folder, const QString& marker)
{
    const auto wanted = forms(marker);
    QStringList result;
    QDirIterator it(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        QFile file(it.next());
        if (!file.open(QIODevice::ReadOnly)) {
            result += file.fileName() + QStringLiteral(" (cannot be read)");
            continue;
        }
        const auto content = file.readAll();
        if (std::any_of(wanted.begin(), wanted.end(),
                        [&](const auto& form) { return content.contains(form); }))
            result += file.fileName();
    }
    return result;
}

int MarkerSearch::countFiles(const QString& folder)
{
    int count = 0;
    QDirIterator it(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    for (; it.hasNext(); it.next())
        ++count;
    return count;
}

} // namespace impulse::test
